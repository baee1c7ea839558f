"""A user's own implementation, from a file or a module, and the errors on the way."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lse_verify.errors import ImplementationLoadError, UnknownName, UsageError
from lse_verify.implementations import user


@pytest.fixture(autouse=True)
def _path_and_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what loading adds to the process."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").is_relative_to(tmp_path):
            del sys.modules[name]


def written(folder: Path, text: str, name: str = "own.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def loaded(spec: str, base: Path) -> object:
    return user.load(user.parse(spec, base))


def test_the_name_is_what_the_user_typed(tmp_path: Path) -> None:
    written(tmp_path, "f = abs", "deep/own.py")
    own = user.implementation("deep/../deep/own.py:f", "softplus", tmp_path)
    assert (own.name, own.library, own.calls) == (("deep/../deep/own.py:f"),) * 3


def test_a_file_is_found_from_any_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "f = abs")
    own = user.implementation("own.py:f", "softplus", tmp_path)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert own.load() is abs


def test_a_base_that_is_relative_is_made_absolute_when_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "f = abs")
    monkeypatch.chdir(tmp_path)
    target = user.parse("own.py:f", Path())
    monkeypatch.chdir("/")
    assert user.load(target) is abs


def test_a_declaration_can_be_pickled_for_a_worker(tmp_path: Path) -> None:
    written(tmp_path, "f = abs")
    own = user.implementation("own.py:f", "softplus", tmp_path)
    assert pickle.loads(pickle.dumps(own)).load() is abs


def test_an_absolute_path_needs_no_base(tmp_path: Path) -> None:
    assert loaded(f"{written(tmp_path, 'f = abs')}:f", Path("/")) is abs


def test_a_module_is_loaded_by_its_dotted_name(tmp_path: Path) -> None:
    assert loaded("os.path:join", tmp_path).__name__ == "join"  # type: ignore[attr-defined]


def test_a_module_in_the_folder_of_the_call_is_found(tmp_path: Path) -> None:
    written(tmp_path, "f = abs", "a_module_beside_the_call.py")
    assert loaded("a_module_beside_the_call:f", tmp_path) is abs


def test_an_attribute_may_have_dots(tmp_path: Path) -> None:
    written(tmp_path, "class C:\n    f = staticmethod(abs)\n")
    assert loaded("own.py:C.f", tmp_path) is abs


def test_a_file_may_import_the_file_beside_it(tmp_path: Path) -> None:
    written(tmp_path, "f = abs", "a_file_beside_it.py")
    written(tmp_path, "from a_file_beside_it import f")
    assert loaded("own.py:f", tmp_path) is abs


def test_a_file_named_as_an_installed_module_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    written(tmp_path, "f = abs", "colorsys.py")
    written(tmp_path, "import colorsys\nf = colorsys.rgb_to_hsv\n")
    assert loaded("colorsys.py:f", tmp_path) is abs
    assert loaded("own.py:f", tmp_path).__module__ == "colorsys"


def test_a_file_is_run_once_a_process(tmp_path: Path) -> None:
    written(tmp_path, "class C:\n    pass\n")
    assert loaded("own.py:C", tmp_path) is loaded("own.py:C", tmp_path)


def test_dataclasses_work_in_a_users_file(tmp_path: Path) -> None:
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass C:\n    x: int\n"
    )
    assert callable(loaded(f"{written(tmp_path, text)}:C", tmp_path))


@pytest.mark.parametrize("spec", ["own.py", "own.py:", ":f", "own.py:1f", "own.py:f()"])
def test_a_spec_without_both_parts_says_what_to_write(spec: str, tmp_path: Path) -> None:
    written(tmp_path, "f = abs")
    with pytest.raises(UsageError, match=r"write path/to/file\.py:attr"):
        user.parse(spec, tmp_path)


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImplementationLoadError, match=r"there is no file 'nope\.py'"):
        user.parse("nope.py:f", tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import a_module_that_is_nowhere", "No module named 'a_module_that_is_nowhere'"),
        ("def f(:", r"SyntaxError: invalid syntax \(own\.py, line 1\)"),
        ("raise ValueError('two\\nlines')", "ValueError: two lines"),
        ("raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_a_file_that_fails_to_import_is_reported_in_its_own_words_and_one_line(
    text: str, words: str, tmp_path: Path
) -> None:
    written(tmp_path, text)
    with pytest.raises(ImplementationLoadError, match=words) as caught:
        loaded("own.py:f", tmp_path)
    assert "\n" not in str(caught.value)


def test_a_module_that_is_not_there_is_reported_in_the_import_errors_words(
    tmp_path: Path,
) -> None:
    with pytest.raises(ImplementationLoadError, match="No module named 'a_module_that"):
        loaded("a_module_that_is_nowhere:f", tmp_path)


def test_a_file_that_failed_once_is_run_again(tmp_path: Path) -> None:
    path = written(tmp_path, "raise ValueError")
    with pytest.raises(ImplementationLoadError):
        loaded("own.py:f", tmp_path)
    # Another size, since a cached bytecode of the same second and size would be taken.
    path.write_text("# mended\nf = abs\n")
    assert loaded("own.py:f", tmp_path) is abs


def test_what_a_file_prints_on_import_stays_off_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "print('hello')\nf = abs\n")
    loaded("own.py:f", tmp_path)
    assert capsys.readouterr() == ("", "hello\n")


def test_a_missing_attribute_is_answered_with_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, "def logsumexp(x):\n    return x\n")
    with pytest.raises(UnknownName, match=r"no attribute named 'logsumexo'.*mean 'logsumexp'"):
        loaded("own.py:logsumexo", tmp_path)


def test_what_is_not_callable_is_an_error(tmp_path: Path) -> None:
    written(tmp_path, "f = 3")
    with pytest.raises(ImplementationLoadError, match="of type int, not a callable"):
        loaded("own.py:f", tmp_path)


def test_one_function_said_is_the_one_computed() -> None:
    assert user.function_of("own.py:softmax", ["softplus"], {"softmax", "softplus"}) == "softplus"


@pytest.mark.parametrize("said", [[], ["softmax", "softplus"]])
def test_otherwise_the_attributes_name_tells_the_function(said: list[str]) -> None:
    assert user.function_of("own.py:C.softmax", said, {"softmax", "softplus"}) == "softmax"


def test_a_function_that_is_neither_said_nor_named_must_be_said() -> None:
    with pytest.raises(UsageError, match=r"which function does 'own\.py:f' compute\?.*--function"):
        user.function_of("own.py:f", [], {"softmax"})
