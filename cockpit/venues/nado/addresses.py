"""Public addresses of Nado, with or without a subaccount."""

from cockpit.core.account import hex_address_problem

_NAME_BYTES = 12


def check_address(text: str) -> str | None:
    """What is wrong with `0x…`, or with `0x…/default`; None if nothing is."""
    address, slash, name = text.partition("/")
    if slash and not (name.isascii() and name.isprintable() and 0 < len(name) <= _NAME_BYTES):
        return f"{name[:20]!r} is no subaccount: expected 1 to 12 characters after the slash"
    return hex_address_problem(address)
