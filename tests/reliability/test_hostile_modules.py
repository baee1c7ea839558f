"""What a module changes when it is loaded is told of all that load it, whichever process does."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
import pytest
from hostile import HAS_CONTROLS
from trials import Tried

from lse_verify.audit.cell import Cell
from lse_verify.audit.executors import GradeCell
from lse_verify.audit.explain import explain
from lse_verify.audit.finding import Failure, Finding
from lse_verify.audit.grade import Workplace
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.request import installed
from lse_verify.audit.run import Request, audit
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.execution.executors import Lost
from lse_verify.execution.pool import PoolExecutor
from lse_verify.family.block import Block
from lse_verify.implementations import user
from lse_verify.implementations.registry import libraries, select
from lse_verify.inputs.regimes import REGIMES
from lse_verify.search.exhaust.shard import ShardGrader
from lse_verify.search.exhaust.spaces import Space
from lse_verify.search.hunt.quest import Quest, explore

pytestmark = pytest.mark.skipif(
    not HAS_CONTROLS, reason="it is not known where this C library controls arithmetic"
)

# As a library that is linked with -ffast-math does, which is loaded once in a process.
FLUSHING = """
    import platform
    from hostile import CONTROLS, set_control
    set_control(*CONTROLS["flush to zero"])
"""

HONEST = """
    import numpy as np

    def logsumexp(x):
        with np.errstate(all="ignore"):
            return np.log(np.exp(x).sum(axis=1)).astype(x.dtype)

    def softplus(x):
        with np.errstate(all="ignore"):
            return np.log1p(np.exp(x)).astype(x.dtype)
"""

FILES = {
    "flushing.py": FLUSHING,
    "honest.py": HONEST,
    "one.py": "import flushing\nfrom honest import logsumexp, softplus\n",
    "patching.py": (
        "import mpmath, numpy as np\n"
        "exactly = np.exp\n"
        "np.exp = lambda x, **options: exactly(x, **options) * x.dtype.type(1.01)\n"
        "mpmath.mp.prec = 10\n"
        "def logsumexp(x): return np.log(np.exp(x).sum(axis=1))\n"
    ),
    "precise.py": (
        "import mpmath, numpy as np\n"
        "def logsumexp(x):\n"
        "    sums = [sum(map(mpmath.exp, row), mpmath.mpf(0)) for row in x.astype(float)]\n"
        "    return np.array([float(mpmath.log(s)) if s else -np.inf for s in sums], x.dtype)\n"
    ),
    "other.py": "import flushing\nfrom honest import logsumexp, softplus\n",
    "seeding.py": (
        "import random\nimport honest\n"
        "def softplus(x):\n    random.seed(1)\n    return honest.softplus(x)\n"
        "def once(x, asked=[]):\n"
        "    asked.append(x)\n"
        "    if len(asked) > 2: raise ValueError('asked too often')\n"
        "    return x + 1\n"
    ),
}

BY_LOADING = Failure(kind="environment", words="loading it changed the flush-to-zero mode")
BY_CALLING = Failure(kind="environment", words="calling it changed the state of random")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    for name, source in FILES.items():
        (tmp_path / name).write_text(textwrap.dedent(source))
    return tmp_path


def _audited(base: Path, jobs: int, *names: str) -> Ledger:
    request = Request(
        command="lse-verify audit",
        implementations=[
            user.implementation(f"{name}:logsumexp", "logsumexp", base) for name in names
        ]
        + select(["textbook.naive"]),
        functions=["logsumexp"],
        formats=["binary32"],
        regimes=[REGIMES["ties"], REGIMES["gap"]],
        seed=3,
        samples=5,
        jobs=jobs,
        base=base,
    )
    return audit(request, base / "out" / "ledger.jsonl", lambda *step: None)


def test_all_cells_of_all_that_load_it_say_so_with_one_process_and_with_two(
    base: Path, tried: Tried
) -> None:
    names = ("honest.py", "one.py", "other.py")
    one, two = _audited(base, 1, *names), _audited(base, 2, *names)
    assert one.digest == two.digest
    for entry in one.entries:
        is_flushing = entry.cell.implementation.startswith(("one.py", "other.py"))
        assert entry.finding.failure == (BY_LOADING if is_flushing else None)
    tried("hostile code")


def test_what_a_module_changes_in_others_is_there_for_its_own_cells_alone(
    base: Path, tried: Tried
) -> None:
    alone, beside = _audited(base, 1, "precise.py"), _audited(base, 1, "patching.py", "precise.py")
    others = [e for e in beside.entries if not e.cell.implementation.startswith("patching.py")]
    assert [(e.cell, e.finding) for e in others] == [(e.cell, e.finding) for e in alone.entries]
    assert verdict(others[0].finding) is Verdict.CORRECTLY_ROUNDED
    tried("hostile code")


def test_the_answers_are_graded_as_those_of_who_does_not_load_it(base: Path) -> None:
    grader = Workplace(None, base).grader()
    honest, one = (
        grader.grade(Cell(f"{name}.py:logsumexp", "logsumexp", "binary32", "ties", 3, 5)).finding
        for name in ("honest", "one")
    )
    assert one == honest.merge(Finding(failure=BY_LOADING))


@pytest.mark.parametrize(("name", "failure"), [("one", BY_LOADING), ("seeding", BY_CALLING)])
def test_every_input_is_graded_beside_the_failure(base: Path, name: str, failure: Failure) -> None:
    def graded(name: str) -> Finding:
        grader = ShardGrader(base)
        (first, *_) = Space.named("softplus", "float8_e5m2").shards(f"{name}.py:softplus")
        return grader.grade(first).finding

    assert graded(name) == graded("honest").merge(Finding(failure=failure))


def _quest(base: Path, name: str, evaluations: int) -> Quest:
    return Quest(
        implementation=name,
        function="softplus",
        format="binary32",
        seed=1,
        evaluations=evaluations,
        base=str(base),
    )


@pytest.mark.parametrize(("name", "failure"), [("one", BY_LOADING), ("seeding", BY_CALLING)])
def test_a_hunt_goes_on_and_tells_the_failure(base: Path, name: str, failure: Failure) -> None:
    hunt = explore(_quest(base, f"{name}.py:softplus", 3000))
    honest = explore(_quest(base, "honest.py:softplus", 3000))
    assert (hunt.evaluations, hunt.climb) == (honest.evaluations, honest.climb)
    assert hunt.failure == failure


def test_a_hunt_ends_in_order_when_what_it_found_cannot_be_asked_again(base: Path) -> None:
    hunt = explore(_quest(base, "seeding.py:once", 100_000))
    assert hunt.failure is not None
    assert hunt.failure.words == "ValueError: asked too often"
    assert hunt.finds["error"].verdict == "not the same when asked again"


def test_explain_tells_it_beside_the_answer(base: Path) -> None:
    block = Block((np.zeros((1, 2), dtype=np.float32),))
    mine = [user.implementation("one.py:logsumexp", "logsumexp", base)]
    (answers,) = explain(mine, "logsumexp", "binary32", block, Workplace(None, base))
    assert [answer.failure for answer in answers] == [
        "",
        "environment: loading it changed the flush-to-zero mode",
    ]


def test_no_library_changes_the_process_it_is_asked_in(base: Path) -> None:
    firsts = [
        next(i for i in library.implementations if i.function in REGIMES["ties"].functions)
        for library in libraries().values()
        if library.implementations
    ]
    cells = [Cell(i.name, i.function, i.formats[-1], "ties", 0, 3) for i in installed(firsts)]
    workplace = Workplace(None, base)
    with PoolExecutor(1) as pool:
        found = dict(pool.run(GradeCell(workplace), cells, 300))
    told = {
        str(cell): graded if isinstance(graded, Lost) else graded.finding.failure
        for cell, graded in found.items()
    }
    assert {name: failure for name, failure in told.items() if failure is not None} == {}
