"""An input that is shown because it makes a requirement fail."""

from __future__ import annotations

from dataclasses import dataclass, field

from lse_verify.audit.finding import Finding
from lse_verify.report.witnesses import Exhibit


@dataclass(frozen=True, slots=True)
class Shown:
    """An input that makes a requirement fail.

    Attributes
    ----------
    exhibit : Exhibit
        The input, and what became of it.
    copies : int
        As how many equal rows it has to be asked; 0 where it fails in its batch alone.
    finding : Finding
        What it shows by itself; empty where it fails in its batch alone.
    """

    exhibit: Exhibit
    copies: int
    finding: Finding = field(default_factory=Finding)
