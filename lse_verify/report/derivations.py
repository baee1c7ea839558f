"""Derivations as a reader follows them: hypotheses by letter, steps by number, lemmas once.

An outcome holds every step of every claim. Here assumptions are folded into the hypotheses, what
several claims rest on becomes a lemma of its own, and what another claim states is referred to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from string import ascii_uppercase

from lse_verify.proving.outcome import ClaimOutcome, Shown, Step
from lse_verify.report.words import code

_FEWEST = 3
"""A lemma has at least so many steps; what is shorter is derived where it is used."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step, its cells in markdown."""

    number: str
    formula: str
    under: str
    rule: str
    uses: str


@dataclass(frozen=True, slots=True)
class Derivation:
    """Lines, and what the letters in them stand for.

    Attributes
    ----------
    hypotheses : tuple of (str, str)
        Letter and LaTeX.
    lines : tuple of Line
        Each after those it uses.
    """

    hypotheses: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Lemma:
    """What several claims rest on.

    Attributes
    ----------
    name : str
        ``L1``, ``L2``, ….
    shown : Shown
        What it says.
    claims : tuple of str
        Those that rest on it.
    derivation : Derivation
        From nothing, or from other lemmas and claims.
    """

    name: str
    shown: Shown
    claims: tuple[str, ...]
    derivation: Derivation


def anchor(heading: str) -> str:
    """Return the fragment that GitHub gives a heading.

    Examples
    --------
    >>> anchor("lse0.strictly_convex")
    'lse0strictly_convex'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def link(claim: str) -> str:
    """Return a link to the section of a claim."""
    return f"[{code(claim)}](#{anchor(claim)})"


def joined(given: Iterable[str]) -> list[str]:
    r"""Write hypotheses, those on both ends of an index as one.

    Examples
    --------
    >>> print(*joined([r"1 \le k", r"k \le n", r"2 \le n"]), sep="; ")
    1 \le k \le n; 2 \le n
    """
    return list(dict.fromkeys(_merged(list(given)).values()))


def _merged(given: list[str]) -> dict[str, str]:
    """Return what each hypothesis is a part of."""
    whole = {one: one for one in given}
    for one in given:
        low, sign, middle = one.partition(r" \le ")
        for other in given:
            start, again, high = other.partition(r" \le ")
            if sign and again and middle == start and _INDEX.fullmatch(middle):
                whole[one] = whole[other] = rf"{low} \le {middle} \le {high}"
    return whole


_INDEX = re.compile(r"[a-zA-Z]'?")


@dataclass(frozen=True)
class Library:
    """All derivations of a run, and where each statement is derived.

    Parameters
    ----------
    claims : sequence of ClaimOutcome
        In reading order.
    """

    claims: Sequence[ClaimOutcome]
    _steps: dict[str, dict[str, Step]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for claim in self.claims:
            self._steps[claim.name] = {step.examined.shown.text: step for step in claim.steps}

    @cached_property
    def lemmas(self) -> tuple[Lemma, ...]:
        """What several claims rest on, each once, after those it rests on."""
        return tuple(
            Lemma(
                name,
                self._steps[self._users[text][0]][text].examined.shown,
                tuple(self._users[text]),
                self._derivation(self._users[text][0], [text], ()),
            )
            for text, name in self._names.items()
        )

    def of(self, claim: ClaimOutcome) -> Derivation:
        """Return the derivation of a claim from lemmas and other claims."""
        ends = [self._text(claim, state.end) for state in claim.states if state.end]
        given = [h for state in claim.states for h in state.examined.shown.given]
        return self._derivation(claim.name, ends, given)

    @staticmethod
    def _text(claim: ClaimOutcome, number: int) -> str:
        return claim.steps[number - 1].examined.shown.text

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        """The claims in whose derivation each statement is derived."""
        users: dict[str, list[str]] = {}
        for claim, steps in self._steps.items():
            for text, step in steps.items():
                if not step.only_assumes:
                    users.setdefault(text, []).append(claim)
        return users

    @cached_property
    def _homes(self) -> dict[str, str]:
        """The claim that each stated theorem belongs to."""
        homes: dict[str, str] = {}
        for claim in self.claims:
            for state in claim.states:
                if state.end:
                    homes.setdefault(self._text(claim, state.end), claim.name)
        return homes

    @cached_property
    def _names(self) -> dict[str, str]:
        """The names of the lemmas: shared, long enough, and used by what is not shared."""
        found: dict[str, None] = {}
        for claim in self.claims:
            for step in claim.steps:
                if step.only_assumes or self._is_used_often(step.examined.shown.text):
                    continue
                for number in step.uses:
                    text = self._text(claim, number)
                    if self._is_shared(text) and self._size(claim, number) >= _FEWEST:
                        found[text] = None
        ordered = [t for steps in self._steps.values() for t in steps if t in found]
        return {text: f"L{k}" for k, text in enumerate(dict.fromkeys(ordered), 1)}

    def _is_used_often(self, text: str) -> bool:
        return len(self._users.get(text, ())) > 1

    def _is_shared(self, text: str) -> bool:
        return self._is_used_often(text) and text not in self._homes

    def _size(self, claim: ClaimOutcome, number: int) -> int:
        seen: set[int] = set()
        open_ends = [number]
        while open_ends:
            step = claim.steps[open_ends.pop() - 1]
            if step.number not in seen and not step.only_assumes:
                seen.add(step.number)
                open_ends += step.uses
        return len(seen)

    def _derivation(self, claim: str, ends: list[str], given: Iterable[str]) -> Derivation:
        steps = list(self._steps[claim].values())
        listed = list(self._listed(claim, ends))
        hypotheses = [*given, *(h for step in listed for h in step.examined.shown.given)]
        hypotheses += [
            steps[number - 1].examined.shown.then
            for step in listed
            for number in step.uses
            if steps[number - 1].only_assumes
        ]
        letters = _letters(list(dict.fromkeys(hypotheses)))
        numbers = {step.examined.shown.text: str(k) for k, step in enumerate(listed, 1)}

        def use(number: int) -> str:
            text = steps[number - 1].examined.shown.text
            if text in numbers:
                return numbers[text]
            if steps[number - 1].only_assumes:
                return letters.of[steps[number - 1].examined.shown.then]
            name = self._names.get(text)
            return f"[{name}](#{anchor(name)})" if name else link(self._homes[text])

        lines = tuple(
            Line(
                number=str(k),
                formula=step.examined.shown.then,
                under=", ".join(sorted({letters.of[h] for h in step.examined.shown.given})),
                rule=step.rule,
                uses=", ".join(sorted(set(map(use, step.uses)), key=_reference_order)),
            )
            for k, step in enumerate(listed, 1)
        )
        return Derivation(tuple(letters.meaning.items()), lines)

    def _listed(self, claim: str, ends: list[str]) -> Iterator[Step]:
        """Yield the steps that are derived here, each after those it uses."""
        steps = self._steps[claim]
        numbered = list(steps.values())
        needed: set[str] = set()
        open_ends = [*ends]
        while open_ends:
            text = open_ends.pop()
            is_elsewhere = text in self._names or self._homes.get(text, claim) != claim
            if text in needed or (text not in ends and (is_elsewhere or steps[text].only_assumes)):
                continue
            needed.add(text)
            open_ends += [numbered[k - 1].examined.shown.text for k in steps[text].uses]
        return (step for text, step in steps.items() if text in needed)


@dataclass(frozen=True, slots=True)
class _Letters:
    of: Mapping[str, str]
    meaning: Mapping[str, str]


def _letters(hypotheses: list[str]) -> _Letters:
    """Give each hypothesis a letter, both ends of an index the same."""
    merged = _merged(hypotheses)
    names: dict[str, str] = {}
    for whole in dict.fromkeys(merged.values()):
        turn, place = divmod(len(names), len(ascii_uppercase))
        names[whole] = ascii_uppercase[place] + (str(turn + 1) if turn else "")
    return _Letters(
        {one: names[whole] for one, whole in merged.items()},
        {letter: whole for whole, letter in names.items()},
    )


def _reference_order(reference: str) -> tuple[int, int, str]:
    """Order numbers, lemmas, claims, hypotheses."""
    if reference.isdigit():
        return 0, int(reference), reference
    lemma = re.match(r"\[L(\d+)\]", reference)
    if lemma:
        return 1, int(lemma[1]), reference
    return 2 if reference.startswith("[") else 3, 0, reference
