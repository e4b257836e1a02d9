"""Positions as they come into a risk calculator: typed into the form, or read from the view."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Notes
from cockpit.core.account import Account, short_address
from cockpit.core.events import Position
from cockpit.core.margins import own_mmf
from cockpit.core.validation import explain
from cockpit.portfolio.positions import is_old, is_unread, old_words, waiting_words
from cockpit.state.lookups import listing
from cockpit.state.view import MarketView

_SHOWN_ONLY = frozenset(
    {
        "account", "pool", "upnl_usd", "notional_usd", "funding_usd_per_hour", "funding_paid_usd",
        "funding_accrued_usd", "adl_quantile", "asset",
        "liquidation_distance", "liquidation_basis", "margin_mode", "source", "age_s", "stale",
    }
)  # fmt: skip
"""Keys of an exposure document's positions that say nothing new."""


class PositionInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A position as it is typed. `size` is signed base units; prices are USD per base.

    `mmf` and `leverage` replace the venue's rule; `isolated_equity_usd` is the margin and profit
    that stand behind this position alone. Without `mark` the view's price counts, and then `entry`.
    """

    venue: str
    symbol: str
    size: float
    entry: float | None = None
    mark: float | None = None
    mmf: float | None = None
    leverage: float | None = None
    liquidation: float | None = None
    isolated_equity_usd: float | None = None


def structs(field: str, kind: Any, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """JSON objects as structs. FieldError names the row, its key and what was expected."""
    found = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(msgspec.convert(row, kind, strict=False))
        except msgspec.ValidationError as error:
            key, words = explain(error)
            place = f"{field}[{number}].{key}" if key else f"{field}[{number}]"
            raise FieldError(field, f"{place}: {words}") from None
    return found


def typed_positions(rows: Sequence[Mapping[str, Any]]) -> list[PositionInput]:
    """What was typed, or pasted from an exposure document. FieldError names row, key and bound."""
    plain = [{k: v for k, v in row.items() if k not in _SHOWN_ONLY} for row in rows]
    found: list[PositionInput] = structs("positions", PositionInput, plain)
    for number, position in enumerate(found, 1):
        for name in ("entry", "mark", "leverage"):
            value = getattr(position, name)
            if value is not None and not (value > 0 and math.isfinite(value)):
                raise FieldError("positions", f"positions[{number}].{name}: must be above 0")
        if not (math.isfinite(position.size) and position.size):
            raise FieldError(
                "positions",
                f"positions[{number}].size: must be a number other than 0, negative for a short",
            )
        if position.mmf is not None and not 0 < position.mmf < 1:
            raise FieldError(
                "positions",
                f"positions[{number}].mmf: is {position.mmf:g}; expected a fraction such as 0.0125",
            )
    return found


def read_positions(view: MarketView) -> list[tuple[PositionInput, str]]:
    """Every followed and typed position of the view with the label of the pool behind it."""
    rows = [p for book in view.accounts() for p in book.positions] + list(view.manual())
    return [(_as_typed(p, view), pool_label(p.account, p.pool)) for p in rows]


def note_accounts(view: MarketView, now_ns: int, notes: Notes) -> None:
    """Followed accounts that were not read to their end, or not lately: an answer about all that is
    held is incomplete."""
    for account in unread_accounts(view, now_ns):
        notes.lack(f"{account}, so what is held there may be more")
    for book in view.accounts():
        if is_old(book, now_ns) and not is_unread(book, now_ns):
            name, words = Account(book.venue, book.address), old_words(book, view, now_ns)
            notes.lack(f"{name}: {words}, so what is held there may be another by now")


def unread_accounts(view: MarketView, now_ns: int) -> list[str]:
    """Each followed account that was not read to its end, and how far it was."""
    return [
        f"{Account(book.venue, book.address)}: {waiting_words(book)}"
        for book in view.accounts()
        if is_unread(book, now_ns)
    ]


def none_held(view: MarketView, now_ns: int, what_helps: str) -> str:
    """Why there is nothing to compute on: nothing is held, or nothing was read yet."""
    unread = unread_accounts(view, now_ns)
    words = f"there are none in the view; {what_helps}"
    return f"{words} ({'; '.join(unread)})" if unread else words


def _as_typed(position: Position, view: MarketView) -> PositionInput:
    isolated = position.isolated_equity
    if isolated is None and position.margin_mode == "isolated":
        isolated = math.nan
    return PositionInput(
        venue=position.venue,
        symbol=position.symbol,
        size=position.size,
        entry=position.entry,
        mark=position.mark,
        mmf=own_mmf(position.mmf, listing(view, position.venue, position.symbol)),
        leverage=position.leverage,
        liquidation=position.liquidation,
        isolated_equity_usd=isolated,
    )


def pool_label(account: str, pool: str) -> str:
    """How a pool of a followed account is named, the address shortened."""
    return f"{short_address(account)} {pool}".rstrip()
