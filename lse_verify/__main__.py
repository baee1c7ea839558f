"""``python -m lse_verify``."""

from lse_verify.cli import main

main()
