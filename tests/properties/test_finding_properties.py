"""Findings merge in any order to the same: the law that lets any executor run the cells."""

from __future__ import annotations

from functools import reduce
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from lse_verify.audit.finding import (
    BASES,
    BoundUse,
    Failure,
    Finding,
    RoundingUse,
    Tally,
    bucket_order,
)
from lse_verify.audit.fingerprint import Fingerprint
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.audit.witness import Witness

COUNTS = st.integers(0, 5)
SIZES = st.floats(0, 1e308, allow_subnormal=False).map(abs)
WORDS = st.sampled_from(["", "a", "b"])

# From small ranges, so that witnesses of equal size and place occur.
WITNESSES = st.builds(
    Witness,
    size=st.sampled_from([0.0, 1.0, 2.0]),
    arguments=st.none() | st.lists(WORDS, max_size=2),
    seed=st.integers(0, 1),
    row=st.integers(0, 1),
    n_terms=st.integers(1, 2),
    output=st.integers(0, 1),
    got=WORDS,
    truth=WORDS,
    error_ulps=WORDS,
    stability=WORDS,
    condition=WORDS,
    note=WORDS,
)


@st.composite
def tallies(draw: Any) -> Tally:
    tested = draw(COUNTS)
    count = draw(st.integers(0, tested))
    excused = draw(st.integers(0, count))
    witness = draw(WITNESSES) if count else None
    return Tally(tested=tested, count=count, excused=excused, witness=witness)


BUCKETS = st.sampled_from(["0", "2^-20", "2^-1", "2^0", "2^3", "2^1100"])
# Sums of these wrap around.
HASHES = st.sampled_from(["0" * 16, "7" * 16, "f" * 16])
MAXIMA = st.dictionaries(st.integers(-3, 3), SIZES, max_size=3)
FINDINGS = st.builds(
    Finding,
    rows=COUNTS,
    outputs=COUNTS,
    histogram=st.dictionaries(BUCKETS, st.integers(1, 5), max_size=4),
    correctly_rounded=COUNTS,
    faithful=COUNTS,
    worst_error=st.none() | WITNESSES,
    worst_conditioned=st.none() | WITNESSES,
    worst_stability=st.none() | WITNESSES,
    not_stable=tallies(),
    not_weak=tallies(),
    spurious_nan=tallies(),
    spurious_infinity=tallies(),
    special=tallies(),
    violations=st.dictionaries(st.sampled_from(["lower bound", "upper bound"]), tallies()),
    properties=st.dictionaries(st.sampled_from(["monotone", "zero sign"]), tallies()),
    policies=st.sets(WORDS).map(sorted),
    undecided=tallies(),
    failure=st.none() | st.builds(Failure, kind=st.sampled_from(["crash", "hang"]), words=WORDS),
    bound_use=st.none()
    | st.builds(
        BoundUse,
        algorithm=st.just("logsumexp.naive"),
        measured=COUNTS,
        overflowed=COUNTS,
        largest_error=SIZES,
        largest_bound=SIZES,
        largest_use=SIZES,
    ),
    rounding_use=st.none()
    | st.builds(
        RoundingUse,
        scheme=st.just("shifted"),
        basis=st.sampled_from(BASES),
        exp_ulps=SIZES,
        log_ulps=SIZES,
        unbounded=COUNTS,
        broken=tallies(),
        largest_use=SIZES,
    ),
    profiles=st.dictionaries(st.sampled_from(["condition", "gap"]), MAXIMA),
    fingerprint=st.just(msgspec.UNSET) | st.builds(Fingerprint, inputs=HASHES, answers=HASHES),
)


@settings(max_examples=40)
@given(FINDINGS, FINDINGS)
def test_merging_is_commutative(first: Finding, second: Finding) -> None:
    assert first.merge(second) == second.merge(first)


@settings(max_examples=40)
@given(FINDINGS, FINDINGS, FINDINGS)
def test_merging_is_associative(first: Finding, second: Finding, third: Finding) -> None:
    assert first.merge(second).merge(third) == first.merge(second.merge(third))


@settings(max_examples=40)
@given(FINDINGS)
def test_the_empty_finding_is_neutral(finding: Finding) -> None:
    assert finding.merge(Finding()) == finding == Finding().merge(finding)


@settings(max_examples=20)
@given(st.lists(FINDINGS, min_size=1, max_size=4), st.randoms())
def test_any_order_of_merging_gives_the_same_bytes(findings: list[Finding], shuffle: Any) -> None:
    def merged() -> bytes:
        return msgspec.json.encode(reduce(Finding.merge, findings, Finding()))

    before = merged()
    shuffle.shuffle(findings)
    assert merged() == before


@settings(max_examples=40)
@given(FINDINGS, FINDINGS)
def test_counts_add_and_the_larger_witness_stays(first: Finding, second: Finding) -> None:
    merged = first.merge(second)
    assert merged.rows == first.rows + second.rows
    assert sum(merged.histogram.values()) == sum(
        [*first.histogram.values(), *second.histogram.values()]
    )
    assert list(merged.histogram) == sorted(merged.histogram, key=bucket_order)
    sizes = [f.worst_error.size for f in (first, second) if f.worst_error]
    assert (merged.worst_error.size if merged.worst_error else None) == max(sizes, default=None)


@given(tallies(), tallies())
def test_an_unexcused_witness_is_never_lost_to_an_excused_one(first: Tally, second: Tally) -> None:
    merged = first.merge(second)
    unexcused = [t.witness for t in (first, second) if t.count > t.excused]
    assert not unexcused or merged.witness in unexcused


@settings(max_examples=40)
@given(FINDINGS, FINDINGS)
def test_what_is_wrong_stays_wrong_whatever_is_merged(first: Finding, second: Finding) -> None:
    if verdict(first) is Verdict.WRONG:
        assert verdict(first.merge(second)) is Verdict.WRONG


@settings(max_examples=40)
@given(FINDINGS)
def test_a_finding_reads_back_equal_from_json(finding: Finding) -> None:
    assert msgspec.json.decode(msgspec.json.encode(finding), type=Finding) == finding
