"""A venue whose limit of requests is spent: the answer says so, and is not called whole."""

import json
import subprocess

from tests.e2e.exchange import COCKPIT, exchange
from tests.support import PATIENCE_S


def test_a_listing_that_is_refused_is_told_with_its_reason(own_home, tmp_path) -> None:
    faults = tmp_path / "faults.toml"
    faults.write_text("[venue.hyperliquid]\nhttp_429 = 1.0\n")
    with exchange(
        tmp_path, "--venues", "hyperliquid,bybit", "--symbols", "BTC", "--faults", str(faults)
    ) as sim:
        live = ("--endpoints", str(sim.endpoints), "--venues", "hyperliquid,bybit")
        asked = (*live, "--symbols", "BTC", "--for", "12s", "--json")
        # Side by side: each waits its twelve seconds out.
        snapshot, watch = (
            subprocess.Popen(
                [*COCKPIT, command, *asked],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for command in ("snapshot", "watch")
        )  # fmt: skip
        document, _ = snapshot.communicate(timeout=3 * PATIENCE_S)
        lines, said = watch.communicate(timeout=3 * PATIENCE_S)

    assert snapshot.returncode == 4
    told = [w for w in json.loads(document)["warnings"] if w.startswith("hyperliquid: ")]
    assert len(told) == 1
    assert told[0].startswith("hyperliquid: has not told its markets (")
    assert "HTTP 429" in told[0] or "refuses requests" in told[0]

    assert watch.returncode == 4
    assert "cockpit: hyperliquid: has not told its markets (" in said
    assert '"venue":"bybit"' in lines, "who answers is not held up"
