"""All that reads files, fuzzed by coverage where atheris is installed."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from parsers import parsers
from trials import Tried

RUNS = 5000


@pytest.mark.slow
@pytest.mark.skipif(find_spec("atheris") is None, reason="needs atheris: pip install atheris")
@pytest.mark.parametrize("name", parsers())
def test_what_coverage_leads_to_is_read_or_refused(tmp_path: Path, tried: Tried, name: str) -> None:
    script = Path(__file__).with_name("atheris_parsers.py")
    ended = subprocess.run(
        [sys.executable, script, name, f"-runs={RUNS}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-5000:]
    done = re.search(r"^Done (\d+) runs", ended.stderr, re.MULTILINE)
    assert done is not None, ended.stderr[-5000:]
    tried("data files", int(done[1]), note="led by coverage too, with atheris")
