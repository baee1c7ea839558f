"""Searches held against each other at the same number of evaluations, as data."""

from __future__ import annotations

from typing import Literal

import msgspec

from lse_verify.audit.fields import Name

Method = Literal["hunt", "uniform", "bisection"]
HUNT: Method = "hunt"
UNIFORM: Method = "uniform"
BISECTION: Method = "bisection"


class Case(msgspec.Struct, frozen=True, order=True):
    """Where it is searched.

    Attributes
    ----------
    function, format, implementation : str
        Names.
    n_terms : int
        Of rows, 0 where there are none.
    """

    function: Name
    format: Name
    implementation: str
    n_terms: int = 0


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """What one method found from one seed.

    Attributes
    ----------
    case : Case
        Where.
    method : str
        `HUNT`, `UNIFORM` or `BISECTION`.
    seed : int
        From which seed.
    climb : list of (int, float)
        After how many evaluations the largest error rose to how many ulps.
    """

    case: Case
    method: Method
    seed: int
    climb: list[tuple[int, float]]

    @property
    def largest(self) -> float:
        """The largest error, in ulps."""
        return self.climb[-1][1] if self.climb else 0.0


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """All contests.

    Attributes
    ----------
    command : str
        What made them.
    budget, seeds : int
        Evaluations of each, and how many seeds.
    contests : list of Contest
        In the order of the plan.
    versions, machine : dict
        With what and where.
    """

    command: str
    budget: int
    seeds: int
    contests: list[Contest]
    versions: dict[str, str]
    machine: dict[str, str]
