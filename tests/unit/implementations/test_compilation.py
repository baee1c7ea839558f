"""Compiling sources: once, whole or not at all, by several at once, and what goes wrong."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from lse_verify.errors import ImplementationLoadError
from lse_verify.implementations.native import compilation
from lse_verify.implementations.native.compilation import Source, loaded

SEEN = 'extern "C" __attribute__((visibility("default")))'

needs_compiler = pytest.mark.skipif(
    not compilation.has_compiler(), reason="there is no C++ compiler"
)


@pytest.fixture(autouse=True)
def _nothing_loaded() -> Iterator[None]:
    """Let every test find out anew what is kept."""
    loaded.cache_clear()
    yield
    loaded.cache_clear()


def source(tmp_path: Path, text: str = "return 7;", name: str = "seven") -> Source:
    file = tmp_path / f"{name}.cpp"
    file.write_text(f"{SEEN} int {name}() {{ {text} }}\n")
    return Source(file)


@needs_compiler
def test_a_source_is_compiled_once_and_kept(tmp_path: Path) -> None:
    wanted, folder = source(tmp_path), tmp_path / "kept"
    assert loaded(wanted, folder).seven() == 7
    (kept,) = folder.iterdir()
    assert kept.name.startswith("seven-")
    written = kept.stat().st_mtime_ns
    loaded.cache_clear()
    assert loaded(wanted, folder).seven() == 7
    assert [(p, p.stat().st_mtime_ns) for p in folder.iterdir()] == [(kept, written)]


@needs_compiler
def test_what_is_kept_is_known_by_source_flags_version_and_folders(tmp_path: Path) -> None:
    folder, wanted = tmp_path / "kept", source(tmp_path)
    for other in (
        wanted,
        Source(wanted.file, flags=("-DNDEBUG",)),
        Source(wanted.file, version="1.2"),
        Source(wanted.file, folders=(tmp_path,)),
    ):
        assert loaded(other, folder).seven() == 7
    source(tmp_path, "return 8;")
    loaded.cache_clear()
    assert loaded(wanted, folder).seven() == 8
    assert len(list(folder.iterdir())) == 5


@needs_compiler
def test_the_place_of_a_source_is_not_part_of_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    folder = tmp_path / "kept"
    loaded(source(tmp_path), folder)
    loaded(source(tmp_path / "other"), folder)
    assert len(list(folder.iterdir())) == 1


@needs_compiler
def test_flags_allow_no_arithmetic_but_that_of_the_source(tmp_path: Path) -> None:
    # With -ffast-math, (x + 1e16) - 1e16 may be x.
    file = tmp_path / "lost.cpp"
    file.write_text(f"{SEEN} double lost(double x) {{ return (x + 1e16) - 1e16; }}\n")
    lost = loaded(Source(file), tmp_path / "kept").lost
    lost.argtypes, lost.restype = (ctypes.c_double,), ctypes.c_double
    assert lost(0.5) == 0.0
    assert compilation.COMMAND == "c++ -std=c++17 -O2"


@needs_compiler
def test_two_releases_of_a_header_share_nothing_in_one_process(tmp_path: Path) -> None:
    counts = []
    for release in ("first", "second"):
        file = tmp_path / f"{release}.cpp"
        # What is static in a template is one in the whole process, where it is not hidden.
        file.write_text(
            "template <typename T> struct Kept { static T count; };\n"
            "template <typename T> T Kept<T>::count = 0;\n"
            f"{SEEN} int counted() {{ return ++Kept<int>::count; }}\n"
        )
        counts.append(loaded(Source(file), tmp_path / "kept").counted)
    assert [count() for count in (*counts, *counts)] == [1, 1, 2, 2]


@needs_compiler
def test_two_processes_at_once_both_get_it_and_one_compiles(tmp_path: Path) -> None:
    wanted, folder = source(tmp_path), tmp_path / "kept"
    # A compiler that notes when it is called to compile, and takes its time.
    shim = tmp_path / "bin" / "c++"
    shim.parent.mkdir()
    shim.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] || {{ echo >> {tmp_path}/calls; sleep 0.5; }}\n'
        f'exec {compilation._compiler()} "$@"\n'
    )
    shim.chmod(0o755)
    code = (
        "import sys; from pathlib import Path; "
        "from lse_verify.implementations.native.compilation import Source, loaded; "
        "print(loaded(Source(Path(sys.argv[1])), Path(sys.argv[2])).seven())"
    )
    path = f"{shim.parent}{os.pathsep}{os.environ['PATH']}"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(wanted.file), str(folder)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PATH": path},
            text=True,
        )
        for _ in range(2)
    ]
    assert [process.communicate(timeout=60)[0] for process in running] == ["7\n", "7\n"]
    assert (tmp_path / "calls").read_text() == "\n"
    assert len(list(folder.iterdir())) == 1


@needs_compiler
def test_a_compiler_that_is_killed_leaves_nothing_that_stops_the_next(tmp_path: Path) -> None:
    wanted, folder = source(tmp_path), tmp_path / "kept"
    code = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from lse_verify.implementations.native import compilation
        def dies(*_): os.kill(os.getpid(), signal.SIGKILL)
        compilation._compile = dies
        compilation.loaded(compilation.Source(Path(sys.argv[1])), Path(sys.argv[2]))
    """)
    command = [sys.executable, "-c", code, str(wanted.file), str(folder)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -9
    assert loaded(wanted, folder).seven() == 7


@needs_compiler
def test_what_is_kept_and_torn_is_compiled_anew(tmp_path: Path) -> None:
    wanted, folder = source(tmp_path), tmp_path / "kept"
    compiler = compilation._compiler()
    assert compiler is not None
    folder.mkdir()
    (folder / f"seven-{compilation._digest(wanted, compiler)}.so").write_bytes(b"\x7fELF, torn")
    assert loaded(wanted, folder).seven() == 7


@needs_compiler
def test_a_source_that_cannot_be_compiled_says_why_in_one_line(tmp_path: Path) -> None:
    wanted, folder = source(tmp_path, "return seven_;"), tmp_path / "kept"
    with pytest.raises(ImplementationLoadError, match=r"seven\.cpp cannot be compiled by") as told:
        loaded(wanted, folder)
    assert "'seven_' was not declared" in str(told.value) or "undeclared" in str(told.value)
    assert "\n" not in str(told.value)
    assert list(folder.iterdir()) == []


@needs_compiler
def test_a_header_that_is_missing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "includes.cpp"
    file.write_text("#include <no/such/header.hpp>\n")
    with pytest.raises(ImplementationLoadError, match=r"no/such/header\.hpp"):
        loaded(Source(file), tmp_path / "kept")


@needs_compiler
def test_a_symbol_that_is_missing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "lacks.cpp"
    file.write_text(f"{SEEN} int nowhere(); {SEEN} int lacks() {{ return nowhere(); }}\n")
    # Bound at once, and not when it is called: a lazy one would end the process.
    with pytest.raises(ImplementationLoadError, match=r"lacks\.cpp cannot be loaded: .*nowhere"):
        loaded(Source(file), tmp_path / "kept")


@needs_compiler
def test_where_the_cache_cannot_be_made_every_process_compiles_for_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert loaded(source(tmp_path), tmp_path / "file" / "kept").seven() == 7
    assert (tmp_path / "file").read_text() == "no folder"


@needs_compiler
@pytest.mark.skipif(os.geteuid() == 0, reason="to root no folder is read-only")
def test_where_the_cache_is_read_only_every_process_compiles_for_itself(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o500)
    assert loaded(source(tmp_path), folder).seven() == 7
    assert list(folder.iterdir()) == []


@needs_compiler
def test_what_a_read_only_cache_has_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, folder = source(tmp_path), tmp_path / "kept"
    loaded(wanted, folder)
    loaded.cache_clear()
    monkeypatch.setattr(compilation, "_can_keep", lambda folder: pytest.fail("asked for more"))
    assert loaded(wanted, folder).seven() == 7


def test_without_a_compiler_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not compilation.has_compiler()
    with pytest.raises(ImplementationLoadError, match=r"no compiler .* apt-get install g\+\+"):
        loaded(source(tmp_path), tmp_path / "kept")


def test_the_cache_is_in_the_user_s_folder_for_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path in compilation._cache_folder().parents


@pytest.mark.parametrize("file", sorted(compilation._SOURCES.glob("*.cpp")), ids=lambda p: p.stem)
def test_sources_are_found_by_name_and_say_what_they_are(file: Path) -> None:
    assert compilation.source(file.stem) == file
    assert file.read_text().startswith("// ")
