"""A venue whose limit of requests is spent: the answer says so, and is not called whole."""

import json
import subprocess

from tests.e2e.exchange import COCKPIT, exchange


def test_a_listing_that_is_refused_is_told_with_its_reason(own_home, tmp_path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text("[venue.hyperliquid]\nhttp_429 = 1.0\n")
    with exchange(
        tmp_path, "--venues", "hyperliquid,bybit", "--symbols", "BTC", "--faults", str(faults)
    ) as sim:
        live = ("--endpoints", str(sim.endpoints), "--venues", "hyperliquid,bybit")
        asked = (*live, "--symbols", "BTC", "--for", "8s", "--json")
        snapshot = subprocess.run([*COCKPIT, "snapshot", *asked], capture_output=True, text=True)
        watched = subprocess.run([*COCKPIT, "watch", *asked], capture_output=True, text=True)

    assert snapshot.returncode == 4
    told = [w for w in json.loads(snapshot.stdout)["warnings"] if w.startswith("hyperliquid: ")]
    assert len(told) == 1
    assert told[0].startswith("hyperliquid: has not told its markets (")
    assert "HTTP 429" in told[0] or "refuses requests for" in told[0]

    assert watched.returncode == 4
    assert "cockpit: hyperliquid: has not told its markets (" in watched.stderr
    assert '"venue":"bybit"' in watched.stdout, "who answers is not held up"
