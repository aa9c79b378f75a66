"""Tables for people: as wide as the terminal, a row a line; whole when the output goes elsewhere."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from remit.cli.output import out, printable, say

_GAP = "  "
_NARROWEST = 10  # columns of text that a shortened column keeps
_ENDLESS = 1_000_000


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str, notes: Sequence[str] = ()
) -> None:
    """Print a table, or a sentence when there is nothing to show.

    Args:
        columns: Their heads. Where there is no room, the last columns are shortened first.
        rows: The cells.
        empty: What to say when there are no rows.
        notes: A sentence to each row, printed below it; an empty one is not.
    """
    if not rows:
        return say(empty)
    room = out.width if out.is_terminal else _ENDLESS
    cells = [[_one_line(cell) for cell in row] for row in rows]
    widths = _fit([max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)], room)
    out.print(_line(columns, widths), style="bold", markup=False, soft_wrap=True)
    for number, row in enumerate(cells):
        out.print(_line(row, widths), markup=False, soft_wrap=True)
        if notes and notes[number]:
            indent = " " * (widths[0] + len(_GAP))
            note = _cut(_one_line(notes[number]), room - len(indent))
            out.print(f"{indent}{note}", style="dim", markup=False, soft_wrap=True)
    return None


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def _fit(widths: list[int], room: int) -> list[int]:
    """Narrow columns from the last one on, until all fit; the first holds what a row is called by, and stays."""
    over = sum(widths) + len(_GAP) * (len(widths) - 1) - room
    fitted = list(widths)
    for place in range(len(widths) - 1, 0, -1):
        less = max(min(over, fitted[place] - _NARROWEST), 0)
        fitted[place] -= less
        over -= less
    return fitted


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (set_cell_size(_cut(cell, width), width) for cell, width in zip(cells, widths, strict=True))
    return _GAP.join(padded).rstrip()


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else f"{set_cell_size(text, max(width - 1, 0)).rstrip()}…"
