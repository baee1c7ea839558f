"""Coverage-guided fuzzing of all that reads files, by atheris, which is not needed for the rest.

For example:

    pip install atheris
    python tests/reliability/atheris_parsers.py 'rows.npy' -max_total_time=300
    python tests/reliability/atheris_parsers.py --all 100000

The first argument is a name of `parsers.parsers`; what follows goes to libFuzzer. With ``--all``
each is run so many times, one after the other. It ends with exit code 0 if whatever was tried was
read, or refused as it ought to be; else with the traceback, and the content in a file
``crash-…`` of the working directory.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

_INSTRUMENTED = ["lse_verify", "numpy.lib._format_impl", "zipfile", "tomllib"]

SECONDS = 10
MEGABYTES = 3000


def fuzz(name: str, options: list[str]) -> None:
    """Fuzz one parser, and end the program."""
    # Here, so that whoever only looks at this file needs no atheris.
    import atheris

    # What Numba compiles is to be as it is, and takes all that is imported with it.
    import lse_verify.oracle.truth  # noqa: F401

    with atheris.instrument_imports(include=_INSTRUMENTED):
        from mutations import mended
        from parsers import parsers

        from lse_verify.errors import LseVerifyError

    parser = parsers()[name]
    folder = Path(tempfile.mkdtemp())
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, sample in enumerate(parser.samples):
        (corpus / str(number)).write_bytes(sample)
    scratch = folder / "scratch"
    scratch.mkdir()
    warnings.simplefilter("error")

    def once(content: bytes) -> None:
        for tried in {content, mended(content)} if parser.has_checks else {content}:
            with contextlib.suppress(LseVerifyError):
                parser.read(tried, scratch)

    bounds = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", "-max_len=20000"]
    atheris.Setup([sys.argv[0], *bounds, *options, str(corpus)], once)
    try:
        atheris.Fuzz()
    finally:
        shutil.rmtree(folder)


def fuzz_all(runs: int) -> int:
    """Fuzz all of them so many times each, and return how many did not hold."""
    from parsers import parsers

    failed = 0
    for name in parsers():
        print(name, flush=True)
        failed += bool(subprocess.call([sys.executable, __file__, name, f"-runs={runs}"]))
    return failed


if __name__ == "__main__":
    if sys.argv[1] == "--all":
        sys.exit(min(fuzz_all(int(sys.argv[2])), 100))
    fuzz(sys.argv[1], sys.argv[2:])
