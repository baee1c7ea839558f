"""What a run measures, and for how long."""

from __future__ import annotations

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured, and how long.

    Attributes
    ----------
    lengths, narrow_lengths : tuple of int
        Of rows in binary64; and in binary32, for those that have both.
    row_counts : tuple of int
        How many rows in one call, each of `counted_length` entries.
    counted_length : int
        See above.
    few_lengths : tuple of int
        Of the rows of those series that are measured at few: two processes, allocation.
    batch_terms : int
        Entries of all rows of one call together, where they are not counted.
    measurement_s, doubled_s : float
        What one measurement lasts at least; and one of those in two processes.
    repetitions : int
        Measurements a case.
    slow_s : float
        A case whose one measurement lasts longer than this has `slow_repetitions`.
    slow_repetitions : int
        See above.
    """

    lengths: tuple[int, ...] = (1, 2, 4, 10, 32, 100, 316, 1000, 3162, 10**4, 10**5, 10**6)
    narrow_lengths: tuple[int, ...] = (2, 10, 100, 1000)
    row_counts: tuple[int, ...] = (1, 10, 100, 1000, 10**4, 10**5, 10**6)
    counted_length: int = 10
    few_lengths: tuple[int, ...] = (2, 1000)
    batch_terms: int = 2**18
    measurement_s: float = 0.08
    doubled_s: float = 0.3
    repetitions: int = 7
    slow_s: float = 0.5
    slow_repetitions: int = 3
