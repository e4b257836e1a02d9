"""`--where`: conditions in a trader's words, all of which must hold."""

import re

import numpy as np
import pytest

from cockpit.calculators.scan.listing import Row, ScanInputs
from cockpit.calculators.scan.ranked import FIGURES, RankedPairs, places_in
from cockpit.calculators.scan.where import chosen, parse_where

RICH = Row(
    symbol="WIF", long_venue="a", short_venue="b", net_usd=80.0, oi_usd=6e6, net_apr=0.3,
    spread_hourly=2e-5,
)  # fmt: skip
POOR = Row(
    symbol="SUI", long_venue="a", short_venue="c", net_usd=20.0, oi_usd=9e6, net_apr=0.1,
    spread_hourly=1e-5, gate="basis",
)  # fmt: skip
BLIND = Row(symbol="NEIRO@c", long_venue="c", short_venue="d", gate="cost unknown")


def pairs(rows: list[Row]) -> RankedPairs:
    """As a worker answers them."""
    figures = np.full((len(rows), len(FIGURES)), np.nan)
    for place, row in enumerate(rows):
        for name in ("net_usd", "oi_usd", "net_apr", "spread_hourly"):
            value = getattr(row, name)
            figures[place, FIGURES.index(name)] = np.nan if value is None else value
    symbols, symbol = places_in([row.symbol for row in rows])
    venues, both = places_in([venue for row in rows for venue in (row.long_venue, row.short_venue)])
    gates, gate = places_in([row.gate for row in rows])
    none = np.full(len(rows), -1)
    return RankedPairs(
        at_ns=0, inputs=ScanInputs(), symbols=symbols, venues=venues, gates=gates, symbol=symbol,
        long=both[::2], short=both[1::2], gate=gate,
        quotes=("USDC",), quote=np.array([[0, 0], [-1, 0], [-1, -1]]), cost_basis=none,
        history=none, figures=figures,
        is_sound=none < 0, fits=np.full((len(rows), 5), np.nan),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("net>50", [RICH]),
        ("net>=20 and oi>5m", [RICH, POOR]),
        ("oi<7m AND net > 1", [RICH]),
        ("venue!=c", [RICH]),
        ("venue=C", [POOR, BLIND]),
        ("short=c", [POOR]),
        ("symbol=neiro", [BLIND]),
        ("gate=pass", [RICH]),
        ("gate=fail", [POOR, BLIND]),
        ("net!=80", [POOR]),
        ("odds>0", []),
        ("return>20%", [RICH]),
        ("apr>0.05", [RICH, POOR]),
        # 1e-5 an hour are 8.76 % a year.
        ("spread>8.8%", [RICH]),
        ("spread>9e-6", [RICH, POOR]),
        ("30d>0", []),
        ("quote=usdc", [RICH, POOR]),
    ],
)
def test_what_is_kept(text, kept):
    """A figure that is not known passes no condition, not even that of being another."""
    rows = [RICH, POOR, BLIND]
    assert [row for row, is_kept in zip(rows, chosen(pairs(rows), parse_where(text)), strict=True)
            if is_kept] == kept  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("net", "'net' is not a condition such as"),
        ("nett>5", "did you mean 'net'?"),
        ("venue>5", "venue is a name; compare it by = or !="),
        ("net>much", "'much'"),
        ("spread>20", "spread is a fraction: write 20% for 20 per cent a year"),
        ("sign>90", "sign is a fraction: write 90% for 90 per cent"),
        ("", "'' is not a condition"),
    ],
)
def test_a_mistake_is_named(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_where(text)
