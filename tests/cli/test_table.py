import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from remit.cli import table
from remit.cli.output import printable
from remit.cli.table import _cut, _fit, print_table


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), st.integers(40, 200))
def test_columns_fit_or_are_as_narrow_as_may_be(widths: list[int], room: int) -> None:
    """A table fits its terminal unless every column but the first is already short; the first is never shortened."""
    fitted = _fit(widths, room)

    used = sum(fitted) + 2 * (len(fitted) - 1)
    assert used <= room or all(width <= table._NARROWEST for width in fitted[1:])
    assert fitted[0] == widths[0]
    assert all(now <= before for now, before in zip(fitted, widths, strict=True))


@given(st.text(max_size=30), st.integers(1, 40))
def test_a_cut_cell_has_its_width(text: str, width: int) -> None:
    """Whatever a cell holds, wide characters too, it takes no more than its width."""
    assert cell_len(_cut(printable(text), width)) <= width


def test_into_a_file_a_table_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is shortened when the output is no terminal, and a note stands below its row."""
    print_table(("a", "b"), [("1", "x" * 300), ("22", "line\nbreak")], empty="none", notes=["", "why"])

    assert capsys.readouterr().out == f"a   b\n1   {'x' * 300}\n22  line break\n    why\n"


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Without rows there is a sentence instead of heads."""
    print_table(("a", "b"), [], empty="nothing here")

    assert capsys.readouterr().out == "nothing here\n"
