"""Public addresses of Lighter: account indexes and L1 addresses."""

from cockpit.core.account import hex_address_problem, short_address

_MAX_INDEX_CHARS = 18


def check_address(text: str) -> str | None:
    """What is wrong with an account index or an L1 address, or None."""
    if text.isascii() and text.isdigit() and len(text) <= _MAX_INDEX_CHARS:
        return None
    if text.lower().startswith("0x"):
        return hex_address_problem(text)
    return f"{short_address(text)!r} is neither an account index nor 0x and 40 hexadecimal digits"
