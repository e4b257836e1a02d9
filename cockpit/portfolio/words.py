"""How sizes, prices and dollars stand in sentences about positions."""

from decimal import Decimal


def base_size(size: float) -> str:
    """A size in base units without its sign, in up to six digits and without an exponent."""
    return f"{abs(size):.0f}" if abs(size) >= 1e5 else f"{Decimal(f'{abs(size):.6g}'):f}"


def signed_size(size: float) -> str:
    """The same with its sign."""
    return f"{'-' if size < 0 else '+'}{base_size(size)}"


def price(value: float) -> str:
    """A price in up to eight digits and without an exponent: `0.00001234`."""
    return f"{Decimal(f'{value:.8g}'):f}"


def signed_usd(value: float) -> str:
    """`+$12.95`, `-$0.30`."""
    return f"{'-' if value < 0 else '+'}${abs(value):.2f}"
