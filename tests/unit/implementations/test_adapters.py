"""The adapters: declarations are data, arrays cross without loss, nothing is hidden.

Expected values are mpmath's, or those of the issues named beside them.
"""

from __future__ import annotations

import importlib.metadata
import math
import os
import pickle
import subprocess
import sys

import mpmath
import numpy as np
import pytest

from lse_verify.family import FUNCTIONS
from lse_verify.formats import FLOAT8_E4M3FN, FORMATS, FloatArray, Format
from lse_verify.implementations.adapters import (
    correct_adapter,
    jax_adapter,
    ml_dtypes_adapter,
    numpy_adapter,
    scipy_adapter,
    torch_adapter,
)
from lse_verify.implementations.library import Implementation, Library

LIBRARIES = [
    numpy_adapter.LIBRARY,
    ml_dtypes_adapter.LIBRARY,
    scipy_adapter.LIBRARY,
    torch_adapter.LIBRARY,
    jax_adapter.LIBRARY,
    correct_adapter.LIBRARY,
]
ALL = [i for library in LIBRARIES for i in library.implementations]
CASES = [(i, FORMATS[name]) for i in ALL for name in i.formats]

# jax takes the maximum from −∞ on, which is NaN there: not hidden, but graded.
NAN_IN_E4M3FN = {
    *(("jax", name) for name in ("softmax", "log_softmax")),
    *(("jax.axis0", name) for name in ("softmax", "log_softmax")),
    *(("jax.where", name) for name in ("softmax", "log_softmax")),
    ("jax.cumlogsumexp", "logsumexp"),
}
# And what XLA then makes of these changes from call to call (jax 0.10.2): not even the NaN is one.
CHANGES_IN_E4M3FN = {
    ("jax.log_softmax_grad", "log_softmax_gradient"),
    ("jax.jit", "softmax"),
}

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


def found(name: str, function: str) -> Implementation:
    implementation = next(i for i in ALL if (i.name, i.function) == (name, function))
    require(implementation)
    return implementation


def arguments(implementation: Implementation, fmt: Format, rows: int = 3) -> list[FloatArray]:
    """Draw arguments; they include numbers that binary16 and bfloat16 hold exactly."""
    shape = (rows, implementation.n_terms[0] if implementation.n_terms else 4)
    rng = np.random.default_rng(5)
    drawn = []
    for kind in FUNCTIONS[implementation.function].arguments:
        values = rng.integers(1, 64, shape if kind == "row" else shape[:1]) / 16
        if implementation.function == "negentropy":
            values = values / 8
        drawn.append(fmt.cast(values))
    return drawn


def weighted(x: list[float], b: list[float] | None = None) -> mpmath.mpf:
    weights = b or [1.0] * len(x)
    return mpmath.log(mpmath.fsum(w * mpmath.exp(v) for v, w in zip(x, weights, strict=True)))


def exactly(function: str, point: list[list[float]]) -> list[float]:
    with mpmath.workprec(200):
        x = [mpmath.mpf(v) for argument in point for v in argument]
        lse = mpmath.log(mpmath.fsum(mpmath.exp(v) for v in x))
        values = {
            "logsumexp": [lse],
            "weighted_logsumexp": [weighted(*point)],
            "logaddexp": [lse],
            "softmax": [mpmath.exp(v - lse) for v in x],
            "log_softmax": [v - lse for v in x],
            "log_softmax_gradient": [
                (1 if place == 0 else 0) - mpmath.exp(v - lse) for place, v in enumerate(x)
            ],
            "softplus": [mpmath.log1p(mpmath.exp(x[0]))],
            "logistic": [1 / (1 + mpmath.exp(-x[0]))],
            "negentropy": [mpmath.fsum(v * mpmath.log(v) for v in x)],
        }
        return [float(v) for v in values[function]]


@pytest.mark.parametrize("name", ["scipy", "torch", "jax"])
def test_importing_an_adapter_does_not_import_its_library(name: str) -> None:
    code = (
        "import sys; "
        f"from lse_verify.implementations.adapters.{name}_adapter import LIBRARY; "
        "LIBRARY.describe(); "
        f"sys.exit({name!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_adapter_of_the_correct_functions_imports_no_kernels() -> None:
    code = (
        "import sys; "
        "from lse_verify.implementations.adapters.correct_adapter import LIBRARY; "
        "LIBRARY.describe(); "
        "sys.exit(bool({'lse_verify.correct', 'numba'} & set(sys.modules)))"
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


@every_implementation
def test_a_declaration_can_be_pickled_for_a_worker(implementation: Implementation) -> None:
    assert pickle.loads(pickle.dumps(implementation)) == implementation


@every_case
def test_results_have_the_format_and_shape_of_the_contract(
    implementation: Implementation, fmt: Format
) -> None:
    require(implementation)
    given = arguments(implementation, fmt)
    got = implementation.load()(*given)
    shape = given[0].shape if FUNCTIONS[implementation.function].returns_row else (3,)
    assert type(got) is np.ndarray
    assert (got.dtype, got.shape) == (fmt.dtype, shape)


@every_case
def test_results_are_near_the_exact_value(implementation: Implementation, fmt: Format) -> None:
    require(implementation)
    given = arguments(implementation, fmt)
    got = implementation.load()(*given).astype(np.float64).reshape(3, -1)
    if fmt is FLOAT8_E4M3FN and (implementation.name, implementation.function) in NAN_IN_E4M3FN:
        assert np.isnan(got).all()
        return
    for i in range(3):
        point = [np.atleast_1d(a[i]).astype(np.float64).tolist() for a in given]
        want = exactly(implementation.function, point)
        if changes(implementation, fmt):
            assert not np.allclose(got[i], want, rtol=0.1)
            continue
        np.testing.assert_allclose(got[i], want, rtol=40 * fmt.unit_roundoff)


@every_case
def test_read_only_arguments_give_the_same_bits(
    implementation: Implementation, fmt: Format
) -> None:
    require(implementation)
    if changes(implementation, fmt):
        return
    given = arguments(implementation, fmt)
    call = implementation.load()
    expected = call(*given).tobytes()
    for argument in given:
        argument.flags.writeable = False
    assert call(*given).tobytes() == expected


def changes(implementation: Implementation, fmt: Format) -> bool:
    """Tell whether an implementation gives other bits at every call, and wrong ones."""
    name = (implementation.name, implementation.function)
    return fmt is FLOAT8_E4M3FN and name in CHANGES_IN_E4M3FN


@every_implementation
def test_special_values_raise_no_warning(implementation: Implementation) -> None:
    require(implementation)
    entries = [math.nan, math.inf, -math.inf, 0.0, 6e4, -6e4]
    first, second = (g.ravel() for g in np.meshgrid(entries, entries))
    rows = FORMATS[implementation.formats[0]].cast(np.stack([first, second], axis=1))
    given = {"row": rows, "value": rows[:, 0]}
    # Warnings are errors here, so that returning is the assertion.
    implementation.load()(*(given[k] for k in FUNCTIONS[implementation.function].arguments))


def test_torch_sees_the_memory_of_the_caller() -> None:
    torch = pytest.importorskip("torch")
    rows = np.zeros((2, 3), dtype=np.float32)
    torch_adapter.tensor_of(torch, rows).add_(1)
    assert rows.tolist() == [[1, 1, 1], [1, 1, 1]]


def test_torch_sees_the_memory_of_a_bfloat16_array() -> None:
    torch = pytest.importorskip("torch")
    rows = FORMATS["bfloat16"].cast(np.zeros((2, 2)))
    torch_adapter.tensor_of(torch, rows).add_(1.5)
    assert rows.astype(np.float64).tolist() == [[1.5, 1.5], [1.5, 1.5]]


def test_torch_takes_rows_that_run_backwards() -> None:
    logsumexp = found("torch", "logsumexp").load()
    rows = np.array([[1.0, 2.0, -700.0]])
    assert logsumexp(rows[:, ::-1])[0] == pytest.approx(2.313261687518223, rel=1e-15)


def test_torch_computes_with_one_thread() -> None:
    torch = pytest.importorskip("torch")
    found("torch", "softmax").load()
    assert torch.get_num_threads() == 1


def test_torch_gradient_of_a_tall_batch_of_binary16_is_finite() -> None:
    # The values sum to more than 65504, the largest float of binary16.
    rows = np.full((40, 2), 4000, dtype=np.float16)
    assert np.isfinite(found("torch.grad", "softmax").load()(rows)).all()


@pytest.mark.parametrize("name", ["torch.softplus_grad", "jax.softplus_grad"])
def test_the_gradient_of_softplus_is_taken_of_every_number_apart(name: str) -> None:
    # The values sum to more than 65504, the largest float of binary16.
    x = np.full(40, 4000, dtype=np.float16)
    x[::2] = -1.5
    got = found(name, "logistic").load()(x)
    assert got[1::2].tolist() == [1.0] * 20
    assert np.unique(got[::2]).size == 1
    # 1/(1 + e^1.5) = 0.18242552…
    assert float(got[0]) == pytest.approx(0.18242552, rel=2e-3)


@pytest.mark.parametrize("name", ["torch.log_softmax_grad", "jax.log_softmax_grad"])
def test_the_gradient_of_log_softmax_is_that_of_the_first_entry_of_every_row(name: str) -> None:
    # The values sum to more than 65504, the largest float of binary16.
    x = np.full((40, 3), -4000, dtype=np.float16)
    x[:, 0], x[::2, 1] = 4000, 4000
    got = found(name, "log_softmax_gradient").load()(x)
    assert got[::2].tolist() == [[0.5, -0.5, 0.0]] * 20
    assert got[1::2].tolist() == [[0.0, 0.0, 0.0]] * 20


@pytest.mark.parametrize("name", ["torch.logaddexp_grad", "jax.logaddexp_grad"])
def test_the_gradient_of_logaddexp_takes_two_terms_only(name: str) -> None:
    assert found(name, "softmax").n_terms == (2,)


def test_jax_computes_in_binary64() -> None:
    # 1 + 2**-40 is not a float of binary32.
    x = np.array([[1 + 2.0**-40]])
    assert found("jax", "logsumexp").load()(x)[0] == 1 + 2.0**-40


def test_jax_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPROC", "7")
    found("jax", "softplus").load()
    assert os.environ["NPROC"] == "7"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs CPU affinity")
def test_jax_gives_the_same_bits_on_one_core_as_on_all() -> None:
    found("jax", "softmax")
    code = """
import hashlib, os, sys
import numpy as np
if sys.argv[1] == "one": os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from lse_verify.implementations.adapters.jax_adapter import LIBRARY
softmax = next(i for i in LIBRARY.implementations if i.function == "softmax").load()
rows = np.random.default_rng(0).standard_normal((2, 1_000_000))
print(hashlib.sha256(softmax(rows).tobytes()).hexdigest())
"""
    one, many = (
        subprocess.run([sys.executable, "-c", code, cores], check=True, capture_output=True).stdout
        for cores in ("one", "all")
    )
    assert one == many


@pytest.mark.parametrize(("version", "offered"), [("1.14.1", False), ("1.15.0", True)])
def test_scipy_offers_softplus_since_1_15(
    version: str, offered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    assert scipy_adapter._offers_softplus() is offered


def test_a_scipy_that_is_not_installed_is_shown_with_all_it_offers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert scipy_adapter._offers_softplus()


def test_scipy_entropy_of_floats_that_sum_to_one_is_scipys_own_bits() -> None:
    stats = pytest.importorskip("scipy.stats")
    p = np.array([[0.5, 0.125, 0.375], [0.25, 0.25, 0.5]])
    got = found("scipy.stats_entropy", "negentropy").load()(p)
    assert got.tolist() == (-stats.entropy(p, axis=-1)).tolist()


def test_scipy_entropy_is_not_normalised_off_the_simplex() -> None:
    # 3 · (1/4) · log(1/4) = −(3/2) log 2; normalised it would be −log 3.
    p = np.full((1, 3), 0.25)
    got = found("scipy.stats_entropy", "negentropy").load()(p)
    assert got[0] == pytest.approx(-1.5 * math.log(2), rel=1e-15)


@pytest.mark.parametrize("name", ["scipy.entr", "scipy.stats_entropy"])
def test_what_the_adapter_composed_says_so(name: str) -> None:
    assert found(name, "negentropy").composed
