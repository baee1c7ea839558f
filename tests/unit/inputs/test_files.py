"""A user's data is read as it is, or refused in one line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from lse_verify.errors import BadInput, LedgerError
from lse_verify.family import FUNCTIONS
from lse_verify.formats import BFLOAT16, BINARY16, BINARY64, FORMATS
from lse_verify.inputs.batch import Regime
from lse_verify.inputs.files import data_regime, load_rows, spec_of
from lse_verify.inputs.regimes import REGIMES, regime_named
from lse_verify.inputs.witnesses import witnesses_regime


def csv(folder: Path, text: str) -> Path:
    """Write a .csv file."""
    path = folder / "scores.csv"
    path.write_text(text, encoding="utf-8")
    return path


def npy(folder: Path, array: object) -> Path:
    """Write an .npy file."""
    path = folder / "scores.npy"
    np.save(path, np.asarray(array))
    return path


def first(regime: Regime, function: str) -> list[object]:
    """Return the arguments of the first block in binary64, as lists."""
    block = regime.draw(function, BINARY64, 0, 1).blocks[0]
    return [a if isinstance(a, float) else a.tolist() for a in block.arguments]


def refusal(path: Path) -> str:
    """Return the one line with which a file is refused."""
    with pytest.raises(BadInput) as caught:
        load_rows(path, BINARY64)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path.parent) not in message
    return message


def test_npy_rows_are_read(tmp_path: Path) -> None:
    (rows,) = load_rows(npy(tmp_path, [[1.0, 2.0], [3.0, 4.0]]), BINARY64).arrays
    assert rows.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_npz_arrays_are_a_block_each(tmp_path: Path) -> None:
    path = tmp_path / "several.npz"
    np.savez(path, a=np.zeros((2, 3)), b=np.ones((1, 5)))
    assert [a.shape for a in load_rows(path, BINARY64).arrays] == [(2, 3), (1, 5)]


def test_csv_takes_a_header_blank_lines_decimals_and_hex_floats(tmp_path: Path) -> None:
    path = csv(tmp_path, "left,right\n1.5,-2e3\n\n 0x1.8p+1 , 4\n")
    (rows,) = load_rows(path, BINARY64).arrays
    assert rows.tolist() == [[1.5, -2000.0], [3.0, 4.0]]


def test_csv_of_one_column_holds_values(tmp_path: Path) -> None:
    (values,) = load_rows(csv(tmp_path, "x\n1\n2\n"), BINARY64).arrays
    assert values.tolist() == [1.0, 2.0]


def test_csv_of_one_line_is_one_row(tmp_path: Path) -> None:
    (rows,) = load_rows(csv(tmp_path, "1,2,3"), BINARY64).arrays
    assert rows.shape == (1, 3)


def test_values_are_rounded_to_nearest_even(tmp_path: Path) -> None:
    # 1 + 2**-11 lies midway between 1 and the next float of binary16.
    (rows,) = load_rows(npy(tmp_path, [[1 + 2**-11, 1 + 3 * 2**-11]]), BINARY16).arrays
    assert rows.tolist() == [[1.0, 1 + 2**-9]]


def test_rounding_to_bfloat16_is_not_done_twice(tmp_path: Path) -> None:
    # Through binary32 this would become the midpoint 1 + 2**-8, and then 1.
    (rows,) = load_rows(npy(tmp_path, [[1 + 2**-8 + 2**-40]]), BFLOAT16).arrays
    assert float(rows[0, 0]) == 1 + 2**-7


def test_rows_that_overflow_the_format_are_dropped_and_counted(tmp_path: Path) -> None:
    loaded = load_rows(npy(tmp_path, [[1e5, 0.0], [1.0, 2.0]]), BINARY16)
    assert loaded.dropped == 1
    assert loaded.arrays[0].tolist() == [[1.0, 2.0]]


def test_rows_with_nan_or_infinity_are_dropped_and_counted(tmp_path: Path) -> None:
    loaded = load_rows(csv(tmp_path, "nan,1\n2,inf\n3,4\n"), BINARY64)
    assert loaded.dropped == 2
    assert loaded.arrays[0].tolist() == [[3.0, 4.0]]


def test_integers_are_numbers(tmp_path: Path) -> None:
    (rows,) = load_rows(npy(tmp_path, [[1, 2]]), BINARY64).arrays
    assert rows.dtype == np.float64


def test_fortran_order_becomes_c_order(tmp_path: Path) -> None:
    path = tmp_path / "scores.npy"
    np.save(path, np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    (rows,) = load_rows(path, BINARY64).arrays
    assert rows.flags.c_contiguous
    assert rows.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "missing.npy")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "folder.csv" in refusal(tmp_path / "folder.csv")


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    assert "only .npy, .npz and .csv" in refusal(tmp_path / "scores.xlsx")


def test_a_ragged_line_is_named(tmp_path: Path) -> None:
    message = refusal(csv(tmp_path, "a,b\n1,2\n\n3,4,5\n"))
    assert "line 4: 3 cells where the first row has 2" in message


def test_a_cell_that_is_no_number_is_named(tmp_path: Path) -> None:
    assert "line 2: 'two' is not a number" in refusal(csv(tmp_path, "1,2\n1,two\n"))


@pytest.mark.parametrize("text", ["", "\n\n", "only,a,header\n"])
def test_an_empty_csv_is_refused(tmp_path: Path, text: str) -> None:
    assert "is empty" in refusal(csv(tmp_path, text))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_bytes(b"\xff\xfe\x00")
    assert "not text in UTF-8" in refusal(path)


def test_an_empty_array_is_refused(tmp_path: Path) -> None:
    assert "is empty, of shape (0, 3)" in refusal(npy(tmp_path, np.zeros((0, 3))))


@pytest.mark.parametrize("array", [[[1j]], [["a"]], [[True]]], ids=["complex", "text", "bool"])
def test_what_is_not_a_real_number_is_refused(tmp_path: Path, array: object) -> None:
    assert "real numbers are needed" in refusal(npy(tmp_path, array))


@pytest.mark.parametrize("shape", [(), (2, 2, 2)])
def test_other_than_one_or_two_dimensions_are_refused(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    assert "one or two are needed" in refusal(npy(tmp_path, np.zeros(shape)))


def test_objects_are_refused_and_never_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "unpickled",)  # type: ignore[return-value]  # any path

    path = tmp_path / "trap.npy"
    np.save(path, np.array([Trap()], dtype=object), allow_pickle=True)
    assert "never unpickled" in refusal(path)
    assert not (tmp_path / "unpickled").exists()


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01\x00", b"PK\x03\x04 torn", b"junk"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "torn.npz"
    path.write_bytes(content)
    assert "damaged" in refusal(path)


def test_nothing_finite_in_the_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no row that is finite in binary16"):
        load_rows(npy(tmp_path, [[1e6, 0.0]]), BINARY16)


def test_a_regime_gives_all_rows_whatever_the_samples(tmp_path: Path) -> None:
    regime = data_regime(npy(tmp_path, np.arange(60.0).reshape(30, 2)))
    assert regime.draw("logsumexp", BINARY64, 0, samples=1).blocks[0].n_rows == 30


def test_a_regime_is_named_by_the_file_and_made_again_from_its_spec(tmp_path: Path) -> None:
    regime = data_regime(npy(tmp_path, [[1.0, 2.0]]))
    again = regime_named(spec_of(regime))
    assert regime.name == again.name == "data:scores.npy"
    assert first(again, "softmax") == [[[1.0, 2.0]]]


def test_the_spec_of_a_named_regime_is_its_name() -> None:
    assert regime_named(spec_of(REGIMES["gap"])) is REGIMES["gap"]


def test_a_missing_file_is_refused_when_the_regime_is_made(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        data_regime(tmp_path / "missing.npy")


def test_rows_of_two_serve_logaddexp(tmp_path: Path) -> None:
    regime = data_regime(npy(tmp_path, [[1.0, 2.0], [3.0, 4.0]]))
    assert first(regime, "logaddexp") == [[1.0, 3.0], [2.0, 4.0]]


def test_rows_of_three_do_not_serve_logaddexp(tmp_path: Path) -> None:
    assert "logaddexp" not in data_regime(npy(tmp_path, np.zeros((2, 3)))).functions


def test_values_are_inputs_each_or_one_row(tmp_path: Path) -> None:
    regime = data_regime(npy(tmp_path, [1.0, 2.0, 3.0]))
    assert first(regime, "softplus") == first(regime, "logistic") == [[1.0, 2.0, 3.0]]
    assert first(regime, "logsumexp") == [[[1.0, 2.0, 3.0]]]


def test_probabilities_are_taken_as_they_are(tmp_path: Path) -> None:
    assert first(data_regime(npy(tmp_path, [[0.25, 0.75]])), "negentropy") == [[[0.25, 0.75]]]


def test_scores_become_probabilities(tmp_path: Path) -> None:
    assert first(data_regime(npy(tmp_path, [[7.0, 7.0]])), "negentropy") == [[[0.5, 0.5]]]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_every_function_can_be_given_the_rows(tmp_path: Path, fmt: object) -> None:
    regime = data_regime(npy(tmp_path, np.linspace(-3, 3, 10).reshape(5, 2)))
    assert regime.functions == frozenset(FUNCTIONS)
    for function in regime.functions:
        assert regime.draw(function, BINARY64, 0, 1).blocks


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no array")
    assert "real numbers are needed" in refusal(path)


@pytest.mark.parametrize("name", ["loop/rows.npy", "loop.csv"])
def test_links_that_lead_to_themselves_are_told_in_one_line(tmp_path: Path, name: str) -> None:
    for link in ("loop", "loop.csv"):
        (tmp_path / link).symlink_to(link)
    with pytest.raises(BadInput, match="Too many levels of symbolic links"):
        data_regime(tmp_path / name)
    with pytest.raises((BadInput, LedgerError), match="Too many levels of symbolic links"):
        witnesses_regime(tmp_path / name)
