"""What a name means, and how a broken library is kept from breaking the rest."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from lse_verify.errors import ImplementationLoadError, UnknownName, UsageError
from lse_verify.implementations import registry
from lse_verify.implementations.library import Call, Implementation, Library


def nothing() -> Call:
    raise NotImplementedError


GOOD = Library("good", (Implementation("good.one", "softmax", ("binary64",), nothing, "one"),))


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what loading a user's own adds to the path."""
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Stand in for the modules of third parties."""
    module = ModuleType("plugins_of_a_third_party")
    vars(module).update(good=GOOD, number=3)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def entry(name: str, attribute: str, module: str = "plugins_of_a_third_party") -> EntryPoint:
    return EntryPoint(name, f"{module}:{attribute}", registry.GROUP)


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch) -> Library:
    """Register a library that is known but not installed, beside the good one."""
    library = Library(
        name="absent",
        implementations=(Implementation("absent", "softmax", ("binary64",), nothing, "f"),),
        module="a_module_that_is_nowhere",
        install="pip install absent",
    )
    monkeypatch.setattr(registry, "_registered", lambda: {"absent": library, "good": GOOD})
    return library


def names(specs: list[str]) -> list[tuple[str, str]]:
    return [(i.name, i.function) for i in registry.select(specs)]


def test_the_packages_own_libraries_are_registered_and_sorted() -> None:
    own = {"correct", "jax", "numpy", "scipy", "textbook", "torch"}
    assert own <= set(registry.libraries())
    assert list(registry.libraries()) == sorted(registry.libraries())


def test_listing_the_libraries_imports_none_of_them() -> None:
    code = (
        "import sys; from lse_verify.implementations import registry; "
        "[library.describe() for library in registry.libraries().values()]; "
        "sys.exit(bool({'scipy', 'torch', 'jax'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_caller_cannot_change_what_is_registered() -> None:
    registry.libraries().clear()
    assert registry.libraries()


def test_the_name_of_a_library_selects_all_its_implementations() -> None:
    assert names(["numpy"]) == [
        ("numpy", "logaddexp"),
        ("numpy", "logaddexp2"),
        ("numpy.reduce", "logsumexp"),
    ]


def test_the_name_of_an_implementation_selects_it_for_all_its_functions() -> None:
    selected = names(["textbook.division_free_naive", "textbook.naive"])
    assert selected[0] == ("textbook.division_free_naive", "softmax")
    assert {name for name, _ in selected[1:]} == {"textbook.naive"}
    assert len(selected) > 3


def test_a_pattern_selects_the_implementations_that_match() -> None:
    found = {name for name, _ in names(["*.logaddexp_grad"])}
    assert found >= {"jax.logaddexp_grad", "torch.logaddexp_grad", "stan.logaddexp_grad"}
    assert all(name.endswith(".logaddexp_grad") for name in found)


def test_no_names_select_everything() -> None:
    assert {i.library for i in registry.select([])} == {
        name for name, library in registry.libraries().items() if library.implementations
    }


def test_what_is_named_twice_is_selected_once() -> None:
    assert names(["numpy.reduce", "numpy"]) == [
        ("numpy.reduce", "logsumexp"),
        ("numpy", "logaddexp"),
        ("numpy", "logaddexp2"),
    ]


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"no implementation named 'scipi'.*mean 'scipy'"):
        registry.select(["scipi"])


@pytest.mark.parametrize("name", ["torch.gard", "torch.*x"])
def test_a_name_that_matches_nothing_is_an_error(name: str) -> None:
    with pytest.raises(UnknownName):
        registry.select([name])


@pytest.mark.usefixtures("missing")
def test_asking_for_a_library_that_is_not_installed_says_how_to_install_it() -> None:
    with pytest.raises(ImplementationLoadError, match=r"install it with: pip install absent$"):
        registry.select(["absent"])


@pytest.mark.usefixtures("missing")
def test_a_library_that_is_not_installed_is_still_part_of_everything() -> None:
    assert names([]) == [("absent", "softmax"), ("good.one", "softmax")]


def test_find_returns_the_implementation_of_that_name_and_function() -> None:
    found = registry.find("textbook.naive", "log_softmax")
    assert (found.name, found.function) == ("textbook.naive", "log_softmax")


def test_find_does_not_take_a_library_for_an_implementation() -> None:
    with pytest.raises(UnknownName, match="'textbook'"):
        registry.find("textbook", "softmax")


def test_find_says_what_an_implementation_computes_instead() -> None:
    with pytest.raises(UsageError, match="'numpy' does not compute softmax; it has logaddexp"):
        registry.find("numpy", "softmax")


def test_find_takes_a_spec_relative_to_the_folder_given(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def f(x):\n    return x\n")
    found = registry.find("own.py:f", "softplus", base=tmp_path)
    assert (found.name, found.function) == ("own.py:f", "softplus")
    assert found.load().__name__ == "f"


def test_select_loads_the_users_own_so_that_an_error_ends_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text("def softplus(x):\n    return x\n")
    with pytest.raises(UnknownName, match=r"'softpuls'.*did you mean 'softplus'"):
        registry.select(["own.py:softpuls"], functions=["softplus"])


@pytest.mark.parametrize(
    ("formats", "expected"),
    [((), ("binary32", "binary64")), (("bfloat16",), ("bfloat16",))],
)
def test_the_formats_of_the_users_own_are_those_that_the_call_says(
    formats: tuple[str, ...],
    expected: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text("def softplus(x):\n    return x\n")
    (own,) = registry.select(["own.py:softplus"], formats=formats)
    assert own.formats == expected


@pytest.mark.usefixtures("plugins")
def test_a_third_partys_library_is_registered_beside_the_others() -> None:
    assert registry.from_entry_points([entry("good", "good")]) == {"good": GOOD}


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (entry("bad", "f", "a_module_that_is_nowhere"), "ModuleNotFoundError: No module named"),
        (entry("bad", "nothing"), "AttributeError"),
        (entry("bad", "number"), "TypeError: .* is not a Library"),
        (entry("bad", "good"), "ValueError: library 'good' is registered as 'bad'"),
    ],
)
def test_a_broken_library_is_a_row_with_its_reason_and_breaks_no_other(
    broken: EntryPoint, reason: str
) -> None:
    found = registry.from_entry_points([broken, entry("good", "good")])
    assert found["good"] is GOOD
    assert not found["bad"].installed
    with pytest.raises(ValueError, match=reason):
        raise ValueError(found["bad"].describe()["error"])


def test_a_library_that_exits_on_import_is_a_broken_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a_library_that_exits.py").write_text("print('hello')\nraise SystemExit(7)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = registry.from_entry_points([entry("bad", "f", "a_library_that_exits")])
    assert found["bad"].error == "SystemExit: 7"
    assert capsys.readouterr().out == ""


def test_a_library_whose_version_cannot_be_told_is_a_broken_row(plugins: ModuleType) -> None:
    vars(plugins)["odd"] = Library("odd", (), module="json", distribution="no-such-distribution")
    found = registry.from_entry_points([entry("odd", "odd")])
    assert found["odd"].error.startswith("PackageNotFoundError")


def test_implementations_must_carry_the_name_of_their_library(plugins: ModuleType) -> None:
    vars(plugins)["other"] = Library("other", GOOD.implementations)
    found = registry.from_entry_points([entry("other", "other")])
    assert found["other"].error == "ValueError: 'good.one' does not begin with 'other'"


@pytest.mark.usefixtures("plugins")
def test_the_packages_own_library_keeps_its_name_against_a_third_party() -> None:
    own = entry("numpy", "LIBRARY", "lse_verify.implementations.adapters.numpy_adapter")
    found = registry.from_entry_points([entry("numpy", "good"), own])
    assert found["numpy"].implementations
    assert found["plugins_of_a_third_party:good"].error == "the name 'numpy' is taken"


def test_asking_for_a_broken_library_by_name_gives_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = Library("bad", (), error="ImportError: no luck")
    monkeypatch.setattr(registry, "_registered", lambda: {"bad": broken})
    with pytest.raises(
        ImplementationLoadError, match="'bad' cannot be loaded: ImportError: no luck"
    ):
        registry.select(["bad"])
