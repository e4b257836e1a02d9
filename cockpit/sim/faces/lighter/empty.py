"""Lighter's channels about what does not exist here: accounts of strangers and spot markets.

Source: https://apidocs.lighter.xyz/docs/websocket-reference. The venue answers for an account that
holds nothing as for any other.
"""

from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.faces.lighter.channels import stamp_ms
from cockpit.sim.world.contract import Step, VenueWorld

Message = dict[str, wire.Json]


class Fixed:
    """A channel about something that does not exist here: its first message and no other."""

    def __init__(self, name: str, message: Message) -> None:
        self.name = name
        self._message = message

    def first(self) -> Message:
        return self._message

    def after(self, step: Step) -> list[Message]:
        return []


def statistics(world: VenueWorld, kind: str) -> Fixed:
    """Of all markets of a kind of which there are none."""
    message: Message = {
        "channel": f"{kind}:all",
        kind: {},
        "timestamp": stamp_ms(world),
        "type": f"subscribed/{kind}",
    }
    return Fixed(f"{kind}:all", message)


def user_stats(world: VenueWorld, index: str) -> Fixed:
    """Of an account without anything."""
    money = dict.fromkeys(("available_balance", "collateral", "portfolio_value"), "0.000000")
    stats = money | {"buying_power": "0", "leverage": "0.00", "margin_usage": "0.00"}
    message: Message = {
        "channel": f"user_stats:{index}",
        "stats": {"account_trading_mode": 0, **stats, "cross_stats": stats, "total_stats": stats},
        "timestamp": stamp_ms(world),
        "type": "subscribed/user_stats",
    }
    return Fixed(f"user_stats:{index}", message)


def account_all(index: str) -> Fixed:
    """Of an account without anything."""
    spans, kinds = ("daily", "weekly", "monthly", "total"), ("trades_count", "volume")
    counts = {f"{span}_{kind}": 0 for span in spans for kind in kinds}
    message: Message = {
        "account": int(index),
        "channel": f"account_all:{index}",
        **counts,
        "assets": {},
        "funding_histories": {},
        "positions": {},
        "shares": [],
        "trades": {},
        "type": "subscribed/account_all",
    }
    return Fixed(f"account_all:{index}", message)
