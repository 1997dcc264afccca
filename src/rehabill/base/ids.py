"""Identifiers with a check digit."""

from functools import lru_cache


@lru_cache(maxsize=10_000)
def npi_is_valid(npi: str) -> bool:
    """Ten digits whose last is the Luhn check digit of 80840 + the first nine (45 CFR 162.406).

    >>> npi_is_valid("1234567893"), npi_is_valid("1234567890")
    (True, False)
    """
    if len(npi) != 10 or not npi.isascii() or not npi.isdigit():
        return False
    return int(npi[9]) == npi_check_digit(npi[:9])


def npi_check_digit(stem: str) -> int:
    """The digit that goes behind nine digits, whatever the first.

    >>> npi_check_digit("123456789")
    3
    """
    total = 24  # what the constant prefix 80840 adds to the sum
    for position, digit in enumerate(map(int, stem)):
        if position % 2 == 0:
            digit *= 2
        total += digit - 9 if digit > 9 else digit
    return -total % 10
