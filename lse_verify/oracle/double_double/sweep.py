"""Hold every bound against Arb on many points: ``python -m lse_verify.oracle.double_double.sweep``.

Prints a markdown table with the worst error found for each kernel, and exits with 1 if any
point is not certain to be inside its bound. The same seed and count try the same points.
"""

from __future__ import annotations

import argparse
import math
import platform
import sys
from collections.abc import Sequence
from functools import reduce

import llvmlite.binding as llvm
import numpy as np

from lse_verify.oracle.double_double.against_arb import CHECKED, Checked, Worst
from lse_verify.oracle.double_double.compilation import HAS_FMA

_CHUNK = 50_000


def sweep(checked: Checked, count: int, seed: int) -> Worst:
    """Return the worst of the directed points and of so many random ones.

    Parameters
    ----------
    checked : Checked
        A kernel.
    count : int
        How many random points.
    seed : int
        Of the random points; a chunk's points depend on it and on the chunk's number only.
    """
    sizes = [min(_CHUNK, count - start) for start in range(0, count, _CHUNK)]
    chunks = (
        checked.worst(checked.draw(np.random.default_rng([seed, number]), size))
        for number, size in enumerate(sizes)
    )
    return reduce(Worst.merge, chunks, checked.worst(checked.directed()))


def table_row(checked: Checked, worst: Worst) -> str:
    """Return a line of the table."""
    found = math.log2(worst.error) if worst.error > 0 else -math.inf
    return (
        f"| {checked.name} | 2^{math.log2(checked.bound):.0f} | 2^{found:.2f} "
        f"| {worst.error / checked.bound:.3f} | {worst.n_points:,} | {worst.n_outside} "
        f"| `{worst.point}` |"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="random points a kernel")
    parser.add_argument("--seed", type=int, default=0)
    names = [checked.name for checked in CHECKED]
    parser.add_argument("--kernel", choices=names, action="append", help="only this one")
    options = parser.parse_args(arguments)
    fma = "with fma" if HAS_FMA else "without fma"
    print(
        f"{options.count:,} random points a kernel and the directed ones, seed {options.seed}; "
        f"{platform.machine()}, {llvm.get_host_cpu_name()}, {fma}, numpy {np.__version__}\n"
    )
    print("| kernel | bound | worst found | found/bound | points | outside | worst at |")
    print("|---|---|---|---|---|---|---|")
    n_outside = 0
    for checked in CHECKED:
        if options.kernel is None or checked.name in options.kernel:
            worst = sweep(checked, options.count, options.seed)
            n_outside += worst.n_outside
            print(table_row(checked, worst), flush=True)
    return 1 if n_outside else 0


if __name__ == "__main__":
    sys.exit(main())
