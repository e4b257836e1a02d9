"""Public addresses: is the bech32 checksum right? (BIP 173, the original one of Cosmos chains.)

A mistyped letter is found here and not as an account that looks empty.
"""

CHILDREN = 128
"""Subaccounts below this are parents; a parent's children are its number plus multiples of it."""
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_PREFIX, _CHARS = "dydx", 43


def check_address(text: str) -> str | None:
    """What is wrong with `dydx1…` or `dydx1…/0`, or None."""
    address, slash, number = text.partition("/")
    if slash and not (number.isascii() and number.isdigit() and int(number) < CHILDREN):
        return f"subaccount {number[:8]!r} is not a number from 0 to {CHILDREN - 1}"
    problem = _bech32_problem(address)
    return None if problem is None else f"the address {problem}"


def _bech32_problem(text: str) -> str | None:
    if text != text.lower() and text != text.upper():
        return "mixes small and capital letters"
    head, one, data = text.lower().rpartition("1")
    if not one or head != _PREFIX:
        return f"does not begin with {_PREFIX}1"
    strange = next((letter for letter in data if letter not in _ALPHABET), None)
    if strange is not None:
        return f"has a {strange!r}, which no such address has"
    if len(text) != _CHARS:
        return f"has {len(text)} characters, expected {_CHARS}"
    expanded = [ord(c) >> 5 for c in head] + [0] + [ord(c) & 31 for c in head]
    if _polymod(expanded + [_ALPHABET.index(letter) for letter in data]) != 1:
        return "has a wrong checksum: a character is mistyped"
    return None


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                checksum ^= generator
    return checksum
