"""The regimes, in the order of the report, each with the fault that it would show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from lse_verify.errors import UnknownName
from lse_verify.family import FUNCTIONS
from lse_verify.inputs import cancellation, digits, edges, rows
from lse_verify.inputs.arrange import Arrangement
from lse_verify.inputs.batch import Regime
from lse_verify.inputs.files import DATA_PREFIX, data_regime
from lse_verify.inputs.special import special
from lse_verify.inputs.values import Rows
from lse_verify.inputs.weights import opposed
from lse_verify.inputs.witnesses import WITNESSES_PREFIX, witnesses_regime

EVERY = frozenset(FUNCTIONS)
OF_VALUES = frozenset(name for name, f in FUNCTIONS.items() if "row" not in f.arguments)
OF_ROWS = EVERY - OF_VALUES
OF_PROBABILITIES = frozenset({"negentropy"})
OF_WEIGHTS = frozenset({"weighted_logsumexp"})
WITH_IMPLIED_ZERO = frozenset(
    {"softplus", "logistic", "logsumexp0", "bregman", "binomial_cumulant", "multinomial_cumulant"}
)


def _regime(
    name: str,
    reason: str,
    draw: Rows,
    *,
    lengths: tuple[int, ...] = (2, 10),
    functions: Collection[str] = EVERY,
    scores: bool = True,
) -> Regime:
    return Regime(name, reason, frozenset(functions), Arrangement(draw, lengths, scores))


_ALL = (
    _regime(
        "gaussian",
        "Normal scores of widths from 0.1 to 100 are the everyday case: an error here meets "
        "every user.",
        rows.gaussian,
        lengths=(2, 10, 100),
    ),
    Regime(
        "digits",
        "The class scores of a real classifier, of which many exceed the overflow of exp in "
        "binary16, show what goes wrong on data that nobody made up for the purpose.",
        OF_ROWS,
        digits.digits_blocks,
    ),
    _regime(
        "bits",
        "Every finite float is equally likely, so faults tied to a sign or to a size that "
        "nobody thought of have their chance.",
        rows.bit_patterns,
        scores=False,
    ),
    _regime(
        "ties",
        "Two maxima, all entries equal, or all one ulp apart confuse code that takes the "
        "maximum for unique.",
        rows.ties,
    ),
    _regime(
        "gap",
        "When one term is far above the rest, adding 1 to what is left absorbs it, and a "
        "peak of 0 leaves nothing else to return.",
        edges.gap,
    ),
    _regime(
        "cancellation",
        "When the exponentials sum to nearly 1, as those of normalised log-probabilities do, "
        "the logarithm cancels and relative accuracy is hardest to keep.",
        cancellation.cancelling,
        functions=EVERY - WITH_IMPLIED_ZERO,
    ),
    Regime(
        "opposed",
        "Where weights of either sign leave little of one another, the sum loses digits, and code "
        "that sets the largest term apart may take the sign of that for the sum's.",
        OF_WEIGHTS,
        opposed,
    ),
    _regime(
        "offset",
        "A large offset common to all entries must come out as it went in: it costs digits "
        "wherever it meets a small term too early.",
        rows.offset,
        functions=EVERY - WITH_IMPLIED_ZERO - OF_PROBABILITIES,
    ),
    _regime(
        "overflow",
        "At and beyond the overflow of exp, and at the largest floats, an unshifted or "
        "wrongly shifted sum is infinite or NaN.",
        edges.overflow,
        functions=EVERY - OF_PROBABILITIES,
    ),
    _regime(
        "underflow",
        "Where exp leaves the normal floats or reaches 0, results that are flushed to zero "
        "come out as −∞ or lose their digits.",
        edges.underflow,
    ),
    _regime(
        "subnormal",
        "Subnormal and tiny entries show flushing to zero, and formulas that divide by or "
        "scale with what is next to nothing.",
        edges.subnormal,
        scores=False,
    ),
    _regime(
        "log1pexp",
        "Implementations of log(1 + exp) change their formula at fixed switch points, and a "
        "switch set too early or for another format loses digits around it.",
        edges.switches,
        lengths=(2,),
        functions=EVERY - OF_PROBABILITIES - {"bregman"},
    ),
    _regime(
        "order",
        "Rows that rise, fall, alternate or keep the large terms for last show what the order "
        "of a summation loses.",
        rows.ordered,
        lengths=(10, 100),
        functions=OF_ROWS,
    ),
    _regime(
        "many",
        "Sums of up to ten million terms stagnate or overflow when they are kept in the format "
        "itself.",
        rows.many,
        lengths=(1000, 65536, 10**6, 10**7),
        functions=OF_ROWS,
    ),
    Regime(
        "special",
        "Zeros, infinities, NaN, one term and no terms have answers fixed by the limit, which "
        "max − max turns into NaN.",
        EVERY,
        special,
    ),
)

REGIMES: dict[str, Regime] = {regime.name: regime for regime in _ALL}
"""All regimes by name, in the order of the report."""


def regime_named(name: str) -> Regime:
    """Return the regime of that name, of the user's file for ``data:PATH``, or of stored finds.

    The last is ``witnesses:PATH``.

    Raises
    ------
    UnknownName
        If there is none; the message names the nearest.
    BadInput
        If the user's file cannot be used.
    """
    if name.startswith(DATA_PREFIX):
        return data_regime(name.removeprefix(DATA_PREFIX))
    if name.startswith(WITNESSES_PREFIX):
        return witnesses_regime(Path(name.removeprefix(WITNESSES_PREFIX)))
    try:
        return REGIMES[name]
    except KeyError:
        raise UnknownName("regime", name, REGIMES) from None


def regimes_named(names: Sequence[str], data: Path | None = None) -> list[Regime]:
    """Return the named regimes and that of the user's file; all there are if neither is given.

    Parameters
    ----------
    names : sequence of str
        Of `REGIMES`.
    data : Path, optional
        The user's own rows.

    Raises
    ------
    UnknownName
        If there is none of a name; the message names the nearest.
    BadInput
        If the user's file cannot be used.
    """
    unknown = next((name for name in names if name not in REGIMES), None)
    if unknown is not None:
        raise UnknownName("regime", unknown, REGIMES)
    chosen = [REGIMES[name] for name in names]
    if data is not None:
        return [*chosen, data_regime(data)]
    return chosen or list(REGIMES.values())
