"""Remittance advices as a PDF to print and file, one payment after the other, letter paper turned sideways.

The same advices give the same bytes. reportlab is an optional dependency, imported when a PDF is asked for.
"""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from rehabill.base.errors import PdfMissing
from rehabill.base.money import dollars
from rehabill.engine.advice.table import Advice, AdviceClaim, AdviceLine, Figures

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

_HEADINGS = (
    "Day", "Service", "Units", "Charged", "Allowed", "Contract", "Sequestr.", "Patient", "Prior payer", "Refused",
    "Paid", "Why",
)  # fmt: skip
_WIDTHS = (52, 96, 28, 54, 54, 54, 48, 52, 54, 54, 54, 132)
_TYPE, _BOLD = "RehabillAdvice", "RehabillAdviceBold"
_LINE = "#9aa3ad"
_SHADE = "#eef1f4"
_ALARM = "#a3271c"


def render(advices: Iterable[Advice]) -> bytes:
    """One PDF of all advices, each beginning a page. Raises `PdfMissing` without reportlab."""
    try:
        from reportlab.lib.pagesizes import landscape, letter
        from reportlab.platypus import PageBreak, SimpleDocTemplate
    except ImportError:
        raise PdfMissing from None
    _fonts()
    flow: list[Flowable] = []
    for one in advices:
        flow += [*([PageBreak()] if flow else []), *_advice(one)]
    written: list[bytes] = []
    document = SimpleDocTemplate(
        SimpleNamespace(write=written.append),  # type: ignore[arg-type]
        pagesize=landscape(letter),
        leftMargin=30,
        rightMargin=30,
        topMargin=32,
        bottomMargin=34,
        title="Remittance advice",
        creator="rehabill",
        invariant=1,
    )
    document.build(flow, onFirstPage=_footer, onLaterPages=_footer)
    return b"".join(written)


def _fonts() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if _TYPE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_TYPE, "Vera.ttf"))
        pdfmetrics.registerFont(TTFont(_BOLD, "VeraBd.ttf"))


def _footer(canvas: Any, document: Any) -> None:
    canvas.setFont(_TYPE, 7)
    canvas.drawRightString(document.pagesize[0] - 30, 20, f"page {document.page}")


def _advice(one: Advice) -> "list[Flowable]":
    from reportlab.platypus import Spacer

    balance = "balances" if not one.rest else f"is {dollars(one.rest)} out of balance"
    head = [
        _text(f"{one.payer or 'Payer without a name'} to {one.payee or 'payee without a name'}", size=13, bold=True),
        _text(
            f"{one.method} {one.trace} of {one.day or 'no day'}: {dollars(one.amount_cents)} for {len(one.claims)} "
            f"{'claim' if len(one.claims) == 1 else 'claims'}; it {balance}. NPI {one.payee_npi or 'not told'}.",
            alarm=bool(one.rest),
        ),
        Spacer(1, 8),
    ]
    body = [part for claim in one.claims for part in _claim(claim)]
    return [*head, *body, *_sums(one), *_meanings(one)]


def _text(words: str, size: float = 8, bold: bool = False, alarm: bool = False) -> "Flowable":
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    color = HexColor(_ALARM if alarm else "#111111")
    style = ParagraphStyle(
        "advice", fontName=_BOLD if bold else _TYPE, fontSize=size, leading=size * 1.35, textColor=color
    )  # fmt: skip
    return Paragraph(escape(words), style)


def _claim(claim: AdviceClaim) -> "list[Flowable]":
    from reportlab.platypus import KeepTogether, Spacer

    who = " ".join(part for part in (claim.patient, claim.member_id) if part) or "patient not told"
    status = claim.status + (f" to {claim.forwarded_to}" if claim.forwarded_to else "")
    title = " · ".join((claim.claim_number or "Claim without a number", who, status))
    title += f" · payer's number {claim.payer_claim_number}" if claim.payer_claim_number else ""
    rows: list[list[Any]] = [list(_HEADINGS), *[_line(line) for line in claim.lines]]
    rows.append(["", "Claim", "", *_money(claim.total), ""])
    parts: list[Flowable] = [_text(title, bold=True), _table(rows)]
    if claim.total.rest:
        parts.append(_text(f"The payer's figures leave {dollars(claim.total.rest)} unexplained.", alarm=True))
    together = [KeepTogether(parts)] if len(claim.lines) <= 12 else parts
    return [*together, Spacer(1, 8)]


def _line(line: AdviceLine) -> list[Any]:
    day = str(line.day) if line.day else ""
    return [day, _text(line.service, 7), line.units, *_money(line.figures), _text(", ".join(line.reasons), 7)]


def _money(figures: Figures) -> list[str]:
    cents = (
        figures.charge, figures.allowed, figures.contractual, figures.sequestration, figures.patient, figures.prior,
        figures.refused, figures.paid,
    )  # fmt: skip
    return [dollars(one) if one else "" for one in cents]


def _table(rows: list[list[Any]], widths: tuple[int, ...] = _WIDTHS, right: tuple[int, int] = (2, 10)) -> "Flowable":
    """`right`: the first and last column of figures."""
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table

    table = Table(rows, colWidths=widths, repeatRows=1, hAlign="LEFT")
    table.setStyle([
        ("FONT", (0, 0), (-1, -1), _TYPE, 7),
        ("FONT", (0, 0), (-1, 0), _BOLD, 6.5),
        ("FONT", (0, -1), (-1, -1), _BOLD, 7),
        ("BACKGROUND", (0, 0), (-1, 0), HexColor(_SHADE)),
        ("LINEBELOW", (0, 0), (-1, 0), 0.5, HexColor(_LINE)),
        ("LINEABOVE", (0, -1), (-1, -1), 0.5, HexColor(_LINE)),
        ("ALIGN", (right[0], 0), (right[1], -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ])  # fmt: skip
    return table


def _sums(one: Advice) -> "list[Flowable]":
    """From the claims to the payment."""
    from reportlab.platypus import KeepTogether, Spacer

    rows: list[list[Any]] = [list(_HEADINGS), ["", "All claims", "", *_money(one.total), ""]]
    moved: list[list[Any]] = [["From claims to payment", ""], ["Paid on claims", dollars(one.total.paid)]]
    for move in one.moves:
        words = " ".join(part for part in ("PLB", move.reason, move.words, move.reference) if part)
        moved.append([_text(words, 7), dollars(-move.cents)])
    if one.rest:
        moved.append([_text("Not explained", 7, alarm=True), dollars(one.rest)])
    moved.append(["Payment", dollars(one.amount_cents)])
    return [_table(rows), Spacer(1, 8), KeepTogether([_table(moved, (300, 70), (1, 1))]), Spacer(1, 8)]


def _meanings(one: Advice) -> "list[Flowable]":
    return [_text(f"{code}: {words}", 7) for code, words in one.meanings]
