"""The page of a report, as bytes; what a browser makes of it is in `test_page_in_browser`."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lse_verify.audit.finding import Failure, Finding
from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.audit.standing import standings
from lse_verify.errors import OutputError
from lse_verify.report import write_report
from lse_verify.report.markdown import render
from lse_verify.report.page import write_page
from lse_verify.report.page.content import Writer
from lse_verify.report.page.figures import Figures

Make = Callable[..., Ledger]
MakeEntry = Callable[..., Entry]
MakeFinding = Callable[..., Finding]


class Seen(HTMLParser):
    """What is in a page: elements, their attributes, and text by the element around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags = Counter[str]()
        self.attributes = list[tuple[str, str]]()
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._inside, []).append(data)

    def values(self, attribute: str) -> list[str]:
        return [value for name, value in self.attributes if name == attribute]


@pytest.fixture(scope="module")
def two(ledger: Make, entry: MakeEntry) -> Ledger:
    return ledger(entry("alpha"), entry("beta.fast"))


@pytest.fixture(scope="module")
def report(two: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(two, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def html(report: Path, two: Ledger) -> str:
    return write_page(report, two).read_text(encoding="utf-8")


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[[Ledger], str]:
    """Return what makes pages without figures, which take most of the time."""

    def make(ledger: Ledger) -> str:
        report = tmp_path / "report.md"
        report.write_text(render(ledger, standings(ledger), [], {}), encoding="utf-8")
        return write_page(report, ledger).read_text(encoding="utf-8")

    return make


Page = Callable[[Ledger], str]


def test_the_page_stands_beside_the_report_and_the_same_report_gives_the_same_bytes(
    report: Path, two: Ledger, html: str
) -> None:
    page = write_page(report, two)
    assert page == report.parent / "report.html"
    assert page.read_text(encoding="utf-8") == html


def test_a_report_that_is_gone_meanwhile_is_told_in_one_line(tmp_path: Path, two: Ledger) -> None:
    with pytest.raises(OutputError, match=r"report\.html': No such file or directory; "):
        write_page(tmp_path / "report.md", two)


def test_everything_is_in_the_page_and_nothing_is_fetched(html: str) -> None:
    seen = Seen(html)
    assert all(value.startswith("data:") for value in seen.values("src"))
    assert all(value.startswith(("#", "data:")) for value in seen.values("href"))
    assert "url(" not in "".join(seen.texts["style"])
    assert seen.tags["svg"] == 3


def test_the_policy_lets_nothing_pass_but_the_pages_own_style_and_script(html: str) -> None:
    seen = Seen(html)
    policy = next(value for value in seen.values("content") if "default-src" in value)
    hashes = {
        kind: base64.b64encode(hashlib.sha256("".join(seen.texts[kind]).encode()).digest()).decode()
        for kind in ("style", "script")
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; "
        f"script-src 'sha256-{hashes['script']}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    # Which forbids these.
    assert not [name for name, _ in seen.attributes if name == "style" or name.startswith("on")]


def test_no_two_things_have_one_id_and_every_link_within_the_page_leads_somewhere(
    html: str,
) -> None:
    seen = Seen(html)
    ids = Counter(seen.values("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    pointed = [value.removeprefix("#") for value in seen.values("href") if value.startswith("#")]
    pointed += re.findall(r"url\(#([^)]*)\)", " ".join(seen.values("clip-path")))
    assert {*pointed} <= {*ids}


def test_every_table_of_the_report_is_in_the_page_and_one_of_all_grades(
    html: str, report: Path
) -> None:
    tables = re.findall(r"(?m)^\| -.*\n((?:\|.*\n?)*)", report.read_text(encoding="utf-8"))
    rows = [block.count("\n|") + 1 for block in tables]
    found = [block.count("scope=row") for block in re.findall(r"(?s)<table.*?</table>", html)]
    assert found == [rows[0], 2, *rows[1:]]


def test_cells_are_in_the_order_of_exact_sizes(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, page_of: Page
) -> None:
    sizes = {"a": 8.56e7, "b": 0.49999, "c": 1740.2, "d": 0.50001, "e": 9.2, "f": 1e300}
    html = page_of(ledger(*(entry(name, shown=finding(size)) for name, size in sizes.items())))
    row = r'<code>(\w)</code></th>.*?data-verdict.*?<td class="n" data-place="(\d+)"'
    table = html[html.index('id="all-grades"') : html.index('id="summary"')]
    places = {name: int(place) for name, place in re.findall(row, table)}
    assert sorted(places, key=places.__getitem__) == sorted(sizes, key=sizes.__getitem__)


def test_hostile_names_add_no_element_and_no_attribute(
    hostile: tuple[str, ...],
    ledger: Make,
    entry: MakeEntry,
    finding: MakeFinding,
    tmp_path: Path,
) -> None:
    def page(names: Iterable[str]) -> Seen:
        shown = {
            name: finding(failure=Failure(kind="exception", words=name), policies=[name])
            for name in names
        }
        graded = ledger(*(entry(n, shown=f) for n, f in shown.items()))
        page = write_page(write_report(graded, tmp_path), graded)
        return Seen(page.read_text(encoding="utf-8"))

    found, expected = page(hostile), page(f"name{k}" for k in range(len(hostile)))
    assert {*found.tags} == {*expected.tags}
    assert {name for name, _ in found.attributes} == {name for name, _ in expected.attributes}
    for tag in ("script", "style", "a"):
        assert found.tags[tag] == expected.tags[tag], tag
    assert [value for value in found.values("href") if not value.startswith("#")] == ["data:,"]


def test_names_and_messages_without_end_are_cut(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, page_of: Page
) -> None:
    shown = finding(failure=Failure(kind="exception", words="b" * 10**6))
    html = page_of(ledger(entry("a" * 10**6, shown=shown)))
    assert len(html) < 200_000
    assert "a" * 1999 + "…" in html
    assert "b" * 1999 not in html


def test_characters_that_cannot_be_seen_are_named(
    ledger: Make, entry: MakeEntry, page_of: Page
) -> None:
    html = page_of(ledger(entry("red\x1b[31m\u202eturned")))
    assert {c for c in html if unicodedata.category(c)[0] == "C"} == {"\n"}
    assert r"<code>red\x1b[31m\u202eturned</code>" in html


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], str]:
    return lambda markdown: Writer(Figures(tmp_path)).content(markdown).lead


def test_html_of_others_is_text(read: Callable[[str], str]) -> None:
    assert read("a <b>b</b>") == "<p>a &lt;b&gt;b&lt;/b&gt;</p>\n"
    assert read("</details>\n\n<table>\n<tr>") == (
        "<p>&lt;/details&gt;</p>\n<p>&lt;table&gt;\n&lt;tr&gt;</p>\n"
    )


def test_a_fold_that_does_not_end_is_none(read: Callable[[str], str]) -> None:
    assert "<details>" not in read("<details><summary>a</summary>\n\nb\n")
    folded = read("<details><summary>a *b*</summary>\n\nb\n\n</details>\n").replace("\n", "")
    assert folded == "<details><summary>a <em>b</em></summary><p>b</p></details>"


def test_folds_may_hold_folds(read: Callable[[str], str]) -> None:
    inner = "<details><summary>b</summary>\n\nc\n\n</details>"
    folded = read(f"<details><summary>a</summary>\n\n{inner}\n</details>\n\nd")
    assert [*re.findall(r"</?details|[bcd]<", folded)] == [
        "<details",
        "<details",
        "b<",
        "c<",
        "</details",
        "</details",
        "d<",
    ]


def test_maps_side_by_side_are_pictures_and_nothing_else_is(
    tmp_path: Path, read: Callable[[str], str]
) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "map-a.png").write_bytes(b"\x89PNG")
    (tmp_path / "secret.png").write_bytes(b"secret")

    def cell(name: str) -> str:
        picture = f'<a href="{name}"><img src="{name}" width="200" alt="a &amp; b"></a>'
        return f'<td align="center">{picture}<br><code>a&lt;b</code><br>wrong, 3 ulp</td>'

    names = ("figures/map-a.png", "figures/none.png", "secret.png", "figures/../secret.png")
    cells = "\n".join(map(cell, names))
    html = read(f"<table>\n<tr>\n{cells}\n</tr>\n</table>\n")
    assert html.count("<img") == 1
    assert base64.b64encode(b"\x89PNG").decode() in html
    assert html.count("[a &amp; b]") == 3
    assert html.count("<code>a&lt;b</code>") == 4


def test_a_picture_that_the_report_did_not_draw_is_its_words(read: Callable[[str], str]) -> None:
    assert "<img" not in read("![x <y>](http://127.0.0.1/x.png)")
    assert "[x &lt;y&gt;]" in read("![x <y>](http://127.0.0.1/x.png)")
