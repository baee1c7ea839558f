"""Requirements as JUnit XML, which systems for continuous integration read.

References
----------
The dialect of Jenkins and pytest, whose ``testcase`` holds a ``failure`` if it failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree as ET

from lse_verify.check.outcome import Checked
from lse_verify.check.show import witness_text
from lse_verify.check.shown import Shown
from lse_verify.execution.files import write_whole
from lse_verify.wording import visible_lines

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(found: Checked, path: Path) -> None:
    """Write a test case a requirement.

    Parameters
    ----------
    found : Checked
        What was checked.
    path : Path
        The file; its folder has to be there.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    lines = found.lines
    suite = ET.Element(
        "testsuite",
        name="lse-verify check",
        tests=str(len(lines)),
        failures=str(sum(not line.passed for line in lines)),
        errors="0",
        skipped="0",
    )
    for line in lines:
        case = ET.SubElement(
            suite,
            "testcase",
            classname=_text(line.implementation),
            name=_text(f"{line.function} {line.format}: {line.required}"),
        )
        if not line.passed:
            key = (line.implementation, line.function, line.format)
            failure = ET.SubElement(case, "failure", message=_text(line.measured))
            failure.text = _text("\n\n".join(_of(found.shown, key)))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
    write_whole(path, content, "choose another file with --junit FILE")


def _of(shown: Iterable[Shown], key: tuple[str, str, str]) -> list[str]:
    return [
        witness_text(one)
        for one in shown
        if (one.exhibit.cell.implementation, one.exhibit.cell.function, one.exhibit.cell.format)
        == key
    ]


def _text(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return _NOT_IN_XML.sub("\ufffd", visible_lines(text))
