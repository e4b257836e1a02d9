"""What `cockpit scan` prints: the ranking as one document, and as rows of CSV."""

from collections.abc import Sequence
from typing import Final

import msgspec

from cockpit.calculators.scan.listing import Row, ScanInputs


class ScanDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Every pair once, best first; `markets` were looked at. null is not known."""

    at_ns: int
    hold_h: int
    usd: float
    markets: int
    pairs: tuple[Row, ...]
    warnings: tuple[str, ...] = ()


REALISED: Final = ("1d", "3d", "7d", "30d")
HEADER: Final = tuple(
    column
    for name in Row.__struct_fields__
    for column in ([f"realised_{days}" for days in REALISED] if name == "realised" else [name])
)


def scan_document(
    rows: Sequence[Row], inputs: ScanInputs, *, at_ns: int, markets: int, warnings: Sequence[str]
) -> ScanDocument:
    return ScanDocument(
        at_ns=at_ns,
        hold_h=inputs.hold_h,
        usd=inputs.usd,
        markets=markets,
        pairs=tuple(rows),
        warnings=tuple(warnings),
    )


def csv_row(row: Row) -> list[object]:
    """The values under `HEADER`; None is an empty cell."""
    cells: list[object] = []
    for value in msgspec.structs.astuple(row):
        cells += msgspec.structs.astuple(value) if isinstance(value, msgspec.Struct) else (value,)
    return cells
