"""From a cold start in a real terminal, by keys alone: scan, sort, filter, a costed plan kept."""

import pytest

from cockpit.calculators.saved_plans import read_json
from tests.e2e.exchange import FOUR, exchange
from tests.e2e.ptys import COCKPIT, terminal

MOST_KEYS = 9


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=["80x24", "200x60"])
def test_from_the_scan_to_a_plan_that_is_kept_in_nine_keys(tmp_path, size):
    """The coin is not on the watch list: its books are followed because it is looked at."""
    home = {"COCKPIT_HOME": str(tmp_path)}
    keys = 0
    with exchange(tmp_path, "--markets", "30", "--venues", FOUR) as sim:
        command = (
            *COCKPIT, "--endpoints", str(sim.endpoints), "--venues", FOUR, "--symbols", "BTC"
        )  # fmt: skip
        with terminal(*command, size=size, env=home) as screen:
            screen.wait_for_live(4)
            screen.send("8")
            screen.wait(lambda: "AAVE" in screen.text())
            # Sorted by what a pair leaves, then one coin, all its pairs, and the carry of the best.
            for key, shown in (
                ("s", "net▼"), ("/", "filter rows"), ("a", "/a"), ("a", "/aa"), ("\r", "/aa"),
                ("\r", "AAVE, all pairs"), ("\r", "carry · inputs"),
            ):  # fmt: skip
                screen.send(key)
                screen.wait_for(shown)
                keys += 1
            folder = tmp_path / "state" / "plans"
            screen.press_until("W", lambda: bool(list(folder.glob("*.json"))))
            (path,) = folder.glob("*.json")
            plan = read_json(path.read_bytes())
            assert {leg.symbol for leg in plan.legs} == {"AAVE"}
            assert {leg.side.value for leg in plan.legs} == {"buy", "sell"}
            assert keys + 2 <= MOST_KEYS, "8 before, W after"
            screen.send("q")
            screen.wait(screen.has_ended)
            assert screen.code == 0
            screen.wait(screen.is_deserted)
