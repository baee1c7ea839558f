"""The fourth witness: the theorems of ``proofs/coq``, compiled and their axioms read back.

A compiled file is not yet a proof: an axiom may say anything, and ``Admitted`` leaves a hole
that compiles. Coq itself knows what a theorem rests on, so every theorem named in `LEMMAS` goes
through its ``Print Assumptions``, and only the axioms of the classical reals are let through,
compared with their statements and not only by name.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lse_verify.errors import BadInput

LIBRARY = "LseVerify"
VALUES = "values"
LIMIT_S = 600.0
NOT_HERE = "not checked by Coq here: coqc is not installed"

# What the real numbers of Coq's standard library are built on.
STANDARD_AXIOMS = {
    "ClassicalDedekindReals.sig_not_dec": "forall P : Prop, {~ ~ P} + {~ P}",
    "ClassicalDedekindReals.sig_forall_dec": (
        "forall P : nat -> Prop, (forall n : nat, {P n} + {~ P n}) -> "
        "{n : nat | ~ P n} + {forall n : nat, P n}"
    ),
    "FunctionalExtensionality.functional_extensionality_dep": (
        "forall (A : Type) (B : A -> Type) (f g : forall x : A, B x), "
        "(forall x : A, f x = g x) -> f = g"
    ),
    "Classical_Prop.classic": "forall P : Prop, P \\/ ~ P",
}

# The processor's 63-bit integers and their laws, on which `interval` computes. Allowed to the
# numerical values alone: no theorem about every n needs them.
MACHINE_INTEGERS = ("PrimInt63.", "Uint63.")


def _named(file: str, *theorems: str) -> tuple[str, ...]:
    return tuple(f"{LIBRARY}.{file}.{theorem}" for theorem in theorems)


LEMMAS: dict[str, tuple[str, ...]] = {
    "domain": _named("Bounds", "domain_positive", "domain_onto"),
    "bounds.lower": _named("Bounds", "bounds_lower"),
    "bounds.lower.strict": _named("Bounds", "bounds_lower_strict"),
    "bounds.upper": _named("Bounds", "bounds_upper"),
    "bounds.upper.strict": _named("Bounds", "bounds_upper_strict"),
    "scaled.bounds": _named("Bounds", "scaled_bounds", "scaled_bounds_one"),
    "scaled.limit": _named("Bounds", "scaled_limit"),
    "min.bounds": _named("Bounds", "min_bounds", "min_bounds_negative", "min_limit"),
    "increasing": _named("Bounds", "increasing", "increasing_vector"),
    "convex": _named("Convexity", "convex"),
    "convex.not_strict": _named(
        "Convexity", "convex_not_strict", "flat_along_ones", "convex_equality"
    ),
    "gradient.softmax": _named("Gradient", "gradient_softmax", "gradient_directional"),
    "hessian.psd": _named(
        "Gradient",
        "softmax_derivative",
        "hessian_entries",
        "hessian_form",
        "hessian_psd",
        "hessian_kernel",
    ),
    "conjugate.negentropy": _named(
        "Conjugate",
        "conjugate_on_simplex",
        "conjugate_off_simplex",
        "simplex_or_not",
        "conjugate_attained",
    ),
    "conjugate.fenchel_young": _named("Conjugate", "fenchel_young", "fenchel_young_equality"),
    "conjugate.biconjugate": _named("Conjugate", "biconjugate", "conjugate_finite_only_on_simplex"),
    "logdomain.product": _named("Semiring", "logdomain_product"),
    "logdomain.sum": _named(
        "Semiring", "logdomain_sum", "logdomain_sum_any", "logaddexp_is_LSE", "LSE_is_oplus_sum"
    ),
    "trick": _named("Bounds", "trick", "trick_no_overflow", "trick_sum_at_least_one"),
    "lse0.strictly_convex": _named(
        "StrictlyConvex",
        "lse0_formula",
        "lse0_strictly_convex",
        "lse0_gradient",
        "lse0_hessian_entries",
        "lse0_hessian_positive_definite",
    ),
    "lse0.bregman_is_kl": _named(
        "StrictlyConvex", "lse0_bregman_is_kl", "lse0_bregman_nonneg", "lse0_bregman_zero"
    ),
    "lse0.conjugate": _named("StrictlyConvex", "lse0_conjugate", "lse0_conjugate_elsewhere"),
    "lse0.binomial": _named(
        "Cumulant", "lse0_binomial", "lse0_binomial_cumulant", "binomial_probability_sum"
    ),
    "lse0.multinomial": _named(
        "Cumulant",
        "lse0_multinomial",
        "lse0_multinomial_cumulant",
        "multinomial_sum",
        "counts_spec",
        "counts_once",
    ),
    "semiring": _named(
        "Semiring",
        "semiring_assoc",
        "semiring_comm",
        "semiring_neutral",
        "semiring_distr",
        "semiring_times_assoc",
        "semiring_times_comm",
        "semiring_times_neutral",
        "semiring_times_absorbing",
        "expo_oplus",
        "expo_otimes",
        "expo_injective",
        "expo_onto",
        "neutral_as_limit",
        "logaddexp_not_idempotent",
    ),
    "tropical.limit": _named("Semiring", "tropical_limit"),
    "mixture.kl": _named("Mixture", "mixture_sandwich", "mixture_log_ratio", "mixture_kl"),
    "rounding.naive": (
        *_named("Rounding", "tree_error", "naive_bound"),
        *_named("FirstOrder", "naive_first_order"),
        *_named("Floats", "naive_bound_in_format"),
    ),
    "rounding.shifted": (
        *_named("Rounding", "shifted_bound"),
        *_named("FirstOrder", "mean_distance", "shifted_first_order"),
        *_named("Floats", "shifted_bound_in_format"),
    ),
    "rounding.model": (
        *_named("Rounding", "height_in_sequence", "height_pairwise"),
        *_named(
            "Floats",
            "ulp_formula",
            "ulp_zero",
            "format_is_ulp",
            "addition_in_model",
            "nearest_half_ulp",
            "float_sum_computes",
        ),
    ),
    VALUES: (
        *_named("Basics", "LSE_of_list"),
        *_named(
            "Certified",
            "value_far_tail",
            "value_far_tail_300_digits",
            "value_farther_tail",
            "value_cancellation",
            "value_two_cancelling",
            "value_three_equal",
            "value_seven_equal",
            "value_three_neighbours",
            "value_five",
            "value_spread",
            "value_small",
        ),
    ),
}


@dataclass(frozen=True)
class CoqClaim:
    """What Coq says of one claim.

    Attributes
    ----------
    checked : bool
        Every theorem of the claim is compiled and rests on the allowed axioms only.
    theorems : tuple of str
        Their full names.
    axioms : tuple of str
        The axioms used, sorted. Printing them takes Coq a second for each question, so claims
        that rest on nothing but the standard axioms are asked together and share the answer;
        a claim that rests on anything else is asked alone.
    error : str
        Why it is not checked, in one line; empty if it is.
    """

    checked: bool
    theorems: tuple[str, ...]
    axioms: tuple[str, ...]
    error: str


@dataclass(frozen=True)
class CoqReport:
    """What Coq says of all claims.

    Attributes
    ----------
    available : bool
        ``coqc`` was found.
    version : str
        Of Coq, ``"8.16.1"``; empty if it was not found.
    seconds : float
        Spent compiling and asking.
    claims : dict of str to CoqClaim
        One for each id of `LEMMAS`.
    """

    available: bool
    version: str
    seconds: float
    claims: dict[str, CoqClaim]


@dataclass(frozen=True)
class _Answer:
    """What some theorems rest on: the axioms with their statements, or why Coq could not say."""

    axioms: Mapping[str, str]
    error: str = ""


def check(folder: Path) -> CoqReport:
    """Compile the theorems of a folder and say which claims they prove, on which axioms.

    Parameters
    ----------
    folder : Path
        The folder of the ``.v`` files; its ``_CoqProject`` lists them in dependency order.
        Nothing is written into it.

    Returns
    -------
    CoqReport
        A file that does not compile, a theorem that is missing, an axiom too many: all of these
        are findings in it. If ``coqc`` is not on the path, every claim says so.

    Raises
    ------
    BadInput
        If the folder has no ``_CoqProject``, or not a file that it lists.
    """
    files = _files_in_order(folder)
    coqc = shutil.which("coqc")
    if coqc is None:
        absent = {claim: CoqClaim(False, names, (), NOT_HERE) for claim, names in LEMMAS.items()}
        return CoqReport(False, "", 0.0, absent)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        for file in files:
            shutil.copyfile(folder / file, work / file)
        errors = {Path(file).stem: _run(coqc, work, file)[1] for file in files}
        claims = _judge(coqc, work, errors)
    return CoqReport(True, _version(coqc), time.perf_counter() - start, claims)


def _files_in_order(folder: Path) -> list[str]:
    project = folder / "_CoqProject"
    if not project.is_file():
        raise BadInput(f"no _CoqProject in '{folder}': give the folder of the Coq proofs")
    lines = [line.strip() for line in project.read_text(encoding="utf-8").splitlines()]
    files = [line for line in lines if line.endswith(".v")]
    for file in files:
        if not (folder / file).is_file():
            raise BadInput(f"'{file}' is in _CoqProject and not in the folder '{folder}': add it")
    return files


def _judge(coqc: str, work: Path, errors: Mapping[str, str]) -> dict[str, CoqClaim]:
    """Turn the compiler's errors, one a file (empty where there is none), into claims."""
    answers = {claim: _Answer({}, _not_compiled(names, errors)) for claim, names in LEMMAS.items()}
    compiled = [claim for claim, answer in answers.items() if not answer.error]
    answers.update(_ask(coqc, work, compiled))
    return {claim: _claim(claim, answer) for claim, answer in answers.items()}


def _not_compiled(theorems: Iterable[str], errors: Mapping[str, str]) -> str:
    """Return the first error among the files of the theorems, or an empty text."""
    for theorem in theorems:
        file = theorem.split(".")[1]
        error = errors.get(file, f"{file}.v is not in _CoqProject")
        if error:
            return error
    return ""


def _ask(coqc: str, work: Path, claims: Sequence[str]) -> dict[str, _Answer]:
    """Ask for the axioms of the claims: all at once, and one by one if that is not clean."""
    general = [claim for claim in claims if claim != VALUES]
    together = tuple(theorem for claim in general for theorem in LEMMAS[claim])
    if together:
        answer = _print_assumptions(coqc, work, [together])[0]
        if not _refusal(answer, machine_integers=False):
            rest = _one_by_one(coqc, work, [claim for claim in claims if claim == VALUES])
            return dict.fromkeys(general, answer) | rest
    return _one_by_one(coqc, work, claims)


def _one_by_one(coqc: str, work: Path, claims: Sequence[str]) -> dict[str, _Answer]:
    answers = _print_assumptions(coqc, work, [LEMMAS[claim] for claim in claims])
    return dict(zip(claims, answers, strict=True))


def _claim(claim: str, answer: _Answer) -> CoqClaim:
    error = _refusal(answer, machine_integers=claim == VALUES)
    return CoqClaim(not error, LEMMAS[claim], tuple(sorted(answer.axioms)), error)


def _refusal(answer: _Answer, machine_integers: bool) -> str:
    """Say why the answer proves nothing; an empty text if it does."""
    if answer.error:
        return answer.error
    for name, statement in answer.axioms.items():
        standard = STANDARD_AXIOMS.get(name) == statement
        if not (standard or (machine_integers and name.startswith(MACHINE_INTEGERS))):
            return f"rests on what is not proved: {name} : {statement}".removesuffix(" : ")
    return ""


_END = "end of group"


def _print_assumptions(coqc: str, work: Path, groups: Sequence[tuple[str, ...]]) -> list[_Answer]:
    """Return what each group of theorems rests on; Coq stops at an error and is started again."""
    answers: list[_Answer] = []
    while len(answers) < len(groups):
        rest = groups[len(answers) :]
        (work / "Assumptions.v").write_text(_questions(rest), encoding="utf-8")
        said, error = _run(coqc, work, "Assumptions.v")
        answers += [_Answer(read_axioms(block)) for block in said.split(_END)[:-1]]
        if len(answers) < len(groups):
            answers.append(_Answer({}, error or "Coq said nothing of these theorems"))
    return answers


def _questions(groups: Sequence[tuple[str, ...]]) -> str:
    """Write the Coq file that prints the axioms of each group."""
    files = sorted({theorem.split(".")[1] for group in groups for theorem in group})
    lines = [f"From {LIBRARY} Require {' '.join(files)}."]
    for number, group in enumerate(groups):
        # Of the tuple of its theorems, because Coq walks through all of the reals each time.
        theorems = ", ".join(f"@{theorem}" for theorem in group)
        lines.append(f"Definition group{number} := ({theorems}).")
        lines.append(f"Print Assumptions group{number}.")
        lines.append(f'Goal True. idtac "{_END}". Abort.')
    return "\n".join(lines) + "\n"


def read_axioms(printed: str) -> dict[str, str]:
    r"""Read the output of ``Print Assumptions``: the axioms and their statements.

    Parameters
    ----------
    printed : str
        For one theorem.

    Returns
    -------
    dict of str to str
        Statements in one line. A remark of Coq that names no axiom, such as one on a check that
        was switched off, is kept whole as a name, so that it is noticed.

    Examples
    --------
    >>> read_axioms("Closed under the global context")
    {}
    >>> read_axioms("Axioms:\nA.hope\n  : forall n : nat,\n    n = 0\nB.b : False")
    {'A.hope': 'forall n : nat, n = 0', 'B.b': 'False'}
    >>> read_axioms("Axioms:\nf is assumed to be guarded.")
    {'f is assumed to be guarded.': ''}
    """
    # An entry starts in the first column; its further lines are indented.
    entries = [" ".join(entry.split()) for entry in re.split(r"\n(?=\S)", printed)]
    skipped = {"", "Axioms:", "Closed under the global context"}
    named = [entry.partition(" : ") for entry in entries if entry not in skipped]
    return {name: statement for name, _, statement in named}


def _run(coqc: str, work: Path, file: str) -> tuple[str, str]:
    """Compile one file of the folder; return what Coq printed and its first error in one line."""
    command = [coqc, "-q", "-w", "none", "-Q", ".", LIBRARY, file]
    try:
        done = subprocess.run(
            command, cwd=work, capture_output=True, text=True, check=False, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        return "", f"{file}: no end after {LIMIT_S:g} s"
    return done.stdout, "" if done.returncode == 0 else first_error(done.stderr, file)


def first_error(stderr: str, file: str) -> str:
    r"""Return the compiler's first error in one line.

    Parameters
    ----------
    stderr : str
        Of a run of ``coqc`` that failed.
    file : str
        The file that was compiled.

    Returns
    -------
    str

    Examples
    --------
    >>> first_error('File "./A.v", line 7, characters 0-4:\nError: \nUnable to unify', "A.v")
    'A.v, line 7: Unable to unify'
    """
    place = re.search(r"line (\d+), characters", stderr)
    message = stderr.partition("Error:")[2] or stderr
    first = next((line.strip() for line in message.splitlines() if line.strip()), "no message")
    return f"{file}, line {place[1]}: {first}" if place else f"{file}: {first}"


def _version(coqc: str) -> str:
    printed = subprocess.run(
        [coqc, "-print-version"], capture_output=True, text=True, check=False
    ).stdout
    return printed.split()[0] if printed.split() else ""
