"""Certified double-double kernels: truth at machine speed.

A number is an unevaluated sum ``hi + lo`` of two binary64 numbers with ``|lo| ≤ ulp(hi)/2``,
about 106 bits, and where it could over- or underflow it carries a binary exponent beside it.
Every function states a relative error bound that its docstring derives from IEEE 754
addition, multiplication, division and (where the processor has it) fused multiply-add; no
value of a mathematical library enters a result.

- `compilation`: how the functions are compiled, cached, and told whether there is an fma
- `arithmetic`: error-free transformations, sums, products, quotients
- `coefficients`: series as double-doubles, from exact rationals
- `exponential`: exp, expm1, and exp in one binary64 for terms that need few bits
- `logarithm`: log, log1p
- `plain`: log, log1p in one binary64, for rows of the narrower formats
- `arguments`: what the functions on arrays refuse
- `arrays`: the same on contiguous arrays; these loops are vectorised by LLVM
- `twin`: the same source run by Python itself, with exact primitives
- `points`, `against_arb`, `sweep`: the bounds held against Arb
"""
