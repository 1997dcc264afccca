"""What every layer may use: money, dates, identifiers, errors, findings, steps. Standard library and msgspec only."""
