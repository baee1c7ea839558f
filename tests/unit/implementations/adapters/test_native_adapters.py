"""What is particular to libraries in C and C++: tables, handlers of errors, reverse mode.

Expected values are mpmath's, or what the sources named beside them say.
"""

from __future__ import annotations

import ctypes
import math
import subprocess
import sys

import numpy as np
import pytest
from adapter_contract import found

from lse_verify.formats import BINARY32
from lse_verify.implementations.adapters import gsl_adapter
from lse_verify.implementations.native import shim


def test_jaclog_rounds_to_its_grid_and_reads_its_table() -> None:
    jaclog = found("itpp.jaclog", "logaddexp").load()
    a = np.array([0.0, 2.0**-14, 1.5 * 2.0**-12, 0.0, 0.0, 1e300, -1e300])
    b = np.array([-1e300, -9.0, -9.0, -9.375, -9.374, 0.0, -1e300])
    got = jaclog(a, b)
    # The table ends at 300/32 = 9.375, and its last entry, 0.35 of 2^-12, is rounded to none.
    assert got[:5].tolist() == [0.0, 2.0**-12, 3 * 2.0**-12, 0.0, 0.0]
    # The largest is 2^27 − 1 units of 2^-12; of its negative the double is log 2 more, in units.
    assert got[5] == (2**27 - 1) / 4096
    assert got[6] == pytest.approx(-(2**27 - 1) / 4096 + math.log(2), abs=2.0**-12)
    # Between two entries, 1/32 apart, the table has the first: log(1 + e^0) for 1/33.
    assert jaclog(np.array([0.0]), np.array([-1 / 33]))[0] == pytest.approx(math.log(2), abs=2e-4)


def test_jaclog_is_said_to_be_composed() -> None:
    assert found("itpp.jaclog", "logaddexp").composed


def test_gsl_gets_its_handler_of_errors_back() -> None:
    softplus = found("gsl", "softplus").load()
    shared = ctypes.CDLL(str(gsl_adapter._shared()))
    shared.gsl_set_error_handler.restype = ctypes.c_void_p
    shared.gsl_set_error_handler.argtypes = (ctypes.c_void_p,)
    mine = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int)
    called: list[int] = []
    handler = mine(lambda why, file, line, number: called.append(number))
    address = ctypes.cast(handler, ctypes.c_void_p).value
    before = shared.gsl_set_error_handler(address)
    try:
        # Its result underflows; it would call the handler.
        assert softplus(np.array([-800.0])).tolist() == [0.0]
        assert called == []
    finally:
        assert shared.gsl_set_error_handler(before) == address


def test_boost_refuses_an_empty_range() -> None:
    with pytest.raises(shim.ShimError, match="empty range"):
        found("boost", "logsumexp").load()(np.zeros((1, 0)))


def test_boost_computes_binary32_in_binary32() -> None:
    # 2^-25 is half a unit below 1, and a binary64 intermediate would show.
    rows = BINARY32.cast(np.random.default_rng(0).normal(size=(500, 3)))
    logsumexp = found("boost", "logsumexp").load()
    wide = logsumexp(rows.astype(np.float64)).astype(np.float32)
    assert (logsumexp(rows) != wide).any()


@pytest.mark.parametrize("variant", ["grad", "logaddexp_grad"])
@pytest.mark.parametrize("library", ["stan", "stanheaders"])
def test_stan_forgets_what_it_recorded(library: str, variant: str) -> None:
    gradient = found(f"{library}.{variant}", "softmax").load()
    rows = np.random.default_rng(1).normal(size=(50, 2))
    assert gradient(rows).tobytes() == gradient(rows).tobytes()
    assert gradient(rows[7:8]).tobytes() == gradient(rows)[7:8].tobytes()


def test_stan_of_variables_and_of_doubles_are_two_algorithms() -> None:
    rows = np.random.default_rng(2).normal(size=(200, 5))
    bits = {
        name: found(name, "log_softmax").load()(rows).tobytes() for name in ("stan", "stan.var")
    }
    assert bits["stan"] != bits["stan.var"]


def test_stan_of_no_numbers_is_minus_infinity() -> None:
    assert found("stan", "logsumexp").load()(np.zeros((2, 0))).tolist() == [-math.inf] * 2


def test_the_old_stan_of_no_numbers_ends_its_process() -> None:
    found("stanheaders", "logsumexp")
    code = (
        "import numpy as np\n"
        "from lse_verify.implementations.adapters.stan_adapter import STANHEADERS\n"
        "call = next(i for i in STANHEADERS.implementations if i.function == 'logsumexp').load()\n"
        "print('loaded', flush=True)\n"
        "call(np.zeros((1, 0)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-6, b"loaded\n")
