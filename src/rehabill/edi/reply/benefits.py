"""EB and what stands below it: one benefit, with its sentence."""

from collections.abc import Iterator
from decimal import Decimal

from rehabill.base.money import dollars
from rehabill.edi.reply.loops import Found, Loop
from rehabill.edi.reply.pieces import Reader
from rehabill.edi.reply.refusals import refusals
from rehabill.model.eligibility import Benefit, Delivery
from rehabill.model.submitted import Party
from rehabill.x12.spec.load import meanings

_YES_NO = {"Y": True, "N": False}


def words(number: str, code: str) -> str:
    """A code of a data element in our words, or the code."""
    return meanings().get(number, {}).get(code, "") or code


def benefits(reader: Reader, level: Loop, name: str) -> Iterator[Benefit]:
    """The benefits of a subscriber or dependent, in order."""
    for loop in level.under(name):
        segment = loop.take("EB")
        if segment is None:
            continue
        yield _benefit(reader, loop, segment, "2120C" if name == "2110C" else "2120D")


def _benefit(reader: Reader, loop: Loop, segment: Found, party_loop: str) -> Benefit:
    procedure = reader.procedure(segment, 13)
    deliveries = reader.deliveries(loop)
    cents, fraction, quantity = reader.cents(segment, 7), reader.number(segment, 8), reader.number(segment, 10)
    return Benefit(
        kind=segment.get(1),
        words=_sentence(segment, cents, fraction, quantity, deliveries),
        level=segment.get(2),
        service_types=tuple(segment.values(3)),
        insurance=segment.get(4),
        plan=segment.get(5),
        period=segment.get(6),
        cents=cents,
        fraction=fraction,
        unit=segment.get(9),
        quantity=quantity,
        authorization=_YES_NO.get(segment.get(11)),
        in_network=_YES_NO.get(segment.get(12)),
        any_network=segment.get(12) == "W",
        code=procedure.code,
        modifiers=procedure.modifiers,
        deliveries=deliveries,
        dates=reader.periods(loop),
        references=reader.references(loop),
        messages=tuple(one.get(1) for one in loop.take_all("MSG")),
        places=tuple(
            one.get(2) or one.get(4) for below in loop.under("2115C", "2115D") for one in below.take_all("III")
        ),
        parties=tuple(_parties(reader, loop, party_loop)),
        refusals=refusals(loop, "benefit"),
        at=reader.whole.at(segment),
    )


def _parties(reader: Reader, loop: Loop, name: str) -> Iterator[Party]:
    """Those of their own loop, and those a payer names without the marks (LS, LE) around them."""
    for place in (*loop.under(name), loop):
        while (party := reader.party(place)) is not None:
            yield party


def _sentence(
    segment: Found, cents: int | None, fraction: str | None, quantity: str | None, deliveries: tuple[Delivery, ...]
) -> str:
    """`copay $40.00, physical therapy, visit, in network`."""
    parts = [words("1390", segment.get(1))]
    if cents is not None:
        parts[0] += f" {dollars(cents)}"
    if fraction is not None:
        parts[0] += f" {_percent(fraction)}"
    if quantity is not None:
        parts[0] += f" {quantity} {words('673', segment.get(9))}"
    parts += [f"{one.quantity or ''} {words('673', one.unit)}".strip() for one in deliveries if one.unit]
    parts.append(" and ".join(words("1365", one) for one in segment.values(3)[:4]))
    if len(segment.values(3)) > 4:
        parts[-1] += f" and {len(segment.values(3)) - 4} more"
    parts += [words("615", segment.get(6)), words("1207", segment.get(2)), segment.get(5)]
    parts.append({"Y": "authorisation needed", "N": "no authorisation needed"}.get(segment.get(11), ""))
    network = {"Y": "in network", "N": "out of network", "W": "in and out of network"}
    parts.append(network.get(segment.get(12), ""))
    return ", ".join(part for part in parts if part)


def _percent(fraction: str) -> str:
    """`.2` → 20%."""
    value = (Decimal(fraction) * 100).normalize()
    return f"{value:f}%"
