"""The list of rules in the pane of the alerts: how each stands, whose it is, and whom it tells."""

import pytest

from cockpit.alerts.rule import DEFAULT_RULES, Rule
from cockpit.alerts.standing import NOTHING_MEASURED, Standing
from cockpit.ui.panes.markets import alerts
from cockpit.ui.text.styled import plain, width_of
from tests.ui import scenes

OWN = Rule(
    name="BTC dear", kind="funding", threshold=0.13, symbols=("BTC",), venues=("bravo",),
    severity="danger", to=("phone",),
)  # fmt: skip
LATE = next(rule for rule in DEFAULT_RULES if rule.name == "blocks late")
THIN = Rule(name="thin", kind="depth_usd", threshold=2_500_000.0, for_s=30.0)


@pytest.fixture
def scene():
    scene = scenes.live()
    scene.ui.focus = alerts.TITLE
    scene.ui.rules.is_shown = True
    scene.ui.rules.take(
        [
            Standing(rule=LATE, state="muted", measured=4),
            Standing(rule=THIN, state="off", why=NOTHING_MEASURED),
            Standing(rule=OWN, state="firing", firing=1, measured=1),
        ],
        {"BTC dear"},
    )
    return scene


def rows(scene, width=160, height=8):
    return [plain(line)[1:-1].rstrip() for line in alerts.lines(scene, width, height)[1:-1]]


def test_rules_made_by_keys_come_first_then_the_configs_then_the_built_in(scene):
    assert [row.split()[-1] for row in rows(scene)[:3]] == ["keys", "config", "in"]


def test_a_line_says_how_a_rule_stands_what_it_is_about_and_whom_it_tells(scene):
    first = rows(scene)[0]
    assert first.startswith("▌● firing  BTC dear")
    assert "1 of 1: funding over 13%, BTC bravo, cool-down 5m" in first
    assert "danger → phone" in first


def test_a_rule_that_is_off_says_why_before_what_it_is_about(scene):
    second = rows(scene)[1]
    assert "off     thin" in second
    assert f"{NOTHING_MEASURED} (depth within 25 bps under $2,500,000, for 30s" in second


def test_a_warning_of_liquidation_says_where_it_speaks_again(scene):
    near = next(rule for rule in DEFAULT_RULES if rule.kind == "liquidation")
    scene.ui.rules.take([Standing(rule=near, state="armed", measured=2)], set())
    assert "liquidation distance under 25%, again at 10%, cool-down 10m" in rows(scene)[0]


def test_the_title_counts_them(scene):
    assert "rules · 3, 1 made by keys, 1 off" in plain(alerts.lines(scene, 120, 8)[0])


@pytest.mark.parametrize(("width", "height"), [(200, 60), (80, 24), (38, 8), (20, 3)])
def test_it_fits_every_size(scene, width, height):
    lines = alerts.lines(scene, width, height)
    assert len(lines) == height
    assert all(width_of(line) == width for line in lines)


def test_the_cursor_stays_in_sight_of_a_long_list(scene):
    many = [Standing(rule=rule, state="armed") for rule in DEFAULT_RULES]
    scene.ui.rules.take(many, ())
    scene.ui.rules.go(len(many) - 1)
    text = "\n".join(rows(scene, 120, 8))
    assert f"▌· armed   {DEFAULT_RULES[-1].name}" in text


def test_on_a_narrow_pane_the_rule_under_the_cursor_is_said_whole(scene):
    scene.ui.rules.go(1)
    drawn = rows(scene, 80, 16)
    assert any("…" in row for row in drawn)
    whole = " ".join(" ".join(drawn[4:]).split())
    assert f"{NOTHING_MEASURED} (depth within 25 bps under $2,500,000, for 30s" in whole
    assert "warn → everybody · config" in whole
