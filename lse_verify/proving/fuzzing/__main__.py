"""``python -m lse_verify.proving.fuzzing``: the long run, and its paragraph."""

from __future__ import annotations

import typer

from lse_verify.proving.fuzzing.fuzz import main

if __name__ == "__main__":
    typer.run(main)
