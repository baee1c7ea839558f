"""Our own: certified truth, and the correctly rounded function."""

from __future__ import annotations

import importlib
import importlib.metadata
from functools import partial

from lse_verify.bench.contenders.contender import CORRECT, TRUTH, Contender, Ready


def _load_truth() -> Ready:
    truth = importlib.import_module("lse_verify").truth
    return lambda x: partial(truth, "logsumexp", x)


def _load_correct() -> Ready:
    logsumexp = importlib.import_module("lse_verify.correct").logsumexp
    return lambda x: partial(logsumexp, x, axis=-1)


def _version() -> str:
    versions = (importlib.metadata.version(name) for name in ("lse_verify", "numba"))
    return ", numba ".join(versions)


TRUTH_ROWS = Contender(
    TRUTH,
    'lse_verify.truth("logsumexp", x)',
    "certified, about 100 bits",
    _load_truth,
    _version,
    compiles=("binary64",),
)
CORRECT_ROWS = Contender(
    CORRECT,
    "lse_verify.correct.logsumexp(x, axis=-1)",
    "the format's own digits, correctly rounded",
    _load_correct,
    _version,
    compiles=("binary64", "binary32"),
)
