"""The X12 format: any file read without losing a byte, written back, checked against its guide, described.

    from rehabill import x12

    document = x12.read(data)            # any bytes; never raises; document.faults says what is wrong
    x12.write(document) == data          # always

This package knows no claim: `rehabill.edi` reads transactions into the structs of `rehabill.model`.
"""

from rehabill.x12.document import Document, read, write

__all__ = ["Document", "read", "write"]
