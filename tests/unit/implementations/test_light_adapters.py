"""The adapters of the smaller Python libraries: declarations are data, and calls are theirs.

Expected values are mpmath's, or those of the sources named beside them. What is not installed is
skipped; the figures of the libraries' own faults are the audit's to find, not pinned here.
"""

from __future__ import annotations

import functools
import math
import pickle
import subprocess
import sys

import ml_dtypes
import mpmath
import numpy as np
import pytest

from lse_verify.family import FUNCTIONS
from lse_verify.formats import BINARY32, BINARY64, FORMATS, FloatArray, Format
from lse_verify.implementations.adapters import (
    awkward_adapter,
    casadi_adapter,
    gensim_adapter,
    mlx_adapter,
    numba_adapter,
    paddle_adapter,
    pytensor_adapter,
    sklearn_adapter,
    tfp_adapter,
)
from lse_verify.implementations.library import Call, Implementation, Library

LIBRARIES = [
    sklearn_adapter.LIBRARY,
    tfp_adapter.LIBRARY,
    numba_adapter.LIBRARY,
    pytensor_adapter.LIBRARY,
    casadi_adapter.LIBRARY,
    gensim_adapter.LIBRARY,
    awkward_adapter.LIBRARY,
    mlx_adapter.LIBRARY,
    paddle_adapter.LIBRARY,
]
ALL = [i for library in LIBRARIES for i in library.implementations]
CASES = [(i, FORMATS[name]) for i in ALL for name in i.formats]

# In binary64 it computes exponentials of binary32: not hidden, but graded.
OF_BINARY32 = "mlx"

every_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda i: i.name)
every_implementation = pytest.mark.parametrize(
    "implementation", ALL, ids=lambda i: f"{i.name}-{i.function}"
)
every_case = pytest.mark.parametrize(
    ("implementation", "fmt"), CASES, ids=lambda v: f"{v.name}-{getattr(v, 'function', '')}"
)


def require(implementation: Implementation) -> None:
    library = next(li for li in LIBRARIES if li.name == implementation.library)
    if not library.installed:
        pytest.skip(f"{library.name} is not installed")


@functools.cache
def loaded(implementation: Implementation) -> Call:
    """Load it once: some compile for seconds."""
    require(implementation)
    return implementation.load()


def found(name: str, function: str) -> Implementation:
    implementation = next(i for i in ALL if (i.name, i.function) == (name, function))
    require(implementation)
    return implementation


def arguments(implementation: Implementation, fmt: Format, rows: int = 3) -> list[FloatArray]:
    """Draw arguments; they include numbers that all formats of 16 bits hold exactly."""
    shape = (rows, implementation.n_terms[0] if implementation.n_terms else 4)
    rng = np.random.default_rng(5)
    drawn = []
    for kind in FUNCTIONS[implementation.function].arguments:
        values = rng.integers(1, 64, shape if kind == "row" else shape[:1]) / 16
        drawn.append(fmt.cast(values / 8 if implementation.function == "negentropy" else values))
    return drawn


def weighted(x: list[float], b: list[float] | None = None) -> mpmath.mpf:
    weights = b or [1.0] * len(x)
    return mpmath.log(mpmath.fsum(w * mpmath.exp(v) for v, w in zip(x, weights, strict=True)))


def exactly(function: str, point: list[list[float]]) -> list[float]:
    with mpmath.workprec(200):
        x = [mpmath.mpf(v) for argument in point for v in argument]
        total = mpmath.fsum(mpmath.exp(v) for v in x)
        lse = mpmath.log(total)
        shares = [mpmath.exp(v - lse) for v in x]
        values = {
            "logsumexp": [lse],
            "weighted_logsumexp": [weighted(*point)],
            "logaddexp": [lse],
            "logsumexp0": [mpmath.log1p(total)],
            "softmax": shares,
            "log_softmax": [v - lse for v in x],
            "log_softmax_gradient": [1 - shares[0], *(-share for share in shares[1:])],
            "softplus": [mpmath.log1p(total)],
            "logistic": [1 / (1 + mpmath.exp(-x[0]))],
            "negentropy": [mpmath.fsum(v * mpmath.log(v) for v in x)],
        }
        return [float(v) for v in values[function]]


@every_library
def test_importing_an_adapter_does_not_import_its_library(library: Library) -> None:
    code = (
        "import sys; "
        f"from lse_verify.implementations.adapters.{library.name}_adapter import LIBRARY; "
        "LIBRARY.describe(); "
        f"sys.exit({library.module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@every_library
def test_every_adapter_states_how_to_install_its_library(library: Library) -> None:
    assert library.install.startswith("pip install ")


@every_implementation
def test_every_implementation_is_named_after_its_library(implementation: Implementation) -> None:
    assert implementation.library in {li.name for li in LIBRARIES}
    assert implementation.function in FUNCTIONS
    assert set(implementation.formats) <= set(FORMATS)


def test_no_two_implementations_have_one_name_and_function() -> None:
    assert len({(i.name, i.function) for i in ALL}) == len(ALL)


@every_implementation
def test_a_twin_computes_the_same_function_in_the_same_formats(
    implementation: Implementation,
) -> None:
    if implementation.twin is not None:
        named = {(i.name, i.function): i for i in ALL}
        twin = named[implementation.twin, implementation.function]
        assert set(implementation.formats) <= set(twin.formats)


@every_implementation
def test_a_declaration_can_be_pickled_for_a_worker(implementation: Implementation) -> None:
    assert pickle.loads(pickle.dumps(implementation)) == implementation


@every_case
def test_results_have_the_format_and_shape_of_the_contract(
    implementation: Implementation, fmt: Format
) -> None:
    given = arguments(implementation, fmt)
    got = loaded(implementation)(*given)
    shape = given[0].shape if FUNCTIONS[implementation.function].returns_row else (3,)
    assert type(got) is np.ndarray
    assert (got.dtype, got.shape) == (fmt.dtype, shape)


@every_case
def test_results_are_near_the_exact_value(implementation: Implementation, fmt: Format) -> None:
    given = arguments(implementation, fmt)
    got = loaded(implementation)(*given).astype(np.float64).reshape(3, -1)
    if implementation.library == OF_BINARY32 and fmt is BINARY64:
        fmt = BINARY32
    for i in range(3):
        point = [np.atleast_1d(a[i]).astype(np.float64).tolist() for a in given]
        want = exactly(implementation.function, point)
        np.testing.assert_allclose(got[i], want, rtol=40 * fmt.unit_roundoff)


@every_case
def test_read_only_arguments_give_the_same_bits(
    implementation: Implementation, fmt: Format
) -> None:
    given = arguments(implementation, fmt)
    call = loaded(implementation)
    expected = call(*given).tobytes()
    for argument in given:
        argument.flags.writeable = False
    assert call(*given).tobytes() == expected


@every_case
def test_arguments_that_are_not_contiguous_give_the_same_bits(
    implementation: Implementation, fmt: Format
) -> None:
    given = arguments(implementation, fmt)
    call = loaded(implementation)
    expected = call(*given).tobytes()
    assert call(*(np.repeat(a, 2, axis=-1)[..., ::2] for a in given)).tobytes() == expected
    assert call(*(a[..., ::-1].copy()[..., ::-1] for a in given)).tobytes() == expected


@every_implementation
def test_special_values_raise_no_warning(implementation: Implementation) -> None:
    call = loaded(implementation)
    entries = [math.nan, math.inf, -math.inf, 0.0, 6e4, -6e4]
    first, second = (g.ravel() for g in np.meshgrid(entries, entries))
    rows = FORMATS[implementation.formats[0]].cast(np.stack([first, second], axis=1))
    given = {"row": rows, "value": rows[:, 0]}
    # Warnings are errors here, so that returning is the assertion.
    call(*(given[k] for k in FUNCTIONS[implementation.function].arguments))


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc who catches SIGTERM")
@every_library
def test_a_library_leaves_the_process_as_it_found_it(library: Library) -> None:
    require(library.implementations[0])
    code = f"""
import os, random, signal
import numpy as np
from lse_verify.formats import FORMATS
from lse_verify.family import FUNCTIONS
from lse_verify.implementations.adapters.{library.name}_adapter import LIBRARY

def state():
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    caught = int(status["SigCgt"], 16) >> signal.SIGTERM - 1 & 1
    # scikit-learn sets KMP_…, without which a second copy of OpenMP may end the process.
    told = {{name: value for name, value in os.environ.items() if name[:4] != "KMP_"}}
    return told, os.getcwd(), np.geterr(), caught, random.getstate(), str(np.random.get_state())

before = state()
first = LIBRARY.implementations[0]
x = np.full((2, 2), 1.5, FORMATS[first.formats[0]].dtype)
first.load()(*(x if kind == "row" else x[0] for kind in FUNCTIONS[first.function].arguments))
assert state() == before
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize("name", ["sklearn.loss_gradient", "sklearn"])
def test_the_loss_of_sklearn_takes_a_column_of_a_matrix(name: str) -> None:
    rows = np.array([[1.0, 9.0], [2.0, 9.0]])
    got = loaded(found(name, "softplus"))(rows[:, 0])
    assert got.tolist() == pytest.approx([1.3132616875182228, 2.1269280110429727], rel=1e-15)


def test_the_loss_of_sklearn_leaves_the_rows_as_they_were() -> None:
    rows = np.array([[1.0, 2.0], [3.0, 5.0]])
    for function in ("softmax", "log_softmax", "logsumexp0"):
        loaded(found("sklearn", function))(rows)
    assert rows.tolist() == [[1.0, 2.0], [3.0, 5.0]]


def test_the_entropy_of_tfp_is_not_normalised_off_the_simplex() -> None:
    # 3 · (1/4) · log(1/4) = −(3/2) log 2; normalised it would be −log 3.
    got = loaded(found("tfp", "negentropy"))(np.full((1, 3), 0.25))
    assert got[0] == pytest.approx(-1.5 * math.log(2), rel=1e-15)


@pytest.mark.parametrize("name", ["tfp.cumulative", "mlx.cumulative", "paddle.cumulative"])
def test_a_cumulative_logsumexp_is_asked_for_its_last_entry(name: str) -> None:
    # The first and the last entry are far apart: log(e^0 + e^10) = 10.000045398899216…
    got = loaded(found(name, "logsumexp"))(np.array([[0.0, 10.0], [10.0, 0.0]]))
    assert got.tolist() == pytest.approx([10.000045398899218] * 2, rel=1e-7)


def test_the_float_that_gensim_returns_for_binary32_is_one_of_binary32() -> None:
    matutils = pytest.importorskip("gensim.matutils")
    rows = np.random.default_rng(0).normal(size=(100, 7)).astype(np.float32)
    values = [matutils.logsumexp(row[np.newaxis]) for row in rows]
    assert np.array(values, np.float32).astype(np.float64).tolist() == values


def test_a_function_of_casadi_is_made_anew_for_another_number_of_terms() -> None:
    logsumexp = loaded(found("casadi", "logsumexp"))
    for n in (1, 2, 5):
        assert logsumexp(np.zeros((4, n))).tolist() == pytest.approx([math.log(n)] * 4)


@pytest.mark.parametrize("name", ["mlx", "mlx.cumulative"])
def test_mlx_computes_in_binary64(name: str) -> None:
    # 1 + 2**-40 is not a float of binary32.
    x = np.array([[1 + 2.0**-40]])
    assert loaded(found(name, "logsumexp"))(x)[0] == 1 + 2.0**-40


def test_the_bits_of_bfloat16_cross_to_mlx_and_back() -> None:
    require(mlx_adapter.LIBRARY.implementations[0])
    import mlx.core as mx

    patterns = np.arange(1 << 16, dtype=np.uint16).view(ml_dtypes.bfloat16)
    back = mlx_adapter._call(mx, None, lambda mx, nn, x: x, patterns)
    assert back.tobytes() == patterns.tobytes()


GRADIENTS = ["mlx.softplus_grad", "paddle.softplus_grad", "pytensor.softplus_grad"]


@pytest.mark.parametrize("name", GRADIENTS)
def test_the_gradient_of_softplus_is_taken_of_every_number_apart(name: str) -> None:
    implementation = found(name, "logistic")
    dtype = FORMATS[implementation.formats[0]].dtype
    x = np.full(40, 4000, dtype=dtype)
    x[::2] = -1.5
    got = loaded(implementation)(x)
    assert got[1::2].tolist() == [1.0] * 20
    assert np.unique(got[::2]).size == 1
    # 1/(1 + e^1.5) = 0.18242552…
    assert float(got[0]) == pytest.approx(0.18242552, rel=2e-3)


@pytest.mark.parametrize("name", ["mlx.grad", "paddle.grad", "pytensor.grad"])
def test_the_gradient_of_logsumexp_is_taken_of_every_row_apart(name: str) -> None:
    implementation = found(name, "softmax")
    dtype = FORMATS[implementation.formats[0]].dtype
    # In binary16 the values sum to more than 65504, its largest float.
    got = loaded(implementation)(np.full((40, 2), 4000, dtype=dtype)).astype(np.float64)
    assert got == pytest.approx(np.full((40, 2), 0.5), rel=4e-3)


def test_the_gradient_of_log_softmax_is_that_of_its_first_entry() -> None:
    for name in ("mlx", "paddle", "pytensor"):
        library = next(li for li in LIBRARIES if li.name == name)
        if library.installed:
            implementation = found(f"{name}.log_softmax_grad", "log_softmax_gradient")
            got = loaded(implementation)(np.array([[0.0, 0.0, 0.0, 0.0]]))
            assert got.tolist() == [[0.75, -0.25, -0.25, -0.25]]


@pytest.mark.parametrize("library", ["casadi", "mlx", "paddle", "pytensor"])
def test_the_gradient_of_logaddexp_takes_two_terms_only(library: str) -> None:
    for implementation in ALL:
        if implementation.library == library and implementation.name.endswith("logaddexp_grad"):
            assert implementation.n_terms == (2,)


def test_the_mode_of_pytensor_is_its_algorithm() -> None:
    # The exponential of 1000 overflows where no rewrite takes the maximum out.
    rows = np.array([[1000.0, 0.0]])
    assert loaded(found("pytensor", "logsumexp"))(rows)[0] == 1000
    assert loaded(found("pytensor.fast_compile", "logsumexp"))(rows)[0] == math.inf


def test_numba_compiled_with_fastmath_is_told_that_there_is_no_nan() -> None:
    # docs: "fastmath": LLVM may assume that no argument and no result is NaN.
    numbers = np.array([0.0, 1.5]), np.array([1.0, -2.5])
    plain, fast = (loaded(found(name, "logaddexp")) for name in ("numba", "numba.fastmath"))
    assert fast(*numbers).tolist() == plain(*numbers).tolist()
