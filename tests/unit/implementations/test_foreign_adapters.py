"""The adapters of R and JavaScript: the programs that serve them, and where packages are found.

Expected values are mpmath's.
"""

from __future__ import annotations

import importlib
import json
import math
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mpmath
import numpy as np
import pytest

from lse_verify.errors import ImplementationLoadError
from lse_verify.family import FUNCTIONS
from lse_verify.formats import BINARY32, BINARY64, FORMATS, FloatArray, Format
from lse_verify.implementations.adapters import (
    gtools_adapter,
    jax_js_adapter,
    matrixstats_adapter,
    r_base_adapter,
    sparsematrixstats_adapter,
    stdlib_js_adapter,
    tfjs_adapter,
)
from lse_verify.implementations.foreign import node, rscript
from lse_verify.implementations.foreign.child import Child, Program
from lse_verify.implementations.foreign.node import NodePackages
from lse_verify.implementations.foreign.protocol import ForeignFailure, request
from lse_verify.implementations.foreign.rscript import RPackage
from lse_verify.implementations.library import Implementation, Library

LIBRARIES = [
    matrixstats_adapter.LIBRARY,
    sparsematrixstats_adapter.LIBRARY,
    r_base_adapter.LIBRARY,
    gtools_adapter.LIBRARY,
    stdlib_js_adapter.LIBRARY,
    tfjs_adapter.LIBRARY,
    jax_js_adapter.LIBRARY,
]
ALL = [i for library in LIBRARIES for i in library.implementations]
CASES = [(i, FORMATS[name]) for i in ALL for name in i.formats]

PROGRAMS = Path(node.__file__).with_name("programs")

every_library = pytest.mark.parametrize("library", LIBRARIES, ids=lambda i: i.name)
every_implementation = pytest.mark.parametrize(
    "implementation", ALL, ids=lambda i: f"{i.name}-{i.function}"
)
every_case = pytest.mark.parametrize(
    ("implementation", "fmt"), CASES, ids=lambda v: f"{v.name}-{getattr(v, 'function', '')}"
)
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")


def require(implementation: Implementation) -> None:
    library = next(li for li in LIBRARIES if li.name == implementation.library)
    if not library.installed:
        pytest.skip(f"{library.name} is not installed")


def found(name: str, function: str) -> Implementation:
    implementation = next(i for i in ALL if (i.name, i.function) == (name, function))
    require(implementation)
    return implementation


def arguments(implementation: Implementation, fmt: Format, rows: int = 3) -> list[FloatArray]:
    shape = (rows, implementation.n_terms[0] if implementation.n_terms else 4)
    rng = np.random.default_rng(5)
    kinds = FUNCTIONS[implementation.function].arguments
    return [
        fmt.cast(rng.integers(1, 64, shape if kind == "row" else shape[:1]) / 16) for kind in kinds
    ]


def exactly(function: str, point: list[list[float]]) -> list[float]:
    with mpmath.workprec(200):
        x = [mpmath.mpf(v) for argument in point for v in argument]
        lse = mpmath.log(mpmath.fsum(mpmath.exp(v) for v in x))
        values = {
            "logsumexp": [lse],
            "logaddexp": [lse],
            "softmax": [mpmath.exp(v - lse) for v in x],
            "log_softmax": [v - lse for v in x],
            "log_softmax_gradient": [(k == 0) - mpmath.exp(v - lse) for k, v in enumerate(x)],
            "softplus": [mpmath.log1p(mpmath.exp(x[0]))],
            "logistic": [1 / (1 + mpmath.exp(-x[0]))],
        }
        return [float(v) for v in values[function]]


@every_library
def test_every_library_says_its_language_and_how_to_install_it(library: Library) -> None:
    kinds = {"R": "apt-get install r-", "JavaScript": "npm install --prefix ~/"}
    assert library.install.startswith(kinds[library.language])


@every_implementation
def test_every_implementation_is_named_after_its_library(implementation: Implementation) -> None:
    assert implementation.library in {li.name for li in LIBRARIES}
    assert implementation.function in FUNCTIONS
    assert set(implementation.formats) <= set(FORMATS)


def test_no_two_implementations_have_one_name_and_function() -> None:
    assert len({(i.name, i.function) for i in ALL}) == len(ALL)


@every_implementation
def test_a_declaration_can_be_pickled_for_a_worker(implementation: Implementation) -> None:
    assert pickle.loads(pickle.dumps(implementation)) == implementation


@every_library
def test_describing_a_library_starts_no_process_and_needs_numpy_only(library: Library) -> None:
    module = f"lse_verify.implementations.adapters.{library.name}_adapter"
    assert importlib.import_module(module).LIBRARY is library
    # A process that starts another is a process that audits what it does.
    code = (
        "import sys\n"
        "def refuse(event, _):\n"
        "    if event in ('subprocess.Popen', 'os.exec', 'os.posix_spawn', 'os.fork'):\n"
        "        raise RuntimeError(event)\n"
        "sys.addaudithook(refuse)\n"
        f"from {module} import LIBRARY\n"
        "LIBRARY.describe()\n"
        "sys.exit(', '.join({'sympy', 'mpmath', 'msgspec', 'scipy'} & set(sys.modules)) or None)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


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


# jax-js evaluates exp and log by polynomials that are good for some 24 bits, in binary64 too.
COARSE = 2.0**-18


@every_case
def test_results_are_near_the_exact_value(implementation: Implementation, fmt: Format) -> None:
    require(implementation)
    given = arguments(implementation, fmt)
    got = implementation.load()(*given).astype(np.float64).reshape(3, -1)
    coarse = implementation.library == "jax_js" and "cpu" not in implementation.name
    for i in range(3):
        point = [np.atleast_1d(a[i]).astype(np.float64).tolist() for a in given]
        want = exactly(implementation.function, point)
        tolerance = COARSE if coarse else 40 * fmt.unit_roundoff
        np.testing.assert_allclose(got[i], want, rtol=tolerance)


@every_implementation
def test_special_values_are_answered(implementation: Implementation) -> None:
    require(implementation)
    entries = [math.nan, math.inf, -math.inf, 0.0, 6e4, -6e4]
    first, second = (g.ravel() for g in np.meshgrid(entries, entries))
    rows = FORMATS[implementation.formats[0]].cast(np.stack([first, second], axis=1))
    given = {"row": rows, "value": rows[:, 0]}
    # Warnings are errors here, so that returning is the assertion.
    implementation.load()(*(given[k] for k in FUNCTIONS[implementation.function].arguments))


@every_implementation
def test_a_row_gives_the_same_bits_when_asked_for_again(implementation: Implementation) -> None:
    require(implementation)
    fmt = FORMATS[implementation.formats[0]]
    given = arguments(implementation, fmt, rows=200)
    call = implementation.load()
    assert call(*given).tobytes() == call(*given).tobytes()


@every_implementation
def test_no_rows_are_no_numbers_or_refused(implementation: Implementation) -> None:
    require(implementation)
    given = arguments(implementation, FORMATS[implementation.formats[0]], rows=0)
    call = implementation.load()
    # jax-js makes no array of no numbers, and R's link no vector.
    if implementation.library == "jax_js" or implementation.name == "r_base.linkinv":
        with pytest.raises(ForeignFailure) as caught:
            call(*given)
        assert caught.value.failure_kind == "exception"
    else:
        assert call(*given).shape[0] == 0


IDENTITY = {
    "R": (
        "Rscript --vanilla",
        "serve.R",
        'functions <- list("softmax" = identity, "logsumexp" = function(x) { print("hello"); '
        'if (nrow(x) == 13) stop("thirteen\\nrows") else x[, 1L] }, '
        '"logistic" = function(x) 1L)',
    ),
    "JavaScript": (
        "node",
        "serve.mjs",
        "export default () => ({ softmax: ({ numbers }) => numbers,\n"
        "  logsumexp: ({ numbers, nRows, nTerms }) => { console.log('hello');\n"
        "    process.stdout.write('hello');\n"
        "    if (nRows === 13) throw new Error('thirteen\\nrows');\n"
        "    return numbers.filter((_, i) => i % nTerms === 0) },\n"
        "  logistic: () => [1] })",
    ),
}


@pytest.fixture(
    params=[pytest.param("R", marks=needs_r), pytest.param("JavaScript", marks=needs_node)]
)
def identity(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Child]:
    """Serve functions that pass on what they are given, by the server of a language."""
    command, server, source = IDENTITY[request.param]
    served = tmp_path / "served.mjs"
    served.write_text(source)
    words = (*command.split(), str(PROGRAMS / server), str(served), str(tmp_path))
    child = Child(Program(words))
    yield child
    child.close()


def test_numbers_cross_a_server_bit_for_bit(identity: Child) -> None:
    x = np.array([[math.inf, -math.inf, -0.0, 5e-324, math.nan, math.nan, -math.nan]])
    payloads = x.view(np.uint64)
    payloads[0, 4] |= 7
    # A signalling NaN, and the one that R takes for "not available".
    payloads[0, 5] = 0x7FF0_0000_0000_07A2
    rows = np.concatenate([x, x[:, ::-1]])
    assert identity.ask(request("softmax", True, "", (rows,))).tobytes() == rows.tobytes()


def test_a_server_takes_a_million_numbers_and_a_thousand_requests(identity: Child) -> None:
    big = np.arange(1e6).reshape(1000, 1000)
    assert identity.ask(request("softmax", True, "", (big,))).tobytes() == big.tobytes()
    for i in range(1000):
        one = np.full((1, 2), float(i))
        assert identity.ask(request("logsumexp", False, "", (one,))).tolist() == [i]


def test_what_a_library_prints_or_throws_does_not_end_its_server(identity: Child) -> None:
    with pytest.raises(ForeignFailure, match="thirteen rows") as caught:
        identity.ask(request("logsumexp", False, "", (np.zeros((13, 3)),)))
    assert caught.value.failure_kind == "exception"
    assert identity.ask(request("logsumexp", False, "", (np.eye(2),))).tolist() == [1.0, 0.0]


def test_a_server_refuses_a_function_that_is_not_there(identity: Child) -> None:
    with pytest.raises(ForeignFailure, match="no such function: softmax other"):
        identity.ask(request("softmax", True, "other", (np.zeros((2, 2)),)))


def test_a_server_passes_on_no_numbers_of_another_kind(identity: Child) -> None:
    with pytest.raises(ForeignFailure, match="returned"):
        identity.ask(request("logistic", False, "", (np.zeros(1),)))


def test_rows_without_terms_are_rows(identity: Child) -> None:
    assert identity.ask(request("softmax", True, "", (np.zeros((3, 0)),))).shape == (0,)


@needs_node
def test_binary32_crosses_bit_for_bit(tmp_path: Path) -> None:
    served = tmp_path / "served.mjs"
    served.write_text(IDENTITY["JavaScript"][2])
    child = Child(Program(("node", str(PROGRAMS / "serve.mjs"), str(served), str(tmp_path))))
    x = BINARY32.cast(np.array([[math.inf, -0.0, 1e-45, math.nan, 0.1]]))
    x.view(np.uint32)[0, 3] = 0x7F80_0001
    assert child.ask(request("softmax", True, "", (x,))).tobytes() == x.tobytes()
    child.close()


def package(folder: Path, name: str, version: str) -> None:
    described = folder / "node_modules" / name / "package.json"
    described.parent.mkdir(parents=True)
    described.write_text(json.dumps({"name": name, "version": version}))


@needs_node
def test_packages_are_looked_for_above_the_working_directory_and_then_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, deep = tmp_path / "home", tmp_path / "project" / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(deep)
    wanted = NodePackages("stdlib_js.mjs", ("@one/first", "second"))
    assert wanted.version() is None
    ours = home / node.FOLDER.removeprefix("~/")
    package(ours, "@one/first", "1.0.0")
    assert wanted.version() is None
    package(ours, "second", "2.0.0")
    assert wanted.version() == "1.0.0"
    # Half of what is needed is not taken from one folder and half from another.
    package(tmp_path / "project", "@one/first", "1.5.0")
    assert wanted.version() == "1.0.0"
    package(tmp_path / "project", "second", "2.5.0")
    assert wanted.version() == "1.5.0"


@needs_node
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "first"}', "{"])
def test_a_package_whose_description_is_broken_is_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    package(tmp_path, "first", "1.0.0")
    (tmp_path / "node_modules" / "first" / "package.json").write_text(text)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert NodePackages("stdlib_js.mjs", ("first",)).version() is None


def test_the_version_of_a_library_is_that_of_its_package() -> None:
    implementation = found("stdlib_js", "softplus")
    assert implementation.load()(np.array([0.0]))[0] == pytest.approx(math.log(2), rel=1e-15)
    assert stdlib_js_adapter.LIBRARY.version.count(".") == 2


def test_without_node_its_packages_are_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(tmp_path, "@one/first", "1.0.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    wanted = NodePackages("stdlib_js.mjs", ("@one/first",))
    assert wanted.version() is None
    words = f"there is no node here; npm install --prefix {node.FOLDER} @one/first"
    with pytest.raises(ImplementationLoadError, match=words):
        wanted.load("softplus")


def an_r(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay out an R that has nothing but descriptions; return its folder of packages."""
    program = folder / "usr" / "bin" / "Rscript"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    described(folder / "usr" / "lib" / "R" / "library", "base", "4.9.1")
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setenv("HOME", str(folder / "home"))
    for variable in ("R_LIBS", "R_LIBS_USER", "R_LIBS_SITE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(rscript, "_SITES", ())
    return folder / "usr" / "lib" / "R" / "library"


def described(folder: Path, name: str, version: str) -> None:
    (folder / name).mkdir(parents=True)
    words = f"Package: {name}\nVersion: {version}\nTitle: No Version: here\n"
    (folder / name / "DESCRIPTION").write_text(words)


def test_packages_of_r_are_looked_for_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = an_r(tmp_path, monkeypatch)
    wanted = RPackage("gtools.R", "thing", "apt-get install r-cran-thing")
    assert wanted.version() is None
    described(library, "thing", "1.0")
    assert wanted.version() == "1.0"
    described(tmp_path / "home" / "R" / "x86_64-pc-linux-gnu-library" / "4.8", "thing", "1.1")
    assert wanted.version() == "1.0"
    described(tmp_path / "home" / "R" / "x86_64-pc-linux-gnu-library" / "4.9", "thing", "1.2")
    assert wanted.version() == "1.2"
    described(tmp_path / "mine", "thing", "1.3-1")
    monkeypatch.setenv("R_LIBS", f"{tmp_path / 'nowhere'}:{tmp_path / 'mine'}")
    assert wanted.version() == "1.3-1"


def test_without_r_its_packages_are_not_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    wanted = RPackage("gtools.R", "thing", "apt-get install r-cran-thing")
    assert wanted.version() is None
    with pytest.raises(ImplementationLoadError, match="no Rscript here; apt-get install"):
        wanted.load("logistic")


@needs_r
def test_a_package_of_r_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = RPackage("gtools.R", "noSuchPackage", "apt-get install r-cran-none")
    with pytest.raises(ImplementationLoadError, match="no R package noSuchPackage here"):
        wanted.load("logistic")


def test_the_sparse_one_counts_zeros_that_it_does_not_see() -> None:
    # log(e + 2), the two zeros being absent from the sparse row.
    got = found("sparsematrixstats", "logsumexp").load()(np.array([[0.0, 1.0, -0.0]]))
    assert got[0] == pytest.approx(1.551444713932051, rel=1e-15)


def test_the_backends_of_tfjs_are_two() -> None:
    x = BINARY32.cast(np.random.default_rng(0).normal(size=(500, 7)))
    bits = {
        backend: found(f"tfjs.{backend}", "softmax").load()(x).tobytes()
        for backend in ("cpu", "wasm")
    }
    assert bits["cpu"] != bits["wasm"]


def test_the_devices_of_jax_js_are_two() -> None:
    x = BINARY64.cast(np.random.default_rng(0).normal(size=(500, 7)))
    bits = {name: found(name, "softmax").load()(x).tobytes() for name in ("jax_js", "jax_js.cpu")}
    assert bits["jax_js"] != bits["jax_js.cpu"]


def test_jax_js_computes_in_binary64() -> None:
    # 1 + 2**-40 is not a float of binary32.
    x = np.array([[1 + 2.0**-40]])
    assert found("jax_js.cpu", "logsumexp").load()(x)[0] == 1 + 2.0**-40
