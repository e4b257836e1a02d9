"""Every key that the help lists, in every pane of every workspace, does something or says why not.

The world has what keys can act on: positions, a ranking, alerts, a kept plan, computed forms.
"""

from collections.abc import Iterator
from functools import cache

import msgspec
import pytest

from cockpit.alerts.rule import Rule
from cockpit.alerts.service import Alerting
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.saved_plans import Expected, Fill, SavedPlan
from cockpit.calculators.scan.ranked import RankedPairs
from cockpit.core.market import Side
from cockpit.core.plan import Leg
from cockpit.desk.stats import Scan
from cockpit.ui.input import alert_actions, dispatch
from cockpit.ui.input.dialog_openers import actions_in_scope, unavailable
from cockpit.ui.input.host import PickerSpec, PromptSpec
from cockpit.ui.layout.workspaces import WORKSPACES, show
from cockpit.ui.model.calculator_form import compute
from tests.support import AT_NS
from tests.ui import held, scanned
from tests.ui.input.hosts import PlainHost

pytestmark = pytest.mark.usefixtures("own_home")

PLACES = [(workspace.id, pane) for workspace in WORKSPACES for pane in workspace.panes]
BEFORE = ((), ("]",), ("j", "l"), ("j", "j", "l", "l"), ("s",), ("z",), "jjjj", "jjjjj")
"""What was pressed before: a key that goes up has an effect only below the top, one that ends a
zoom only in a zoom, one that takes the next value only in a field of a form that has values."""
NOTHING_TO_WALK = {"exposure_history": "no jump has happened"}
PAID_H = 192
"""Enough for every calculator; thousands of these desks are made."""
WALKING = {"cursor.up", "cursor.down", "cursor.first", "cursor.last"}
KEPT = SavedPlan(
    name="btc-stagger", at_ns=AT_NS, calculator="stagger", verdict="Buy 1 BTC.",
    legs=tuple(
        Leg(venue=venue, symbol="BTC", side=Side.BUY, size=0.5, limit=64_100.0)
        for venue in ("alphaswap", "bravo")
    ),
    expected=(Expected(mid=64_000.0, fee_frac=0.0005),) * 2,
    inputs={"symbol": "BTC", "side": "buy", "size": "1", "horizon_min": "10"},
    fills=(Fill(leg=0, price=64_000.0, size=0.5, at_ns=AT_NS),),
)  # fmt: skip


@cache
def ranked() -> RankedPairs:
    return scanned.ranking()


class Busy(PlainHost):
    """Something to act on in every pane."""

    def __init__(self) -> None:
        scene = held.hedged(PAID_H)
        held.typed(scene, "bravo", "ETH", 3.0, entry=3_000.0)
        scene.scan = Scan(is_on=True, pairs=ranked())
        super().__init__(scene)
        self.calls: list[str] = []
        rules = (Rule(name="funding is paid", kind="funding_level", threshold=1e-6),)
        self.desk.alerting = Alerting(rules, self.desk.view, self.desk.clock, {})
        self.desk.alerting.look()
        alert_actions.refresh(self)
        self.ui.plans.take((KEPT, msgspec.structs.replace(KEPT, name="btc-again")))

    def repaint(self) -> None:
        self.calls.append("repaint")

    def suspend_process(self) -> None:
        self.calls.append("suspend")

    def look_at(self, workspace: str, pane: str) -> None:
        """Stand in a pane; in PLAN and STRESS with an answer there."""
        if workspace in ("plan", "stress"):
            self.press("1", "X" if workspace == "stress" else "C")
            form = self.ui.forms.opened["stress" if workspace == "stress" else "carry"]
            if workspace == "stress":
                form.put("monte_carlo", "no", "here")
            compute(form, self.readings.view, Settings(now_ns=self.readings.now_ns))
            assert form.result is not None, form.errors
        if pane == "legs":
            self.ui.plans.open(KEPT.name)
        show(self.ui, workspace)
        self.ui.focus = pane
        self.ui.came_from = ""
        self.said.clear()

    @property
    def seen(self) -> tuple[object, ...]:
        """All that a key can change: what is shown, said, asked, sent, written, done."""
        return (
            repr(self.ui), tuple(self.said), len(self.dialogs), tuple(self.handed_over),
            repr(self.desk.posted), self.left_with, self.worn.name, tuple(self.calls),
        )  # fmt: skip


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def keys_of(host: PlainHost) -> Iterator[tuple[str, str]]:
    """(action, key) of all that the help of the focused pane lists."""
    for action in actions_in_scope(host):
        if not unavailable(action.id, host.readings):
            for key in host.keymap.keys(action.id):
                yield action.id, key


def has_effect(workspace: str, pane: str, key: str) -> bool:
    for before in BEFORE:
        host = Busy()
        host.look_at(workspace, pane)
        host.press(*before)
        if host.ui.focus != pane or host.dialogs:
            continue
        seen = host.seen
        dispatch.press(host, key)
        if host.seen != seen:
            return True
    return False


@pytest.mark.parametrize(("workspace", "pane"), PLACES)
def test_no_key_of_the_help_is_silent(workspace, pane):
    host = Busy()
    host.look_at(workspace, pane)
    silent = {
        (action, key)
        for action, key in keys_of(host)
        if action != f"workspace.{workspace}" and not has_effect(workspace, pane, key)
    }
    allowed = WALKING if pane in NOTHING_TO_WALK else set()
    assert {action for action, _ in silent} <= allowed


MEANS = {
    "1": lambda host: host.ui.workspace == "markets",
    "2": lambda host: host.ui.workspace == "depth",
    "3": lambda host: host.ui.workspace == "funding",
    "4": lambda host: host.ui.workspace == "positions",
    "5": lambda host: host.ui.workspace == "plan",
    "6": lambda host: host.ui.workspace == "stress",
    "7": lambda host: host.ui.workspace == "health",
    "8": lambda host: host.ui.workspace == "scan",
    "space": lambda host: host.ui.frozen,
    "z": lambda host: host.ui.zoomed == {host.ui.workspace},
    "0": lambda host: host.ui.count == "0",
    "?": lambda host: isinstance(host.dialogs[-1], PickerSpec) and host.dialogs[-1].title == "help",
    "f1": lambda host: host.dialogs[-1].title == "help",
    ":": lambda host: isinstance(host.dialogs[-1], PromptSpec) and host.dialogs[-1].mark == ":",
    "ctrl+p": lambda host: isinstance(host.dialogs[-1], PickerSpec),
    "t": lambda host: "dark" in {choice.id for choice in host.dialogs[-1].choices},
    "ctrl+l": lambda host: host.calls == ["repaint"],
    "ctrl+z": lambda host: host.calls == ["suspend"],
    "q": lambda host: host.left_with == 0,
    "ctrl+q": lambda host: host.left_with == 0,
    "u": lambda host: host.ui.unit != "apr",
    "w": lambda host: host.ui.layout != "auto",
    "C": lambda host: (host.ui.workspace, host.ui.forms.chosen) == ("plan", "carry"),
    "H": lambda host: (host.ui.workspace, host.ui.forms.chosen) == ("plan", "hedge"),
    "S": lambda host: host.ui.workspace == "plan" and host.ui.forms.chosen in ("stagger", "unwind"),
    "X": lambda host: host.ui.workspace == "stress",
}
"""Keys that mean the same in every pane, and how one sees that they did it."""
FIRST_OR_OWN = [
    (workspace.id, pane)
    for workspace in WORKSPACES
    for pane in workspace.panes
    if pane == workspace.panes[0] or pane in dispatch.LOCAL
]
"""A pane of each workspace, and each that has a table of keys of its own."""


@pytest.mark.parametrize(("workspace", "pane"), FIRST_OR_OWN)
def test_keys_that_mean_the_same_everywhere_do_it_everywhere(workspace, pane):
    listed = {key for _, key in keys_of(Busy())}
    for key, holds in MEANS.items():
        host = Busy()
        host.look_at(workspace, pane)
        assert key in listed
        dispatch.press(host, key)
        assert holds(host), (key, host.said)


@pytest.mark.parametrize(("workspace", "pane"), PLACES)
def test_tab_walks_every_pane_of_a_workspace_and_comes_back(workspace, pane):
    panes = next(w.panes for w in WORKSPACES if w.id == workspace)
    host = Busy()
    host.look_at(workspace, pane)
    walked = []
    for _ in panes:
        walked.append(host.ui.focus)
        host.press("tab")
    assert sorted(walked) == sorted(panes)
    assert host.ui.focus == pane
    host.press("shift+tab")
    assert host.ui.focus == walked[-1]
