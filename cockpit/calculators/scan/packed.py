"""A scan's question as bytes: read and packed a part at a time, and sent to a worker at no cost.

To pickle thousands of structs takes one call that holds up whoever else wants to run.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from cockpit.calculators.scan.listing import Listing, ScanInputs


class PackedScan(msgspec.Struct, frozen=True, kw_only=True):
    """What to rank: `parts` are packed listings, in their order."""

    parts: tuple[bytes, ...]
    inputs: ScanInputs
    at_ns: int


def pack(listings: Sequence[Listing]) -> bytes:
    return _encoder.encode(listings)


def unpacked(parts: Sequence[bytes]) -> tuple[Listing, ...]:
    """The listings of all parts. ValueError for what `pack` did not make."""
    return tuple(listing for part in parts for listing in _decoder.decode(part))


def _plain(value: Any) -> bytes:
    """Hourly rates, the one array of a listing."""
    return np.asarray(value, dtype="<f8").tobytes()


def _array(_: Any, packed: Any) -> Any:
    return np.frombuffer(packed, dtype="<f8")


_encoder = msgspec.msgpack.Encoder(enc_hook=_plain)
_decoder = msgspec.msgpack.Decoder(list[Listing], dec_hook=_array)
