"""What a person reads: tables, headings, fields. No amount and no number is ever broken or cut off."""

from collections.abc import Iterable, Sequence

from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rehabill.base.money import dollars
from rehabill.cli.x12.files import plain, width

Cell = object
"""Text (rich's too), a number, a day, `Cents`, or None for an empty one."""

console = Console(highlight=False, soft_wrap=False, width=width())
_NARROW_WORD = 16
"""Where there is no room, longer words of a sentence may be broken."""


class Cents(int):
    """Shown as dollars; nothing is shown for none."""


def table(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], totals: Sequence[Sequence[Cell]] = (), indent: int = 0
) -> None:
    """Amounts and numbers stand on the right; columns without anything are left out. What is one word (a number, a day,
    an amount) is never broken: sentences give way. A table that cannot be as narrow as the screen is wider than it.
    """
    every, last = [list(row) for row in rows], [list(row) for row in totals]
    used = [at for at in range(len(columns)) if any(_is_told(row[at]) for row in [*every, *last])]
    texts = [[_text(row[at]) for at in used] for row in [*every, *last]]
    names = [columns[at] for at in used]
    gap, widths = _layout([[name, *(row[at].plain for row in texts)] for at, name in enumerate(names)], indent)
    shown = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim")
    for at, name, wide in zip(used, names, widths, strict=True):
        is_number = any(isinstance(row[at], int) for row in every)
        justify: JustifyMethod = "right" if is_number else "left"
        shown.add_column(name, justify=justify, overflow="fold", width=wide)
    for at, cells in enumerate(texts):
        shown.add_row(*cells, style="bold" if at >= len(every) else "")
    screen = console.width
    console.width = max(screen, indent + sum(widths) + gap * (len(widths) - 1))
    console.print(Padding(shown, (0, 0, 0, indent), expand=False))
    console.width = screen


def _layout(columns: list[list[str]], indent: int) -> tuple[int, list[int]]:
    """The gap between columns, and how wide each is: as its longest cell, or less where cells are sentences."""
    natural = [max(map(len, cells), default=0) for cells in columns]
    least = [max(_longest_word(cell) for cell in cells) for cells in columns]
    is_sentence = [any(" " in cell.strip() for cell in cells[1:]) for cells in columns]
    narrow = [
        min(word, max(_NARROW_WORD, len(cells[0]))) if may_break else word
        for word, may_break, cells in zip(least, is_sentence, columns, strict=True)
    ]
    for gap, lowest in ((2, least), (1, least), (1, narrow)):
        free = console.width - indent - gap * (len(columns) - 1)
        if sum(lowest) <= free:
            return gap, _squeezed(natural, lowest, free)
    return 1, narrow


def _squeezed(widths: list[int], least: list[int], free: int) -> list[int]:
    """The widest gives way first, down to the least."""
    widths = list(widths)
    while sum(widths) > free:
        at = max((at for at in range(len(widths)) if widths[at] > least[at]), key=widths.__getitem__)
        widths[at] -= 1
    return widths


def _longest_word(cell: str) -> int:
    return max(map(len, cell.split()), default=0)


def _is_told(cell: Cell) -> bool:
    return cell not in ("", None) and not (isinstance(cell, Cents) and not cell)


def _text(cell: Cell) -> Text:
    if cell is None:
        return Text("")
    if isinstance(cell, Text):
        return cell
    if isinstance(cell, Cents):
        return Text(dollars(cell) if cell else "")
    return Text(f"{cell:,}" if isinstance(cell, int) else plain(str(cell)))


def say(text: str, style: str = "") -> None:
    """A line that may hold anybody's text."""
    console.print(Text(plain(text), style=style))


def heading(text: str) -> None:
    """Begins a part of a page."""
    console.print()
    say(text, "bold")


def fields(pairs: Iterable[tuple[str, Cell]]) -> None:
    """What is known of one thing, a line each; what is not known is left out."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    shown.add_column(style="dim")
    shown.add_column(overflow="fold")
    for name, cell in pairs:
        if _is_told(cell):
            shown.add_row(name, _text(cell))
    console.print(shown)
