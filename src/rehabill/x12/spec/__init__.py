"""The specs of the X12 transactions, as data: what may stand where, how often, and what it may hold.

The YAML files beside this one are the source; `make gen` compiles them.
"""

from rehabill.x12.spec.load import load, meanings, names, segments, spec_for
from rehabill.x12.spec.schema import (
    MANY,
    PERSONAL,
    CompositeSpec,
    ElementSpec,
    Key,
    LoopSpec,
    Relation,
    SegmentDefinition,
    SegmentSpec,
    TransactionSpec,
)

__all__ = [
    "MANY",
    "PERSONAL",
    "CompositeSpec",
    "ElementSpec",
    "Key",
    "LoopSpec",
    "Relation",
    "SegmentDefinition",
    "SegmentSpec",
    "TransactionSpec",
    "load",
    "meanings",
    "names",
    "segments",
    "spec_for",
]
