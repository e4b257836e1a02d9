"""The snapshot: what `cockpit snapshot --json` writes and `--view` reads, and its JSON schema."""

from typing import Annotated, Any

import msgspec

from cockpit.documents.schema_account import AccountDocument, PositionDocument
from cockpit.documents.schema_market import ChainDocument, Figure, MarketDocument


class SnapshotDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The whole state at one moment. What is old or incomplete is named under `warnings`."""

    at_ns: Annotated[int, msgspec.Meta(gt=0, le=2**63 - 1)]
    version: str = ""
    clock_offset_ms: Figure = 0.0
    """This machine's clock minus the venues', by their stamps; `at_ns` is this machine's."""
    warnings: tuple[str, ...] = ()
    markets: tuple[MarketDocument, ...]
    chains: tuple[ChainDocument, ...] = ()
    positions: tuple[PositionDocument, ...] = ()
    accounts: tuple[AccountDocument, ...] = ()


def json_schema() -> dict[str, Any]:
    """The JSON schema of a snapshot."""
    return msgspec.json.schema(SnapshotDocument)
