"""Are a file's interchanges, groups and sets whole? The envelope alone, without a look at what stands inside."""

from collections.abc import Iterable

from rehabill.base.finding import Finding
from rehabill.x12.check.envelope import ENVELOPE, Envelope
from rehabill.x12.check.report import FileReport
from rehabill.x12.scan import batches


def envelope_findings(chunks: Iterable[bytes]) -> list[Finding]:
    """What is wrong with a file's headers and trailers: counts and control numbers, in the file's order.

    The whole check of a file (`edi.check.file`) finds the same and takes three times as long as reading does.
    """
    report = FileReport()
    envelope = Envelope(report)
    empty = 0
    """Empty segments so far: they do not count."""
    for batch in batches(chunks, report.findings):
        segments, element = batch.segments, batch.delimiters.element
        names = frozenset((name + element)[:3] for name in ENVELOPE)
        holes = "" in segments
        begun = 0
        for index in [at for at, text in enumerate(segments) if text[:3] in names]:
            empty += segments[begun:index].count("") if holes else 0
            begun = index
            number = batch.number + index - empty
            envelope.take(segments[index].split(element), batch.delimiters, batch.byte_of(index), number)
        empty += segments[begun:].count("") if holes else 0
    envelope.finish()
    return report.all_findings()
