"""Addresses that look like the real ones: 20 bytes, written as a venue's users know them."""

import hashlib
from collections.abc import Iterable

_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def hex_address(seed: str) -> str:
    """0x and 40 hex digits, lower case; the same for the same seed."""
    return f"0x{_twenty_bytes(seed).hex()}"


def bech32_address(prefix: str, seed: str) -> str:
    """bech32 with its checksum, `prefix1…`; the same for the same seed."""
    return bech32(prefix, _twenty_bytes(seed))


def bech32(prefix: str, data: bytes) -> str:
    """Bytes as bech32. Source: https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki."""
    number = int.from_bytes(data, "big")
    bits = len(data) * 8
    number <<= -bits % 5
    words = [number >> shift & 31 for shift in range(bits + -bits % 5 - 5, -1, -5)]
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    rest = _polymod([*spread, *words, 0, 0, 0, 0, 0, 0]) ^ 1
    checksum = [rest >> 5 * (5 - i) & 31 for i in range(6)]
    return f"{prefix}1{''.join(_CHARSET[word] for word in words + checksum)}"


def _polymod(words: Iterable[int]) -> int:
    value = 1
    for word in words:
        top = value >> 25
        value = (value & 0x1FFFFFF) << 5 ^ word
        for i, factor in enumerate(_GENERATOR):
            value ^= factor if top >> i & 1 else 0
    return value


def _twenty_bytes(seed: str) -> bytes:
    return hashlib.sha256(f"address of {seed}".encode()).digest()[:20]
