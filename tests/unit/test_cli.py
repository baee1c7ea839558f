"""The command line: a wrong call is one line and exit code 2, and writes nothing."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lse_verify.cli import main
from lse_verify.errors import OracleUndecided
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.implementations.library import Library
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle import certify
from lse_verify.report import show

COMMANDS = (
    *("audit", "report", "prove", "bench", "truth", "explain", "list", "leaderboard", "bugs"),
    *("compare", "adjudicate"),
)

CLAIMS = """
    import os, time
    from lse_verify.theory.claim import Claim
    from lse_verify.theory.kernel import equal
    from lse_verify.theory.statements import given, le, lt, eq
    from lse_verify.theory.vocabulary import a, lse, m, peak, s

    print("PRINTED")

    def raises():
        raise ValueError("closing [/bold] a [tag]")

    TRUE = (given(*peak(), then=le(m, lse())),)
    CLAIMS = (
        Claim("below", "LSE ≤ max.", (given(*peak(), then=le(lse(), m)),), lambda: (), ""),
        Claim("raises", "LSE ≥ max.", TRUE, raises, ""),
        Claim("crashes", "LSE ≥ max.", TRUE, lambda: os._exit(3), ""),
        Claim("holds", "a = a.", (given(then=eq(a, a)),), lambda: (equal(a, a),), ""),
    )
"""

MINE = """
    import os
    import numpy as np

    def logsumexp(x):
        print("PRINTED")
        os.write(1, b"WRITTEN")
        return np.logaddexp.reduce(x, axis=1)

    def fails(x):
        raise ValueError("closing [/bold] a [tag]")

    number = 3
"""


@dataclass(frozen=True)
class Ended:
    """How a call ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Call the command line in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["lse-verify", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        written = capfd.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Ended(code or 0, written.out, written.err)

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Fill the folder with what the calls below name."""
    (tmp_path / "mine.py").write_text(textwrap.dedent(MINE))
    (tmp_path / "broken.py").write_text("import no_such_module_of_mine\n")
    (tmp_path / "no_claims.py").write_text("CLAIMS = ()\n")
    (tmp_path / "ends_python.py").write_text("raise SystemExit(4)\n")
    (tmp_path / "crashes.py").write_text("import os\nos._exit(5)\n")
    (tmp_path / "ragged.csv").write_text("1,2\n3\n")
    (tmp_path / "words.csv").write_text("1,2\n3,four\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "rows.txt").write_text("1,2\n")
    (tmp_path / "damaged.npy").write_bytes(b"\x93NUMPY\x01\x00")
    np.save(tmp_path / "complex.npy", np.array([[1 + 2j, 1]]))
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    (tmp_path / "file").write_text("a regular file")
    (tmp_path / "other.jsonl").write_text('{"schema":99}\n')
    (tmp_path / "words.jsonl").write_text("hello\n")
    return tmp_path


WRONG = [
    ("hunt --foreign= -f softplus", "no command after 'foreign:'; write for example"),
    ("audit -i scipi", "no implementation named 'scipi'; did you mean 'scipy'?"),
    ("audit -i textbook.naiv", "no implementation named 'textbook.naiv'; did you mean"),
    ("audit -f logsumexo", "no function named 'logsumexo'; did you mean 'logsumexp'?"),
    ("audit --format binary65", "no format named 'binary65'; did you mean 'binary64'?"),
    ("audit --regime gapp", "no regime named 'gapp'; did you mean 'gap'?"),
    ("audit --data none.csv", "cannot read 'none.csv': No such file or directory; check the path"),
    ("audit --data ragged.csv", "'ragged.csv', line 2: 1 cells where the first row has 2;"),
    ("audit --data words.csv", "'words.csv', line 2: 'four' is not a number;"),
    ("audit --data empty.csv", "'empty.csv' is empty; at least one row of numbers is needed"),
    ("audit --data rows.txt", "cannot read 'rows.txt': only .npy, .npz and .csv files"),
    ("audit --data damaged.npy", "'damaged.npy' is damaged"),
    ("audit --data complex.npy", "'complex.npy' holds complex128; real numbers are needed"),
    ("audit --data cube.npy", "'cube.npy' has 3 dimensions; one or two are needed"),
    (
        "audit -i broken.py:logsumexp",
        "ModuleNotFoundError: No module named 'no_such_module_of_mine'",
    ),
    ("audit -i no_such_module.x:logsumexp", "No module named 'no_such_module'"),
    ("audit -i none.py:logsumexp", "cannot load 'none.py:logsumexp': there is no file 'none.py'"),
    ("audit -i mine.py:logsumxp -f logsumexp", "did you mean 'logsumexp'?"),
    ("audit -i mine.py:fails", "which function does 'mine.py:fails' compute? say one"),
    ("audit -i mine.py:number -f softmax", "it is of type int, not a callable"),
    ("audit -i mine.py", "which function does 'mine.py' compute? say one"),
    ("audit -i mine.py -f logsumexp", "write path/to/file.py:attr or package.module:attr"),
    ("audit -i numpy -f softplus", "nothing to audit: no implementation has these functions"),
    ("audit -i numpy --regime gap --samples 2 --out file/sub", "cannot write 'file/sub': Not a"),
    ("audit -i numpy --regime gap --samples 2 --out file", "cannot write 'file': File exists;"),
    ("audit --samples 0", "Invalid value for '--samples'"),
    ("audit --seed -1", "Invalid value for '--seed'"),
    ("audit --jobs many", "Invalid value for '--jobs'"),
    # The words around it are those of the parser, and differ by its release.
    ("audit --smaples 3", "--smaples"),
    ("report", "Missing argument 'LEDGER...'"),
    ("report none.jsonl", "cannot read the ledger 'none.jsonl': No such file or directory;"),
    ("report other.jsonl", "has schema version 99; this lse_verify reads version 4"),
    ("report words.jsonl", "'words.jsonl' is not a ledger"),
    ("prove bounds.uper", "no claim named 'bounds.uper'; did you mean 'bounds.upper'?"),
    ("prove none.py", "no file 'none.py'; name a claim or a .py file with CLAIMS"),
    ("prove words.csv", "'words.csv' is no Python file; name a .py file with CLAIMS"),
    ("prove broken.py", "'broken.py' cannot be imported: ModuleNotFoundError: No module named"),
    ("prove mine.py", "'mine.py' has no CLAIMS; it must be a tuple of lse_verify Claims"),
    ("prove no_claims.py", "'no_claims.py' has no claims; its CLAIMS is empty"),
    ("prove ends_python.py", "'ends_python.py' cannot be imported: it ends Python (4)"),
    ("prove crashes.py", "'crashes.py' cannot be imported: its process ended with exit code 5"),
    ("prove --jobs 0", "Invalid value for '--jobs'"),
    ("prove --seed -1", "Invalid value for '--seed'"),
    ("truth", "Missing argument 'ARG...'"),
    ("truth 0 4o", "'4o' is not a number; write decimals"),
    ("truth 1 2 -f softplus", "softplus takes 1 arguments (x), not 2;"),
    ("truth 1 -f logaddexp", "logaddexp takes 2 arguments (x x), not 1;"),
    ("truth 1,2 1,2,3 -f bregman", "the rows of bregman have different lengths;"),
    ("truth 1,2 -1 -f smoothmax", "the parameter of smoothmax is -1.0; it has to be positive"),
    ("truth 0*99999999999", "more than 10000000 terms; give fewer"),
    ("truth 1 -f softpls", "no function named 'softpls'; did you mean 'softplus'?"),
    ("truth 1 --format binary8", "no format named 'binary8'; did you mean"),
    ("truth 1 --digits 0", "Invalid value for '--digits'"),
    ("explain", "no input; give numbers (lse-verify explain 0 -40) or --regime and --row"),
    ("explain 0 x", "'x' is not a number; write decimals"),
    ("explain 0 -40 --regime gap", "numbers and --regime are two inputs; give one of them"),
    ("explain 0 -i scipi", "no implementation named 'scipi'; did you mean 'scipy'?"),
    ("explain 0 -i broken.py:f", "No module named 'no_such_module_of_mine'"),
    ("explain --regime gapp", "no regime named 'gapp'; did you mean 'gap'?"),
    ("explain --regime order -f softplus", "the regime 'order' has no inputs for softplus"),
    ("explain --regime gap --row 99999 --samples 5", "row 99999 is not in this batch; it has"),
    ("explain --regime gap --row -1", "Invalid value for '--row'"),
    ("lits", "No such command 'lits'"),
    ("leaderboard \udcff", r"'\xff' is not text in UTF-8; rename what it names"),
    (f"prove {'x' * 300}", "xxx…' is too long for the name of a file; check the path"),
    (f"audit --resume {'x' * 300}", "xxx…' is too long for the name of a file"),
    (f"audit -i numpy --python {'x' * 300}", "xxx…' is too long for the name of a file"),
    ("audit --samples 1000001", "Invalid value for '--samples'"),
    ("audit --jobs 9999", "Invalid value for '--jobs'"),
    ("check numpy --samples 1000001", "Invalid value for '--samples'"),
    ("hunt -i numpy --terms 1000001", "Invalid value for '--terms'"),
    ("hunt -i scipi", "no implementation named 'scipi'"),
]


@pytest.mark.parametrize(("call", "words"), WRONG, ids=[call for call, _ in WRONG])
def test_a_wrong_call_is_one_line_with_exit_code_2_and_writes_nothing(
    run: Run, folder: Path, call: str, words: str
) -> None:
    before = sorted(folder.rglob("*"))
    ended = run(*call.split())
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("lse-verify: ")
    assert words in ended.err
    assert [p for p in sorted(folder.rglob("*")) if "__pycache__" not in p.parts] == before


def test_a_library_that_is_not_installed_is_one_line_with_the_command_that_installs_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without(monkeypatch, "torch")
    for call in ("audit -i torch", "explain 0 -40 -i torch"):
        ended = run(*call.split())
        assert (ended.code, ended.out) == (2, "")
        assert ended.err == (
            "lse-verify: 'torch' is not installed; "
            "install it with: pip install 'lse_verify[torch]'\n"
        )


def _without(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    found = importlib.util.find_spec

    def hidden(name: str, package: str | None = None) -> Any:
        return None if name == module else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", hidden)


def test_what_oracles_leave_open_is_one_line_with_exit_code_3(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undecided(*question: Any) -> None:
        raise OracleUndecided("undecided at\n32768 bits")

    monkeypatch.setattr(certify, "certify", undecided)
    assert run("truth", "1") == Ended(3, "", "lse-verify: undecided at 32768 bits\n")


def test_an_interrupt_ends_with_exit_code_130_and_no_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*question: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(certify, "certify", interrupted)
    ended = run("truth", "1")
    assert ended.code == 130
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["", "-h", *COMMANDS])
def test_help_is_there_for_the_whole_and_for_everycommand(run: Run, command: str) -> None:
    ended = run(*(command, "--help") if command in COMMANDS else [command] if command else [])
    assert (ended.code, ended.err) == (0, "")
    assert f"lse-verify {command if command in COMMANDS else ''}".strip() in ended.out
    if command not in COMMANDS:
        assert all(name in ended.out for name in COMMANDS)


def test_help_imports_nothing_heavy() -> None:
    heavy = ("numpy", "sympy", "mpmath", "flint", "scipy", "torch", "jax", "matplotlib")
    source = f"""
import sys
from lse_verify.cli import main
sys.argv = ["lse-verify", "--help"]
try:
    main()
except SystemExit:
    print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("[]", "")


def test_a_wrong_call_of_the_program_itself_has_no_traceback() -> None:
    command = [sys.executable, "-m", "lse_verify", "truth", "0", "-4o"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("lse-verify: '-4o' is not a number")
    assert done.stderr.count("\n") == 1


def test_signs_that_cannot_be_written_end_as_escapes(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "ascii", write_through=True))
    assert run("truth", "0", "-40").code == 0
    assert rb"condition number \u03ba = 40" in written.getvalue()


def test_truth_prints_digits_and_the_rounding_in_each_format(run: Run) -> None:
    ended = run("truth", "0", "-40")
    assert ended.code == 0
    # log1p(exp(-40)) to 22 digits: exp(-40) − exp(-80)/2 + …, by any calculator.
    assert "= 4.24835425529158898630497" in ended.out
    assert "condition number κ = 40" in ended.out
    assert [line.split()[1:] for line in ended.out.splitlines() if "binary" in line] == [
        ["0.0", "0x0p+0"],
        ["4.24835413113866e-18", "0x1.397924p-58"],
        ["4.248354255291589e-18", "0x1.39792499b1a24p-58"],
    ]


def test_truth_as_json_parses_and_options_may_follow_negative_numbers(run: Run) -> None:
    found = json.loads(run("truth", "0", "-40", "--digits", "25", "--json").out)
    (output,) = found["outputs"]
    assert found["arguments"] == [["0x0p+0", "-0x1.4p+5"]]
    assert output["digits"] == "4.248354255291588986304978e-18"
    assert set(output["rounded"]) == set(FORMATS)


@pytest.mark.parametrize("row", ["nan,1", "inf,inf", "-inf,-inf", "0,-1e5", "0"])
def test_truth_as_json_has_no_number_that_json_lacks(run: Run, row: str) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    for function in ("softmax", "logsumexp"):
        found = run("truth", row, "--json", "-f", function)
        json.loads(found.out, parse_constant=refuse)


def test_truth_of_softmax_prints_each_output_and_exact_ones_as_fractions(run: Run) -> None:
    lines = run("truth", "-f", "softmax", "0", "0", "0").out.splitlines()
    assert [line for line in lines if line.startswith("softmax")] == [
        f"softmax(0.0, 0.0, 0.0)[{k}]" for k in range(3)
    ]
    assert sum(line.endswith(" = 1/3") for line in lines) == 3


def test_as_many_digits_are_printed_as_can_be_asked_for(run: Run) -> None:
    ended = run("truth", "--digits", "5000", "0", "1")
    assert len(ended.out.splitlines()[1].strip()) == len("= 1.") + 4999


def test_a_long_line_of_digits_is_not_broken(run: Run) -> None:
    ended = run("truth", "--digits", "300", "0", "1")
    assert max(len(line) for line in ended.out.splitlines()) > 300


def test_explain_shows_what_each_implementation_makes_of_an_input(run: Run) -> None:
    ended = run("explain", "0", "-40", "-i", "textbook", "-i", "numpy", "--json")
    assert ended.code == 0
    answers = {a["implementation"]: a for a in json.loads(ended.out)}
    assert answers["textbook.shifted"]["got"] == "0.0"
    assert answers["textbook.shifted"]["stability"] == "2.25e+14"
    assert answers["textbook.shifted_log1p"]["got"] == "4.248354255291589e-18"
    assert answers["numpy.reduce"]["got"] == "4.248354255291589e-18"


def test_explain_prints_brackets_as_they_are(run: Run, folder: Path) -> None:
    ended = run("explain", "0", "-40", "-i", "mine.py:fails")
    assert ended.code == 0
    assert "mine.py:fails: exception: ValueError: closing [/bold] a [tag]" in ended.out


def test_a_users_claims_end_in_one_line_each_with_a_counterexample_and_exit_code_1(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "claims.py").write_text(textwrap.dedent(CLAIMS))
    ended = run("prove", "claims.py", "--jobs", "2")
    lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (1, "")
    assert any(line.startswith("claims.py:below: a statement is false at k=1, ") for line in lines)
    assert "claims.py:raises: its proof raises ValueError: closing [/bold] a [tag]" in lines
    assert "claims.py:crashes: its process ended with exit code 3" in lines
    assert lines[-1].startswith("1 of 4 claims proved; ")
    assert "Traceback" not in ended.out
    assert "PRINTED" not in ended.out
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] in ([], ["__pycache__"])


def test_proofs_as_json_parse_and_a_report_is_written_where_it_is_asked_for(
    run: Run, tmp_path: Path
) -> None:
    call = "prove bounds.upper logdomain.product --no-coq --json --out o"
    ended = run(*call.split())
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert found["command"] == f"lse-verify {call}"
    assert [(c["id"], c["status"], c["proved"]) for c in found["claims"]] == [
        ("bounds.upper", "proved", True),
        ("logdomain.product", "proved", True),
    ]
    assert all(step["examined"]["verdict"] == "held" for step in found["claims"][0]["steps"])
    assert "### `bounds.upper`" in (tmp_path / "o" / "report.md").read_text(encoding="utf-8")


def test_list_as_json_names_libraries_functions_and_how_to_install_what_is_missing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without(monkeypatch, "jax")
    found = json.loads(run("list", "--json").out)
    libraries = {library["name"]: library for library in found["libraries"]}
    assert {"textbook", "numpy", "scipy", "torch", "jax"} <= set(libraries)
    assert not libraries["jax"]["installed"]
    assert libraries["jax"]["install"] == "pip install 'lse_verify[jax]'"
    assert found["functions"] == list(FUNCTIONS)
    assert list(found["regimes"]) == list(REGIMES)
    assert "bounds.upper" in found["claims"]


def test_list_prints_install_commands_with_their_brackets(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library("fancy", (), module="no_such_module", install="pip install 'fancy[all]'")
    monkeypatch.setattr(show, "libraries", lambda: {"fancy": library})
    assert "fancy not installed: pip install 'fancy[all]'" in run("list").out


def test_an_audit_of_a_users_file_on_a_users_rows_prints_json_alone_and_writes_its_report(
    run: Run, folder: Path
) -> None:
    (folder / "rows.csv").write_text("0,-40\n1,2\n")
    call = "audit -i mine.py:logsumexp --regime gap --data rows.csv --samples 2 --jobs 1 --out o"
    ended = run(*call.split(), "--json")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert {f["cell"]["regime"] for f in found["findings"]} == {"gap", "data:rows.csv"}
    assert {f["cell"]["format"] for f in found["findings"]} == {"binary32", "binary64"}
    on_rows = [f for f in found["findings"] if f["cell"]["regime"] == "data:rows.csv"]
    assert [f["finding"]["rows"] for f in on_rows] == [2, 2]
    assert (folder / "o" / "ledger.jsonl").exists()
    assert (folder / "o" / "report.md").exists()
    assert found["header"]["command"] == f"lse-verify {call} --json"
    again = run("report", "o/ledger.jsonl", "--out", "again", "--html")
    assert again.code == 0
    assert "4 cells: " in again.out
    assert again.out.splitlines()[-2:] == ["report: again/report.md", "page: again/report.html"]
    assert '<h2 id="all-grades">' in (folder / "again" / "report.html").read_text("utf-8")
    assert (folder / "again" / "report.md").read_bytes() == (folder / "o/report.md").read_bytes()
    _torn_ledger_is_one_line(run, folder / "o" / "ledger.jsonl")


def _torn_ledger_is_one_line(run: Run, ledger: Path) -> None:
    ledger.write_bytes(ledger.read_bytes()[:-9])
    ended = run("report", "o/ledger.jsonl")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "has no end; run the audit again" in ended.err


def test_an_audit_prints_verdicts_for_people_and_passes_whatever_they_are(
    run: Run, folder: Path
) -> None:
    call = "audit -i mine.py:fails -f logsumexp --format binary32 --regime ties --samples 1"
    ended = run(*call.split(), "--jobs", "1", "--out", "o")
    assert (ended.code, ended.err) == (0, "")
    assert "1 cells: 1 wrong" in ended.out
    assert ended.out.splitlines()[-1] == "report: o/report.md"


def test_no_folder_of_this_machine_is_in_the_command_of_a_report() -> None:
    from lse_verify.cli_options import command

    shown = command(["audit", "-i", "/a/m.py:f", "--data=/b/rows.csv", "--out", "/c/d", "-i/e.py"])
    assert shown == "lse-verify audit -i m.py:f --data=rows.csv --out d -ie.py"
