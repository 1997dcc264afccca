"""rehabill: an outpatient physical-therapy visit becomes a clean, explained, priced claim."""

__version__ = "0.1.0"
