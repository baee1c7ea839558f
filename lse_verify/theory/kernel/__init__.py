"""The proof kernel: the rules of this package, and nothing else, make a `Theorem`.

As in the provers of the LCF family, a theorem is an immutable handle, and whoever holds one knows
that a chain of these rules ends in it. Each rule checks its premises and its conclusion: names are
kept apart, and every log, quotient, root and sum in the conclusion must be certain to be defined.

What is trusted is this folder, SymPy's trees and assumptions, and nothing that simplifies, solves
or integrates. In reading order:

| file | about |
| --- | --- |
| ``trees`` | of which classes expressions are made |
| ``polynomial``, ``signs``, ``canonical`` | the form in which expressions are compared |
| ``substitution``, ``facts``, ``differentiation`` | names, what is defined, derivatives |
| ``theorem``, ``sameness`` | the sealed theorem, and when two statements are one |
| ``logic``, ``relations``, ``sums``, ``limits`` | the rules |

A theorem Γ ⊢ φ says: for all real values of the free symbols and rows that their assumptions
allow, φ holds wherever all hypotheses in Γ hold.

It guards against mistakes and against what can be passed to a rule. It cannot guard against code
that writes to SymPy's numbers and symbols, or to the functions of this package, in its own process.
"""

from lse_verify.theory.kernel.canonical import canonical, same
from lse_verify.theory.kernel.limits import (
    derivative,
    differentiate,
    least,
    limit,
    squeeze,
    supremum,
)
from lse_verify.theory.kernel.logic import (
    assume,
    cases,
    cite,
    cut,
    empty,
    generalise,
    instantiate,
    specialise,
)
from lse_verify.theory.kernel.relations import (
    add,
    antisymmetry,
    chain,
    equal,
    maximum,
    monotone,
    rearrange,
    scale,
    sign,
)
from lse_verify.theory.kernel.sameness import proves, same_statement
from lse_verify.theory.kernel.sums import induction, pascal, split, sum_over
from lse_verify.theory.kernel.theorem import Rejected, Theorem, steps

__all__ = [
    "Rejected",
    "Theorem",
    "add",
    "antisymmetry",
    "assume",
    "canonical",
    "cases",
    "chain",
    "cite",
    "cut",
    "derivative",
    "differentiate",
    "empty",
    "equal",
    "generalise",
    "induction",
    "instantiate",
    "least",
    "limit",
    "maximum",
    "monotone",
    "pascal",
    "proves",
    "rearrange",
    "same",
    "same_statement",
    "scale",
    "sign",
    "specialise",
    "split",
    "squeeze",
    "steps",
    "sum_over",
    "supremum",
]
