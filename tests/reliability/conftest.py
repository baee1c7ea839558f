"""The runs that tests disturb, what they have to end in, and the report of what was tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from calls import Caller
from small_audit import AUDIT
from small_commands import begin
from small_exhaust import EXHAUST
from small_hunt import HUNT
from small_runs import LEDGER, OUT, Kind, Run, end
from trials import FAULTS, Trial, Tried
from trials_report import Passed, update

from lse_verify.audit import environment

_OPTION = "--reliability-report"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        _OPTION, metavar="DIR", help="Keep what was tried in DIR, and write DIR/report.md of it."
    )


def pytest_configure(config: pytest.Config) -> None:
    # Workers of xdist send their trials to the process that began them.
    if config.getoption(_OPTION, None) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Recorder(config), "reliability-report")


class _Recorder:
    """Gathers what tests say, and keeps it."""

    def __init__(self, config: pytest.Config) -> None:
        self._folder = Path(config.getoption(_OPTION))
        self._commit = environment.commit()
        self._passed: dict[str, Passed] = {}
        self._failed: set[str] = set()
        self._told = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        said = [msgspec.convert(one, Trial) for name, one in report.user_properties if name == _KEY]
        if report.when == "call" and report.passed and said:
            self._passed[report.nodeid] = Passed(self._commit, report.duration, said)

    def pytest_sessionfinish(self) -> None:
        path = update(self._passed, self._failed, self._folder)
        self._told = f"report: {path}" if path else "no report is written: a test failed"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.write_line(self._told)


_KEY = "tried"


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """Who calls commands one after the other, each in a process forked for it."""
    with Caller(tmp_path_factory.mktemp("calls")) as one:
        yield one


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Tried:
    def record(
        fault: str, times: int = 1, lost: int = 0, note: str = "", seconds: float = 0.0
    ) -> None:
        assert fault in FAULTS
        said = msgspec.to_builtins(Trial(fault, times, lost, note, seconds))
        request.node.user_properties.append((_KEY, said))

    return record


_KINDS = [AUDIT, EXHAUST, pytest.param(HUNT, marks=pytest.mark.slow)]


@pytest.fixture(scope="session", params=_KINDS, ids=lambda kind: str(kind.command))
def kind(request: pytest.FixtureRequest) -> Kind:
    found = request.param
    assert isinstance(found, Kind)
    return found


@pytest.fixture
def small_run(kind: Kind, tmp_path: Path) -> Run:
    return Run.at(tmp_path, kind)


@pytest.fixture(scope="session")
def undisturbed(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run.at(tmp_path_factory.mktemp("undisturbed"), kind)
    end(run.start())
    run.report()
    return run


@pytest.fixture(scope="session")
def small_ledger(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the ledger of a small audit."""
    home = tmp_path_factory.mktemp("ledger")
    with begin(home, "audit") as process:
        _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return (home / OUT / LEDGER).read_bytes()
