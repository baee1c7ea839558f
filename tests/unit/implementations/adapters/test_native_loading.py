"""How libraries in C and C++ are found, compiled and called, and what is not there."""

from __future__ import annotations

from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from adapter_contract import LIBRARIES, arguments, found

from lse_verify.errors import ImplementationLoadError
from lse_verify.formats import BINARY64
from lse_verify.implementations.adapters import eigen_adapter, stan_adapter
from lse_verify.implementations.library import Library
from lse_verify.implementations.native import compilation, loops, places, shim
from lse_verify.implementations.registry import find

NATIVE = [library for library in LIBRARIES if library.language in ("C", "C++")]


@pytest.mark.parametrize("library", NATIVE, ids=lambda i: i.name)
def test_what_is_compiled_says_with_which_flags(library: Library) -> None:
    for implementation in library.implementations:
        is_shim = getattr(implementation.load, "func", None) is shim.load
        assert (compilation.COMMAND in implementation.calls) == is_shim


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
    installed = {library.name for library in NATIVE if library.installed}
    assert installed <= {"itpp", "rmath", "gsl"}
    assert not stan_adapter.LIBRARY.version


def test_what_is_nowhere_is_not_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "_OBJECTS", (tmp_path,))
    monkeypatch.setattr(places, "_HEADERS", (tmp_path,))
    monkeypatch.setattr(stan_adapter, "_R_LIBRARIES", (tmp_path,))
    assert {library.name for library in NATIVE if library.installed} <= {"stan"}
    assert all(library.version == "" for library in NATIVE if library.name != "stan")
    with pytest.raises(ImplementationLoadError, match="no shared object with 'log1pexp'"):
        find("rmath", "softplus").load()


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
