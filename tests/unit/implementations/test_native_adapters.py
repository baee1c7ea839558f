"""The adapters of libraries in C and C++: what they offer, how numbers cross, what is not there.

Expected values are mpmath's, or what the sources named beside them say.
"""

from __future__ import annotations

import ctypes
import importlib
import math
import pickle
import subprocess
import sys
from pathlib import Path

import ml_dtypes
import mpmath
import numpy as np
import pytest

from lse_verify.errors import ImplementationLoadError
from lse_verify.family import FUNCTIONS
from lse_verify.formats import BINARY32, BINARY64, FORMATS, FloatArray, Format
from lse_verify.implementations.adapters import (
    boost_adapter,
    eigen_adapter,
    gsl_adapter,
    itpp_adapter,
    rmath_adapter,
    stan_adapter,
)
from lse_verify.implementations.library import Implementation, Library
from lse_verify.implementations.native import compilation, loops, places, shim

LIBRARIES = [
    itpp_adapter.LIBRARY,
    rmath_adapter.LIBRARY,
    gsl_adapter.LIBRARY,
    boost_adapter.LIBRARY,
    eigen_adapter.LIBRARY,
    stan_adapter.LIBRARY,
    stan_adapter.STANHEADERS,
]
ALL = [i for library in LIBRARIES for i in library.implementations]
CASES = [(i, FORMATS[name]) for i in ALL for name in i.formats]
ADAPTERS = ("itpp", "rmath", "gsl", "boost", "eigen", "stan")

# Its grid is 2^-12 and its table has steps of 1/32.
COARSE = {"itpp.jaclog": 0.02}

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
    implementation = next((i for i in ALL if (i.name, i.function) == (name, function)), None)
    if implementation is None:
        pytest.skip(f"{name} of {function} is not offered here")
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
        shares = [mpmath.exp(v - lse) for v in x]
        values = {
            "logsumexp": [lse],
            "logaddexp": [lse],
            "softmax": shares,
            "log_softmax": [v - lse for v in x],
            "log_softmax_gradient": [(k == 0) - share for k, share in enumerate(shares)],
            "softplus": [mpmath.log1p(mpmath.exp(x[0]))],
            "logistic": [1 / (1 + mpmath.exp(-x[0]))],
        }
        return [float(v) for v in values[function]]


@every_library
def test_every_library_says_its_language_and_how_to_install_it(library: Library) -> None:
    assert library.language in ("C", "C++")
    assert library.install.startswith("apt-get install ")


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


@every_implementation
def test_what_is_compiled_says_with_which_flags(implementation: Implementation) -> None:
    is_shim = getattr(implementation.load, "func", None) is shim.load
    assert (compilation.COMMAND in implementation.calls) == is_shim


@pytest.mark.parametrize("name", ADAPTERS)
def test_describing_a_library_starts_no_process_loads_nothing_and_needs_numpy_only(
    name: str,
) -> None:
    module = f"lse_verify.implementations.adapters.{name}_adapter"
    assert importlib.import_module(module).LIBRARY in LIBRARIES
    code = (
        "import sys, numpy, ml_dtypes\n"
        "def refuse(event, _):\n"
        "    if event in ('subprocess.Popen', 'os.exec', 'os.posix_spawn', 'os.fork',\n"
        "                 'ctypes.dlopen'):\n"
        "        raise RuntimeError(event)\n"
        "import ctypes\n"
        "sys.addaudithook(refuse)\n"
        f"from {module} import LIBRARY\n"
        "LIBRARY.describe()\n"
        "others = {'sympy', 'mpmath', 'msgspec', 'scipy', 'platformdirs', 'httpstan'}\n"
        "sys.exit(', '.join(others & set(sys.modules)) or None)\n"
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


@every_case
def test_results_are_near_the_exact_value(implementation: Implementation, fmt: Format) -> None:
    require(implementation)
    given = arguments(implementation, fmt)
    got = implementation.load()(*given).astype(np.float64).reshape(3, -1)
    for i in range(3):
        point = [np.atleast_1d(a[i]).astype(np.float64).tolist() for a in given]
        want = exactly(implementation.function, point)
        close = COARSE.get(implementation.name, 40 * fmt.unit_roundoff)
        np.testing.assert_allclose(got[i], want, rtol=close)


@every_case
def test_read_only_strided_and_backward_arguments_give_the_same_bits(
    implementation: Implementation, fmt: Format
) -> None:
    require(implementation)
    given = arguments(implementation, fmt)
    call = implementation.load()
    expected = call(*given).tobytes()
    strided = [np.repeat(a, 2, axis=-1)[..., ::2] for a in given]
    backward = [np.flip(np.flip(a).copy()) for a in given]
    for argument in given:
        argument.flags.writeable = False
    for same in (given, strided, backward):
        assert call(*same).tobytes() == expected


@every_implementation
def test_special_values_are_answered_or_refused_in_words(implementation: Implementation) -> None:
    require(implementation)
    entries = [math.nan, math.inf, -math.inf, 0.0, 6e4, -6e4]
    first, second = (g.ravel() for g in np.meshgrid(entries, entries))
    rows = FORMATS[implementation.formats[0]].cast(np.stack([first, second], axis=1))
    given = {"row": rows, "value": rows[:, 0]}
    call = implementation.load()
    asked = [given[k] for k in FUNCTIONS[implementation.function].arguments]
    if implementation.name == "itpp.jaclog":
        with pytest.raises(shim.ShimError, match="NaN"):
            call(*asked)
    else:
        assert len(call(*asked)) == len(rows)


@every_implementation
def test_no_rows_are_no_numbers(implementation: Implementation) -> None:
    require(implementation)
    given = arguments(implementation, FORMATS[implementation.formats[0]], rows=0)
    assert implementation.load()(*given).shape[0] == 0


def test_numbers_of_every_format_cross_a_shim_bit_for_bit(tmp_path: Path) -> None:
    if not compilation.has_compiler():
        pytest.skip("there is no C++ compiler")
    file = tmp_path / "given.cpp"
    file.write_text(
        "#include <stdexcept>\n"
        f'#include "{compilation._INCLUDED}"\n'
        "#define SAME(x, n, y) for (std::size_t i = 0; i < n; ++i) y[i] = x[i]\n"
        "#define LAST(x, n) x[n - 1]\n"
        "SHIM_ROW(same, binary16, short, SAME)\n"
        "SHIM_ROW(same, bfloat16, short, SAME)\n"
        "SHIM_ROW(same, binary32, int, SAME)\n"
        "SHIM_ROW(same, binary64, long, SAME)\n"
        "SHIM_NUMBER(last, binary64, double, LAST)\n"
        "double thrown(const double*, std::size_t n) { if (n == 2) throw 1;\n"
        '  throw std::domain_error("not\\xe2\\x88\\x9e for it"); }\n'
        "SHIM_NUMBER(thrown, binary64, double, thrown)\n"
    )
    compiled = compilation.loaded(compilation.Source(file), tmp_path / "kept")
    for dtype in (np.float16, ml_dtypes.bfloat16, np.float32, np.float64):
        bits = np.arange(24, dtype=np.dtype(dtype).str.replace("f", "u").replace("V", "u"))
        rows = (bits * 7919 * bits).reshape(4, 6).view(dtype)
        assert shim._call(compiled, "same", True, rows).tobytes() == rows.tobytes()
    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    assert shim._call(compiled, "last", False, a, b).tolist() == [3.0, 4.0]
    assert shim._call(compiled, "last", False, a).tolist() == [1.0, 2.0]
    with pytest.raises(shim.ShimError, match=r"^not∞ for it$"):
        shim._call(compiled, "thrown", False, a)
    with pytest.raises(shim.ShimError, match=r"no std::exception"):
        shim._call(compiled, "thrown", False, a, b)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("itpp", "logaddexp"),
        ("rmath", "logaddexp"),
        ("rmath", "logsumexp"),
        ("rmath", "softplus"),
        ("rmath", "logistic"),
        ("gsl", "softplus"),
        ("gsl", "logistic"),
    ],
)
def test_without_a_compiler_the_loop_is_of_python_and_the_bits_are_the_same(
    name: str, function: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    implementation = found(name, function)
    given = [a * 50 - 99 for a in arguments(implementation, BINARY64, rows=300)]
    here = implementation.load()
    expected = here(*given).tobytes()
    monkeypatch.setenv("PATH", str(tmp_path))
    compilation.loaded.cache_clear()
    without = implementation.load()
    assert "_compiled" not in repr(without)
    assert without(*given).tobytes() == expected
    assert without(*(a[:0] for a in given)).shape == (0,)


def test_without_a_compiler_what_is_to_be_compiled_is_not_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    installed = {library.name for library in LIBRARIES if library.installed}
    assert installed <= {"itpp", "rmath", "gsl"}
    assert not stan_adapter.LIBRARY.version


def test_what_is_nowhere_is_not_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "_OBJECTS", (tmp_path,))
    monkeypatch.setattr(places, "_HEADERS", (tmp_path,))
    monkeypatch.setattr(stan_adapter, "_R_LIBRARIES", (tmp_path,))
    assert {library.name for library in LIBRARIES if library.installed} <= {"stan"}
    assert all(library.version == "" for library in LIBRARIES if library.name != "stan")
    with pytest.raises(ImplementationLoadError, match="no shared object with 'log1pexp'"):
        next(i for i in ALL if (i.name, i.function) == ("rmath", "softplus")).load()


def test_a_function_that_an_object_has_not_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "libbroken.so.1"
    broken.write_bytes(b"\x7fELF")
    with pytest.raises(ImplementationLoadError, match=r"cannot load 'libbroken\.so\.1': "):
        loops.Function(lambda: broken, "f", "values").load()


def test_versions_are_told_by_files(tmp_path: Path) -> None:
    shared = tmp_path / "libthing.so.8"
    (tmp_path / "libthing.so.8.2.1").touch()
    shared.symlink_to("libthing.so.8.2.1")
    assert places.packaged_version(shared, "thing") == "so 8.2.1"
    (tmp_path / "pkgconfig").mkdir()
    (tmp_path / "pkgconfig" / "thing.pc").write_text("Name: Thing\nVersion: 4.3.1\nLibs: -lt\n")
    assert places.packaged_version(shared, "thing") == "4.3.1"
    header = tmp_path / "version.hpp"
    header.write_text('#define A_MAJOR 4\n  # define A_MINOR 9 // 8\n#define A_NAME "4_9"\n')
    assert places.macros(header, "A_MAJOR", "A_MINOR", "A_PATCH") == "4.9"
    assert places.macros(header, "A_NAME") == "4_9"


@pytest.mark.parametrize(
    ("file", "major", "version"),
    [
        (eigen_adapter._MACROS, "3", None),
        (eigen_adapter._MACROS, "4", "3.4.0"),
        ("Eigen/Version", "5", "3.5.0"),
        ("Eigen/none", "5", None),
    ],
)
def test_eigen_is_here_from_the_release_on_that_has_the_function(
    file: str, major: str, version: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (eigen_adapter._MACROS, file):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    numbers = zip(eigen_adapter._VERSION, ("3", major, "0"), strict=True)
    (tmp_path / file).write_text("".join(f"#define {name} {n}\n" for name, n in numbers))
    monkeypatch.setattr(places, "_HEADERS", (tmp_path,))
    monkeypatch.setattr(eigen_adapter, "has_compiler", lambda: True)
    assert eigen_adapter._presence() == version


def test_headers_are_found_in_a_folder_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thing3" / "Thing").mkdir(parents=True)
    (tmp_path / "thing3" / "Thing" / "Core").touch()
    monkeypatch.setattr(places, "_HEADERS", (tmp_path / "no", tmp_path))
    assert places.header("Thing/Core") is None
    assert places.header("Thing/Core", "thing3") == tmp_path / "thing3"


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


def test_the_gradient_of_two_numbers_takes_two() -> None:
    for library in ("stan", "stanheaders"):
        assert found(f"{library}.logaddexp_grad", "softmax").n_terms == (2,)


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
