"""In a real terminal, by keys alone: an alert to its market, a position to a hedge that is kept."""

import pytest

from cockpit.calculators.saved_plans import read_json
from tests.e2e.exchange import FOUR
from tests.e2e.ptys import COCKPIT, Terminal, terminal

BACK_TAB = "\x1b[Z"
CONFIG = """
[[alert]]
name = "TIA pays"
kind = "funding_level"
threshold = 1e-9
symbols = ["TIA"]
"""


@pytest.fixture(params=[(80, 24), (160, 45)], ids=["80x24", "160x45"])
def screen(request, tmp_path):
    """A demo in which any funding of one coin fires an alert, everything live."""
    config = tmp_path / "alerts.toml"
    config.write_text(CONFIG)
    command = (
        *COCKPIT, "demo", "--seed", "7", "--venues", FOUR, "--symbols", "BTC,TIA",
        "--config", str(config),
    )  # fmt: skip
    env = {"COCKPIT_HOME": str(tmp_path)}
    with terminal(*command, size=request.param, env=env) as running:
        running.wait_for("READ-ONLY")
        running.wait_for_live(4)
        yield running


def status(screen: Terminal) -> str:
    return screen.screen.display[0]


def is_chosen(screen: Terminal, symbol: str) -> bool:
    """The sentence below the rates is about this coin; the status line may lack room for it."""
    return f"└ {symbol}: " in screen.text()


def leave(screen: Terminal) -> None:
    screen.send("q")
    screen.wait(screen.has_ended)
    assert screen.code == 0
    screen.wait(screen.is_deserted)


def test_enter_on_an_alert_goes_to_its_market(screen):
    screen.wait(lambda: is_chosen(screen, "BTC"))
    screen.wait(lambda: "▲" in status(screen))
    screen.send(BACK_TAB)
    screen.wait_for("alerts · ")
    screen.wait_for("TIA")
    screen.send("g\r")
    screen.send("\t")
    screen.wait(lambda: is_chosen(screen, "TIA"))
    leave(screen)


def test_a_position_is_taken_into_a_hedge_and_the_plan_is_kept(screen, tmp_path):
    screen.send("4")
    screen.wait_for("positions · by asset")
    screen.wait(lambda: "BTC " in screen.text().partition("positions")[2])
    screen.send("H")
    screen.wait_for("hedge · inputs")
    screen.wait_for("the position")
    folder = tmp_path / "state" / "plans"
    screen.press_until("W", lambda: bool(list(folder.glob("*.json"))))
    (path,) = folder.glob("*.json")
    plan = read_json(path.read_bytes())
    assert plan.calculator == "hedge"
    assert {leg.symbol for leg in plan.legs} == {"BTC"}
    leave(screen)
