"""Certified rows: LogSumExp, softmax and their kin by the double-double kernels.

- `terms`: the terms exp(t·(x − peak)) of a tile, and their sums side by side
- `sums`: peak and sum of the rest, for many short rows or long ones
- `combine`: a head and a small tail to an enclosure, without losing either
- `lse`: every function that is an affine image of LogSumExp
- `shares`: softmax and log_softmax
- `first_gradient`: the gradient of the first entry of log_softmax
- `logistic`: the logistic function
- `entropy`: negentropy
- `divergence`: Bregman
- `enclose`: the function that the ladder asks
- `draws`, `against_arb`, `sweep`: the enclosures held against Arb
"""
