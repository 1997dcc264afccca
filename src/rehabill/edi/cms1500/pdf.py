"""Sheets to a PDF: the data alone, at exact positions for the preprinted form, or in our drawing of the form.

The same sheets give the same bytes: nothing in the file depends on the day or the machine. reportlab is an optional
dependency, imported when the first page is drawn.
"""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from rehabill.base.errors import PdfMissing
from rehabill.edi.cms1500 import form as drawing
from rehabill.edi.cms1500.layout import (
    COLUMN,
    FIELDS,
    LINE,
    LINES_PER_PAGE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Choice,
    marks,
    x_of,
    y_of,
)
from rehabill.edi.cms1500.page import Page

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

Form = Literal["data", "drawn"]

_TYPE = "RehabillCourierPrime"
_CAPTION = "RehabillVera"
_TYPE_SIZE = COLUMN / 0.599  # the face is a hair narrower than 10 pitch at 12 points
_BASELINE = 9.2
"""Of a line of type, below the upper side of its line."""
_MARGIN = 2.6
"""Between a box's left side and its first column."""
_RED = (0.66, 0.16, 0.13)
_PALE = (0.985, 0.93, 0.92)
_GREY = (0.35, 0.35, 0.35)


def render(pages: Iterable[Page], form: Form = "data", offset: tuple[float, float] = (0.0, 0.0)) -> bytes:
    """One PDF of all pages. `offset` moves the data right and down, in inches, to fit a printer that is off.

    Raises `PdfMissing` without reportlab.
    """
    try:
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        raise PdfMissing from None
    _fonts()
    canvas = Canvas("", pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1, invariant=1)
    canvas.setTitle("CMS-1500")
    canvas.setCreator("rehabill")
    drawn = form == "drawn"
    if drawn:
        canvas.beginForm("empty", 0, 0, PAGE_WIDTH, PAGE_HEIGHT)
        _empty_form(canvas)
        canvas.endForm()
    for page in pages:
        if drawn:
            canvas.doForm("empty")
        _data(canvas, page, (0.0, 0.0) if drawn else (offset[0] * 72, offset[1] * 72))
        canvas.showPage()
    data: bytes = canvas.getpdfdata()  # type: ignore[no-untyped-call]
    return data


@cache
def _fonts() -> None:
    """Courier Prime comes with this package, Bitstream Vera with reportlab; both are embedded in part."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    file = resources.files("rehabill.edi.cms1500") / "fonts" / "CourierPrime-Regular.ttf"
    with resources.as_file(file) as path:
        pdfmetrics.registerFont(TTFont(_TYPE, str(path)))
    pdfmetrics.registerFont(TTFont(_CAPTION, "Vera.ttf"))


def _data(canvas: "Canvas", page: Page, offset: tuple[float, float]) -> None:
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont(_TYPE, _TYPE_SIZE)
    right, down = offset
    for mark in marks(page.boxes):
        y = PAGE_HEIGHT - y_of(mark.line) - _BASELINE - down
        canvas.drawString(x_of(mark.column) + right, y, mark.text)


def _x(column: float) -> float:
    return x_of(column) - _MARGIN


def _y(line: float) -> float:
    return PAGE_HEIGHT - y_of(line)


def _empty_form(canvas: "Canvas") -> None:
    canvas.setStrokeColorRGB(*_RED)
    _shades(canvas)
    canvas.setLineWidth(0.4)
    for number, box in drawing.BOXES.items():
        canvas.rect(_x(box.first), _y(box.bottom + 1), _x(box.end) - _x(box.first), LINE * (box.bottom - box.top + 1))
        _caption(canvas, box, number)
    _services(canvas)
    _squares(canvas)
    _guides(canvas)
    canvas.setLineWidth(1)
    canvas.rect(_x(1), _y(62), _x(drawing.RIGHT) - _x(1), LINE * 55)
    canvas.line(_x(1), _y(27), _x(drawing.RIGHT), _y(27))
    canvas.line(_x(1), _y(31), _x(drawing.RIGHT), _y(31))
    canvas.setFillColorRGB(*_RED)
    canvas.setFont(_CAPTION, 10)
    canvas.drawString(_x(1), _y(6) + 2, drawing.TITLE)
    canvas.setFillColorRGB(*_GREY)
    canvas.setFont(_CAPTION, 5.6)
    canvas.drawString(_x(1), _y(63) + 2, drawing.NOTICE)


def _caption(canvas: "Canvas", box: drawing.Box, number: str) -> None:
    """The box's number and our words for it, at its upper left."""
    x, y = _x(box.first) + 1.8, _y(box.top) - 5.8
    canvas.setFillColorRGB(*_RED)
    if not box.caption:
        short = box.top > LINES_PER_PAGE * 2 + 42
        canvas.setFont(_CAPTION, 4.8)
        canvas.drawString(x - short, y - 2.4, f"{number[-1]}." if short else f"{number}.")
        return
    words = box.caption if "." in number else f"{number}.  {box.caption}"
    canvas.setFont(_CAPTION, 4.9)
    canvas.drawString(x, y, words)


def _shades(canvas: "Canvas") -> None:
    """The upper half of each service line, and what is not in use."""
    canvas.setFillColorRGB(*_PALE)
    left, right = _x(1), _x(drawing.RIGHT)
    for number in range(1, LINES_PER_PAGE + 1):
        canvas.rect(left, _y(42 + 2 * number), right - left, LINE, stroke=0, fill=1)
    box = drawing.BOXES["17a"]
    canvas.rect(_x(box.first), _y(box.bottom + 1), _x(box.end) - _x(box.first), LINE, stroke=0, fill=1)
    for other in ("32b", "33b"):
        box = drawing.BOXES[other]
        canvas.rect(_x(box.first), _y(box.bottom + 1), _x(box.end) - _x(box.first), LINE, stroke=0, fill=1)


def _services(canvas: "Canvas") -> None:
    """Box 24: heads, columns, six lines with their numbers."""
    left, right = _x(1), _x(drawing.RIGHT)
    for letter, box in drawing.COLUMNS.items():
        x = _x(box.first)
        canvas.line(x, _y(41), x, _y(55))
        canvas.setFillColorRGB(*_RED)
        canvas.setFont(_CAPTION, 4.9)
        canvas.drawString(x + 1.8, _y(41) - 5.8, f"24.  {letter}" if letter == "A" else letter)
        canvas.drawString(x + 1.8, _y(42) - 7.5, box.caption)
    for number in range(LINES_PER_PAGE + 1):
        y = _y(43 + 2 * number)
        canvas.line(left, y, right, y)
        if number == LINES_PER_PAGE:
            break
        canvas.setFont(_CAPTION, 6)
        canvas.drawRightString(left - 2, y - 1.4 * LINE, str(number + 1))
        canvas.setFont(_CAPTION, 4)
        canvas.drawString(_x(65) + 4, y - 1.65 * LINE, "NPI")


def _squares(canvas: "Canvas") -> None:
    """A square under every X that may be set, a word beside it."""
    for field in FIELDS.values():
        if isinstance(field, Choice):
            for column in field.columns.values():
                canvas.rect(x_of(column) - 0.9, _y(field.line) - 10.9, COLUMN + 1.8, 9.4)
    canvas.setFillColorRGB(*_RED)
    canvas.setFont(_CAPTION, 4.5)
    for line, at, word in drawing.LABELS:
        canvas.drawString(x_of(at) + 0.9, _y(line) - 8, word)


def _guides(canvas: "Canvas") -> None:
    """Letters of the diagnoses, the dotted lines of qualifiers and cents."""
    canvas.setFont(_CAPTION, 5.5)
    for index, letter in enumerate("ABCDEFGHIJKL"):
        canvas.drawString(x_of(1.6 + 13 * (index % 4)), _y(38 + index // 4) - 8.4, letter)
        left, low = x_of(2.8 + 13 * (index % 4)), _y(38 + index // 4) - 11
        canvas.line(left, low, left + 7.6 * COLUMN, low)
    canvas.setDash(1, 1.5)
    for line, lines, column in (
        (22, 1, 52.5), (34, 1, 3.4), (38, 1, 61.3), (33, 2, 32.5), (56, 1, 57.5), (56, 1, 67.5),
        (44, 1, 55.5), (46, 1, 55.5), (48, 1, 55.5), (50, 1, 55.5), (52, 1, 55.5), (54, 1, 55.5),
    ):  # fmt: skip
        canvas.line(x_of(column), _y(line), x_of(column), _y(line + lines))
    canvas.setDash()
