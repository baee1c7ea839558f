"""Which names of two ledgers are the same implementation."""

from __future__ import annotations

import pytest

from lse_verify.audit.pairing import Subject, asked, paired
from lse_verify.errors import UsageError


def _of(*names: str, function: str = "logsumexp") -> list[Subject]:
    return [(name, function) for name in names]


def _names(found: list[tuple[Subject, Subject]]) -> list[tuple[str, str]]:
    return [(a, b) for (a, _), (b, _) in found]


def test_equal_names_are_paired_before_all_others() -> None:
    found = paired(_of("torch", "torch@cuda"), _of("torch@cuda", "torch"))
    assert _names(found) == [("torch", "torch"), ("torch@cuda", "torch@cuda")]


def test_what_runs_elsewhere_is_paired_with_what_runs_here_or_elsewhere_again() -> None:
    assert _names(paired(_of("scipy@old/bin/python"), _of("scipy"))) == [
        ("scipy@old/bin/python", "scipy")
    ]
    assert _names(paired(_of("torch@a"), _of("torch@b"))) == [("torch@a", "torch@b")]


def test_two_places_of_one_name_are_not_guessed_at() -> None:
    assert paired(_of("scipy@a", "scipy@b"), _of("scipy")) == []


def test_what_is_compiled_is_paired_with_what_it_was_compiled_from() -> None:
    eager, compiled = _of("torch"), _of("torch_compile", "torch_compile.quotient")
    assert _names(paired(eager, compiled)) == [
        ("torch", "torch_compile"),
        ("torch", "torch_compile.quotient"),
    ]
    assert _names(paired(compiled, eager))[0] == ("torch_compile", "torch")


def test_a_twin_whose_name_is_on_both_sides_is_left_alone() -> None:
    assert _names(paired(_of("torch", "torch_compile"), _of("torch"))) == [("torch", "torch")]


def test_functions_are_never_mixed() -> None:
    assert paired(_of("torch"), _of("torch", function="softmax")) == []


def test_a_users_own_is_not_taken_for_something_elsewhere() -> None:
    assert paired(_of("mine@home.py:f"), _of("mine@work.py:f")) == []


def test_a_pair_of_libraries_stands_for_the_variants_that_both_have() -> None:
    old = _of("scipy@old", "scipy.weights@old", "scipy.axis0@old")
    found = asked(["scipy@old=scipy"], old, _of("scipy", "scipy.weights", "torch"))
    assert _names(found) == [("scipy@old", "scipy"), ("scipy.weights@old", "scipy.weights")]


def test_a_pair_of_implementations_is_that_pair() -> None:
    found = asked(["torch=jax.jit"], _of("torch", "torch.dim0"), _of("jax", "jax.jit"))
    assert _names(found) == [("torch", "jax.jit")]


def test_a_name_with_an_equals_sign_can_be_paired() -> None:
    found = asked(["foreign:run --n=1=torch"], _of("foreign:run --n=1"), _of("torch"))
    assert _names(found) == [("foreign:run --n=1", "torch")]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("torch", "'torch' is no pair; write --pair torch=torch_compile"),
        ("tor=jax", "the first ledger has no 'tor'; it has torch$"),
        ("torch=jaxx", "the second ledger has no 'jaxx'; it has jax, numpy$"),
        ("torch=numpy", "'torch' of the first ledger and 'numpy' of the second have no function"),
    ],
)
def test_a_pair_that_cannot_be_is_one_line(spec: str, message: str) -> None:
    second = [*_of("jax"), *_of("numpy", function="logaddexp")]
    with pytest.raises(UsageError, match=message):
        asked([spec], _of("torch"), second)
