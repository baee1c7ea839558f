"""The library "correct": this package's own correctly rounded functions, graded like any other.

Their roundings are decided by the enclosures that also grade, so that a fault of the oracle itself
would not show here; the audit confirms every figure with the judge, and the tests round apart.
"""

from __future__ import annotations

from functools import partial

from lse_verify.formats import FORMATS
from lse_verify.implementations.library import Call, Implementation, Library


def _load(name: str) -> Call:
    from lse_verify import correct

    call: Call = getattr(correct, name)
    return call


def _load_of_rows(name: str) -> Call:
    return partial(_load(name), axis=-1)


def _of_rows(name: str) -> Implementation:
    load = partial(_load_of_rows, name)
    return Implementation("correct", name, tuple(FORMATS), load, f"correct.{name}(x, axis=-1)")


LIBRARY = Library(
    name="correct",
    distribution="lse_verify",
    install="pip install lse_verify",
    implementations=(
        _of_rows("logsumexp"),
        _of_rows("softmax"),
        _of_rows("log_softmax"),
        Implementation(
            "correct",
            "logaddexp",
            tuple(FORMATS),
            partial(_load, "logaddexp"),
            "correct.logaddexp(a, b)",
        ),
        *(
            Implementation(
                "correct", name, tuple(FORMATS), partial(_load, name), f"correct.{name}(x)"
            )
            for name in ("softplus", "logistic")
        ),
    ),
)
