"""Public addresses: how a trader writes one, and how it is shown.

An address is untrusted input, and whose it is may be private: screens and logs show it shortened.
What is a well-formed address is the venue's business (`VenueSpec.check_address`).
"""

import re

import msgspec

_HEAD, _TAIL = 6, 4
_LONG = re.compile(r"0x[0-9a-fA-F]{40}|dydx1[02-9ac-hj-np-z]{38,}")
_HEX = re.compile(r"0x[0-9a-fA-F]{40}")


class Account(msgspec.Struct, frozen=True, order=True, gc=False):
    """A public address at one venue, in lower case, in the venue's own form."""

    venue: str
    address: str

    def __str__(self) -> str:
        return f"{self.venue}:{short_address(self.address)}"

    @classmethod
    def parse(cls, text: str) -> "Account":
        """`VENUE:0x12…` -> Account. ValueError without a colon or a part."""
        venue, colon, address = text.strip().partition(":")
        if not (colon and venue and address):
            raise ValueError(f"{mask(text)!r} is not VENUE:ADDRESS")
        return cls(venue, normal_address(address))


def normal_address(text: str) -> str:
    """One spelling for each address: hexadecimal and bech32 do not tell the case apart."""
    return text.strip().lower()


def short_address(address: str) -> str:
    """`0x12ab…9f3c`, `dydx1n…vqy7/0`; what is short already (an index) stays whole."""
    whole, slash, rest = address.partition("/")
    if len(whole) > _HEAD + _TAIL + 3:
        whole = f"{whole[:_HEAD]}…{whole[-_TAIL:]}"
    return whole + slash + rest[:_HEAD]


def mask(text: str) -> str:
    """A text with every address in it shortened."""
    return _LONG.sub(lambda found: short_address(found[0]), text)


def hex_address_problem(text: str) -> str | None:
    """What is wrong with an Ethereum-style address, or None."""
    if _HEX.fullmatch(text):
        return None
    if not text.lower().startswith("0x"):
        return f"{short_address(text)!r} is not an address: expected 0x and 40 hexadecimal digits"
    return (
        f"{short_address(text)!r} has {len(text) - 2} characters after 0x, "
        "or some that are no hexadecimal digits; expected 40"
    )
