"""What Aster's chain says of an account over JSON-RPC: wallets, and positions by product.

Source: github.com/asterdex/api-docs RPC/aster-chain-rpc.md. Demonstration accounts are public; an
address that nobody has holds nothing.
"""

from cockpit.sim.faces.aster.messages import Row
from cockpit.sim.faces.kit import rpc
from cockpit.sim.faces.kit.connection import Json, decode
from cockpit.sim.faces.kit.figures import fixed
from cockpit.sim.faces.kit.routes import Request
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS
from cockpit.sim.world.contract import VenueWorld


def answer(request: Request) -> Json:
    call = rpc.read_call(decode(request.body, None))
    if call is None or not (isinstance(call.params, list) and call.params):
        return rpc.error(None, -32600, "Invalid Request")
    if call.method != "aster_getBalance":
        return rpc.error(call.id, -32601, "Method not found")
    return rpc.result(call, balance(request.world, str(call.params[0])))


def balance(world: VenueWorld, address: str) -> Row:
    """A wallet is a JSON number, and leaves out what positions would bring."""
    assets, rows = [], []
    for one in world.accounts.of(address):
        held = [margin.valued(world, one, each) for each in one.positions.values()]
        worth = margin.standing(world, one).equity - sum(each.profit for each in held)
        assets.append({"asset": "USDT", "walletBalance": worth / MICROS})
        rows += [_position(each) for each in held]
    return {
        "address": address, "accountPrivacy": "disabled", "perpAssets": assets,
        "positions": [{"tradingProduct": "perps", "positions": rows}],
    }  # fmt: skip


def _position(held: margin.Valued) -> Row:
    state, position = held.state, held.position
    return {
        "symbol": state.listing.native, "positionAmount": f"{held.size:f}",
        "entryPrice": fixed(held.entry_price or 0.0, 8),
        "unrealizedProfit": fixed(held.profit / MICROS, 8),
        "notionalValue": fixed(held.value / MICROS, 8),
        "markPrice": fixed(state.mark or 0.0, 8), "leverage": str(position.leverage or 20),
        "isolated": position.isolated, "isolatedWallet": "0", "positionSide": "BOTH", "adl": 1,
    }  # fmt: skip
