"""How a run tells of its steps."""

from __future__ import annotations

from collections.abc import Callable

Observe = Callable[[str, int, int], None]
"""Told what is at work, how many steps are done, and how many there are.

The first call of all, before anything has been done, tells how many were done already: what
comes after it is what a rate is made of.
"""
