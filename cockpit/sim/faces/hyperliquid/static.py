"""What stands still on the simulated Hyperliquid: spot, one HIP-3 dex, and empty accounts.

They are there so that a client meets them and keeps them out of the perpetual markets.
Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint.
"""

from cockpit.sim.faces.hyperliquid.messages import address, dead_ctx
from cockpit.sim.faces.hyperliquid.profile import MARGIN_TABLES
from cockpit.sim.faces.kit.connection import Json

FIRST_DEX, HIP3_DEX = DEXS = "", "xyz"
HIP3_COIN, HIP3_PRICE = "xyz:XYZ100", "25451.0"
SPOT_PRICES = {"PURR/USDC": "0.18421", "@1": "0.9134"}
"""Pair name -> price. Pairs after the first are named by their index."""


def margin_tables() -> Json:
    return [
        [
            table,
            {
                "description": f"tiered {tiers[0][1]}x" if len(tiers) > 1 else "",
                "marginTiers": [
                    {"lowerBound": str(lower), "maxLeverage": leverage} for lower, leverage in tiers
                ],
            },
        ]
        for table, tiers in MARGIN_TABLES
    ]


def hip3_meta() -> Json:
    return {
        "universe": [
            {
                "szDecimals": 4,
                "name": HIP3_COIN,
                "maxLeverage": 20,
                "marginTableId": 20,
                "onlyIsolated": True,
                "marginMode": "strictIsolated",
                "growthMode": "enabled",
                "lastGrowthModeChangeTime": "2025-11-23T17:21:40.390706535",
            }
        ],
        "marginTables": margin_tables(),
        "collateralToken": 0,
    }


def hip3_ctxs() -> Json:
    """A market that nobody trades: an oracle price, no book, no open interest."""
    return [dead_ctx(HIP3_PRICE)]


def perp_dexs() -> Json:
    """Null stands for the first dex."""
    return [
        None,
        {
            "name": HIP3_DEX,
            "fullName": "XYZ",
            "deployer": address(901),
            "oracleUpdater": None,
            "feeRecipient": None,
            "assetToStreamingOiCap": [[HIP3_COIN, "1000000.0"]],
            "subDeployers": [["setOracle", [address(902)]]],
            "deployerFeeScale": "1.0",
            "lastDeployerFeeScaleChangeTime": "1970-01-01T00:00:00",
            "assetToFundingMultiplier": [[HIP3_COIN, "1.0"]],
        },
    ]


def _token(index: int, name: str, size_decimals: int, wei_decimals: int) -> Json:
    return {
        "name": name,
        "szDecimals": size_decimals,
        "weiDecimals": wei_decimals,
        "index": index,
        "tokenId": address(910 + index)[:34],
        "isCanonical": index < 2,
        "evmContract": None,
        "fullName": None,
        "deployerTradingFeeShare": "0.0",
    }


def spot_meta() -> Json:
    return {
        "universe": [
            {"tokens": [index + 1, 0], "name": name, "index": index, "isCanonical": index == 0}
            for index, name in enumerate(SPOT_PRICES)
        ],
        "tokens": [_token(0, "USDC", 8, 8), _token(1, "PURR", 0, 5), _token(2, "HFUN", 2, 8)],
    }


def spot_ctx(name: str) -> Json:
    return {
        "prevDayPx": SPOT_PRICES[name],
        "dayNtlVlm": "0.0",
        "markPx": SPOT_PRICES[name],
        "midPx": SPOT_PRICES[name],
        "circulatingSupply": "596000000.0",
        "coin": name,
        "totalSupply": "596000000.0",
        "dayBaseVlm": "0.0",
    }


def spot_ctxs() -> Json:
    return [spot_ctx(name) for name in SPOT_PRICES]


def clearinghouse_state(time_ms: int) -> Json:
    """An address that never traded, or an agent wallet: zeros, not an error."""
    zeros = {
        "accountValue": "0.0",
        "totalNtlPos": "0.0",
        "totalRawUsd": "0.0",
        "totalMarginUsed": "0.0",
    }
    return {
        "marginSummary": zeros,
        "crossMarginSummary": zeros,
        "crossMaintenanceMarginUsed": "0.0",
        "withdrawable": "0.0",
        "assetPositions": [],
        "time": time_ms,
    }


NO_ROWS = (
    "openOrders",
    "frontendOpenOrders",
    "historicalOrders",
    "userTwapSliceFills",
    "userNonFundingLedgerUpdates",
    "userVaultEquities",
    "extraAgents",
    "delegations",
    "delegatorRewards",
    "delegatorHistory",
)
"""Lists in which nobody has anything."""

ACCOUNT_ANSWERS: dict[str, Json] = {
    **{name: [] for name in NO_ROWS},
    **dict.fromkeys(("subAccounts", "userToMultiSigSigners", "userDexAbstraction"), None),
    "orderStatus": {"status": "unknownOid"},
    "delegatorSummary": {
        "delegated": "0.0",
        "undelegated": "0.0",
        "totalPendingWithdrawal": "0.0",
        "nPendingWithdrawals": 0,
    },
    "userAbstraction": "default",
}
"""Info types which need a `user`, and what everybody is told."""

WEB_DATA: dict[str, Json] = {
    "leadingVaults": [],
    "totalVaultEquity": "0.0",
    "openOrders": [],
    "agentAddress": None,
    "agentValidUntil": None,
    "cumLedger": "0.0",
    "isVault": False,
    "twapStates": [],
}
"""What the venue's pages show of a user who has only positions."""
