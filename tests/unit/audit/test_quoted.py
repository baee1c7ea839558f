"""What a value that somebody quotes can stand for."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from lse_verify.audit.quoted import Kind, read_in, read_quoted
from lse_verify.errors import BadInput
from lse_verify.formats import FORMATS, Format


@pytest.mark.parametrize(
    ("text", "fmt", "kind", "nearest"),
    [
        ("0", "binary64", "float", 0.0),
        ("0.0", "binary64", "float", 0.0),
        ("-0.0", "binary64", "float", -0.0),
        ("0.0000e+00", "binary64", "float", 0.0),
        ("0.0000", "binary64", "digits", 0.0),
        ("1.", "binary64", "float", 1.0),
        ("0.5", "binary64", "float", 0.5),
        ("0.5000", "binary64", "digits", 0.5),
        ("1000", "binary16", "float", 1000.0),
        ("1e23", "binary64", "digits", 1e23),
        ("0.6931", "binary64", "digits", 0.6931),
        ("0.6931471805599453", "binary64", "float", math.log(2)),
        ("0.69314718055994530942", "binary64", "number", math.log(2)),
        ("0.6931472", "binary32", "float", float(np.float32(math.log(2)))),
        ("0.6931471805599453", "binary32", "number", float(np.float32(math.log(2)))),
        ("0.6931471824645996", "binary32", "float", float(np.float32(math.log(2)))),
        ("5e-324", "binary64", "float", 5e-324),
        ("1e-324", "binary64", "number", 0.0),
        ("1e400", "binary64", "number", 1.7976931348623157e308),
        ("-1e39", "binary32", "number", -3.4028234663852886e38),
        ("0x1.8p-1", "binary16", "float", 0.75),
        ("0x1.62e42fefa39efp-1", "binary64", "float", math.log(2)),
        ("0x1.62e42fefa39efp-1", "binary32", "number", float(np.float32(math.log(2)))),
        ("0x1.62e42fefa39ef8p-1", "binary64", "number", 0.6931471805599454),
        ("-0x0p+0", "binary64", "float", -0.0),
        ("inf", "binary64", "float", math.inf),
        ("-Infinity", "binary16", "float", -math.inf),
        ("inf", "float8_e4m3fn", "float", math.nan),
        ("-nan", "binary64", "float", math.nan),
        ("nan123", "binary64", "float", math.nan),
        ("-sNaN7", "binary16", "float", math.nan),
    ],
)
def test_a_text_stands_for(text: str, fmt: str, kind: Kind, nearest: float) -> None:
    reading = read_in(read_quoted(text), FORMATS[fmt])
    assert reading.kind == kind
    assert reading.nearest.hex() == nearest.hex()


def test_the_longest_float_is_read_in_full() -> None:
    longest = f"-{Decimal((2.0**53 - 1) * 2.0**-1074):f}"
    assert len(longest) > 1070
    assert read_quoted(longest).value == -Fraction((2.0**53 - 1) * 2.0**-1074)


def test_what_is_written_is_not_rounded() -> None:
    assert read_quoted(" 0.1 ").value == Fraction(1, 10)
    assert read_quoted("0x1.62e42fefa39ef357p-1").value == Fraction(0x162E42FEFA39EF357, 2**65)
    assert read_quoted("4.2484e-18").half_unit == Fraction(5, 10**23)
    assert read_quoted("1e23").digits == 1
    assert read_quoted("0x1p0").half_unit == 0


@pytest.mark.parametrize(
    "text", ["", "torch", "1,5", "0x", "0xp3", "1e99999", "0x1p99999", "1e-99999", "3" * 1201]
)
def test_what_is_no_number_is_one_line(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_quoted(text)
    assert "\n" not in str(refused.value)


def _drawn(fmt: Format) -> list[float]:
    rng = np.random.default_rng(0)
    top = int(fmt.ordinals(np.array([fmt.largest], dtype=fmt.dtype))[0])
    return [float(v) for v in fmt.from_ordinals(rng.integers(-top, top + 1, size=50))]


def shortest(fmt: Format, value: float) -> str:
    number = fmt.dtype.type(value)
    native = isinstance(number, np.floating)
    return np.format_float_scientific(number) if native else str(number)


@pytest.mark.parametrize("name", FORMATS)
def test_a_float_is_among_those_that_its_decimals_stand_for(name: str) -> None:
    """NumPy's printing is the other source: shortest, and rounded to any number of digits."""
    fmt = FORMATS[name]
    for value in _drawn(fmt):
        texts = [f"{value:.{digits}e}" for digits in range(20)]
        # Not str of NumPy's own, which in older releases fills up with zeros: -11950.0 is -11952.
        texts += [shortest(fmt, value), repr(value)]
        for text in texts:
            reading = read_in(read_quoted(text), fmt)
            assert reading.kind != "number", text
            if reading.kind == "digits":
                assert reading.lowest <= value <= reading.highest, text


@pytest.mark.parametrize("name", ["binary16", "bfloat16", "binary32", "binary64"])
def test_enough_digits_stand_for_one_float(name: str) -> None:
    fmt = FORMATS[name]
    enough = math.ceil(fmt.precision * math.log10(2)) + 1
    for value in _drawn(fmt):
        reading = read_in(read_quoted(f"{value:.{enough - 1}e}"), fmt)
        assert (reading.kind, reading.nearest) == ("float", value)
