"""Lighter as it was until the end of 2025: what its recordings lack, and what stands in for it.

Today's messages say it themselves, and a message that does is never read by this module: books name
the nonce that they follow, and statistics name their market. Mainnet, October and November 2025.
"""

DOCUMENTED_IDS = {0: "ETH", 1: "BTC", 2: "SOL", 24: "HYPE"}
"""Mainnet's documented ids, believed until the venue names them."""


def guessed_name(market_id: int) -> str:
    """What a market is called that nothing has named yet."""
    return DOCUMENTED_IDS.get(market_id, f"@{market_id}")


def link(offset: int) -> tuple[int, int]:
    """What a book message follows, and its own number: the server counts its messages."""
    return offset - 1, offset
