"""In a real terminal: from a cell to a rule in four keys at most, over a restart, fired once."""

import tomllib

from tests.e2e.exchange import FOUR, exchange
from tests.e2e.ptys import COCKPIT, terminal

MOST_KEYS = 4


def test_a_rule_from_a_cell_survives_a_restart_and_fires_once(tmp_path):
    """Over -9 % a year is reached at once: shorts of BTC do not pay that much there."""
    home = {"COCKPIT_HOME": str(tmp_path)}
    rules = tmp_path / "state" / "alerts.toml"
    history = tmp_path / "state" / "alert_history.jsonl"

    def fired() -> int:
        lines = history.read_text().splitlines() if history.exists() else []
        return sum("BTC hyperliquid funding" in line and '"fired"' in line for line in lines)

    with exchange(tmp_path, "--seed", "7", "--venues", FOUR) as sim:
        command = (
            *COCKPIT, "--endpoints", str(sim.endpoints), "--venues", FOUR, "--symbols", "BTC,ETH"
        )  # fmt: skip
        with terminal(*command, size=(80, 24), env=home) as screen:
            screen.wait_for_live(4)
            screen.press_until("!", lambda: "alert · BTC hyperliquid" in screen.text())
            keys = ("-", "9", "\r")
            for key in keys:
                screen.send(key)
            screen.wait(rules.exists)
            assert 1 + len(keys) <= MOST_KEYS
            [rule] = tomllib.loads(rules.read_text())["alert"]
            assert (rule["kind"], rule["threshold"]) == ("funding", -0.09)
            assert rules.stat().st_mode & 0o777 == 0o600
            screen.wait(lambda: fired() == 1)
            screen.send("q")
            screen.wait(screen.has_ended)
        with terminal(*command, size=(80, 24), env=home) as screen:
            screen.wait_for_live(4)
            screen.press_until(":", lambda: "command" in screen.text())
            screen.send("rules\r")
            screen.wait_for("1 made by keys")
            screen.wait_for("● firing  BTC hyperliquid")
            screen.send("q")
            screen.wait(screen.has_ended)
            screen.wait(screen.is_deserted)
        assert fired() == 1
