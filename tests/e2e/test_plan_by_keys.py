"""From a cold start in a real terminal, by keys alone: cell, carry, hedge, a plan that is kept."""

import base64
import re

import pytest

from cockpit.calculators.saved_plans import read_json, remaining, tickets
from tests.e2e.exchange import FOUR
from tests.e2e.ptys import COCKPIT, terminal

OSC52 = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07")


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])
def test_a_plan_in_fewer_than_ten_keys_and_stress_with_one_more(tmp_path, size):
    home = {"COCKPIT_HOME": str(tmp_path)}
    command = (*COCKPIT, "demo", "--seed", "7", "--venues", FOUR, "--symbols", "BTC,ETH")
    with terminal(*command, size=size, env=home) as screen:
        screen.wait_for("READ-ONLY")
        screen.wait_for_live(4)
        # The second row, the second venue: three keys of the trader's own choice at most.
        for key, shown in (("j", "ETH"), ("l", "ETH"), ("C", "carry · inputs")):
            screen.send(key)
            screen.wait_for(shown)
        screen.send("H")
        screen.wait_for("hedge · inputs")
        folder = tmp_path / "state" / "plans"
        # Until the first books are in there is nothing to keep.
        screen.press_until("W", lambda: bool(list(folder.glob("*.json"))))
        assert len(list(folder.glob("*.json"))) == 1
        screen.send("Y")
        screen.wait(lambda: OSC52.search(screen.output) is not None)
        (path,) = folder.glob("*.json")
        plan = read_json(path.read_bytes())
        assert {leg.symbol for leg in plan.legs} == {"ETH"}
        copied = OSC52.search(screen.output)
        assert copied is not None
        assert base64.b64decode(copied[1]).decode() == tickets(remaining(plan))
        screen.send("X")
        screen.wait_for("half filled flip")
        screen.send("q")
        screen.wait(screen.has_ended)
        assert screen.code == 0
        screen.wait(screen.is_deserted)
