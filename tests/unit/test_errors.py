"""The exceptions: one tree, exit codes, and messages that help."""

from __future__ import annotations

import pytest

from lse_verify import errors
from lse_verify.errors import (
    BadInput,
    ClaimFileError,
    FolderInUse,
    ImplementationLoadError,
    Interrupted,
    LedgerError,
    LseVerifyError,
    OracleDisagreement,
    OracleError,
    OracleUndecided,
    OutputError,
    Repaired,
    UnknownName,
    UsageError,
    WorkersLost,
)

USAGE = [
    UnknownName,
    BadInput,
    ImplementationLoadError,
    ClaimFileError,
    OutputError,
    FolderInUse,
    LedgerError,
]
ORACLE = [OracleDisagreement, OracleUndecided]
OTHERS = {WorkersLost: 2, Interrupted: 130}


@pytest.mark.parametrize("kind", USAGE)
def test_a_wrong_call_is_a_usage_error_with_exit_code_2(kind: type[LseVerifyError]) -> None:
    assert issubclass(kind, UsageError)
    assert not issubclass(kind, OracleError)
    assert kind.exit_code == 2


@pytest.mark.parametrize("kind", ORACLE)
def test_a_truth_not_established_is_an_oracle_error_with_exit_code_3(
    kind: type[LseVerifyError],
) -> None:
    assert issubclass(kind, OracleError)
    assert not issubclass(kind, UsageError)
    assert kind.exit_code == 3


@pytest.mark.parametrize(("kind", "code"), OTHERS.items())
def test_what_stops_a_run_from_outside_is_of_neither_kind(
    kind: type[LseVerifyError], code: int
) -> None:
    assert not issubclass(kind, UsageError | OracleError)
    assert kind.exit_code == code


def test_every_exception_of_the_module_belongs_to_the_one_tree() -> None:
    raised = [
        v for v in vars(errors).values() if isinstance(v, type) and v.__module__ == errors.__name__
    ]
    # A warning is told and the run goes on: it is no error of the tree.
    raised.remove(Repaired)
    assert {*USAGE, *ORACLE, *OTHERS, UsageError, OracleError, LseVerifyError} == set(raised)
    assert all(issubclass(kind, LseVerifyError) for kind in raised)


def test_every_exception_of_the_module_stands_in_the_drawn_tree() -> None:
    assert errors.__doc__ is not None
    for kind in (*USAGE, *ORACLE, *OTHERS, UsageError, OracleError, LseVerifyError):
        assert kind.__name__ in errors.__doc__


def test_an_unknown_name_is_told_with_the_nearest_known_one() -> None:
    error = UnknownName("implementation", "scipi", ["numpy", "scipy", "torch"])
    assert str(error) == (
        "no implementation named 'scipi'; did you mean 'scipy'? 'lse-verify list' shows all"
    )


def test_a_name_like_no_other_is_told_without_a_guess() -> None:
    error = UnknownName("format", "zzz", ["binary16", "binary32"])
    assert str(error) == "no format named 'zzz'; 'lse-verify list' shows all"


def test_known_names_may_be_given_as_an_iterator_that_is_read_once() -> None:
    assert "'softmax'" in str(UnknownName("function", "softmx", iter(["softmax", "softplus"])))


def test_nothing_known_gives_no_guess() -> None:
    assert "did you mean" not in str(UnknownName("function", "softmax", []))


@pytest.mark.parametrize("kind", [BadInput, LedgerError, OracleUndecided])
def test_a_message_is_kept_as_it_is(kind: type[LseVerifyError]) -> None:
    assert str(kind("row 3 holds 'x', which is no number")) == "row 3 holds 'x', which is no number"
