"""`--where`: conditions in a trader's words, all of which must hold."""

import re

import pytest

from cockpit.calculators.scan.listing import Row
from cockpit.calculators.scan.where import chosen, parse_where

RICH = Row(symbol="WIF", long_venue="a", short_venue="b", net_usd=80.0, oi_usd=6e6)
POOR = Row(symbol="SUI", long_venue="a", short_venue="c", net_usd=20.0, oi_usd=9e6, gate="basis")
BLIND = Row(symbol="NEIRO@c", long_venue="c", short_venue="d", gate="cost unknown")


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
        ("apr>0", []),
    ],
)
def test_what_is_kept(text, kept):
    """A figure that is not known passes no condition, not even that of being another."""
    assert chosen([RICH, POOR, BLIND], parse_where(text)) == kept


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("net", "'net' is not a condition such as"),
        ("nett>5", "did you mean 'net'?"),
        ("venue>5", "venue is a name; compare it by = or !="),
        ("net>much", "'much'"),
        ("", "'' is not a condition"),
    ],
)
def test_a_mistake_is_named(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_where(text)
