"""Truth: enclosures of exact values, to any precision.

`ladder` says who is asked when; `mpmath_judge` and `arb_balls` are two independent oracles.
Both keep their precision in state of the process or of one context, so a process uses them
from one thread.
"""
