"""`cockpit watch --alerts`: what fires and clears, as lines of JSON, without a screen."""

import json
import time

import pytest

from cockpit.alerts.rule import UNIT
from cockpit.alerts.states import Alert
from tests.e2e.exchange import AT_MOST, FOUR, exchange, run, running
from tests.sink import SECRET, sink

CONFIG = """
[[alert]]
name = "funding above 100 %"
kind = "funding_level"
threshold = 1e-9

[[alert]]
name = "mine is near its end"
kind = "liquidation"
threshold = 0.5
severity = "danger"

[alert_mute]
venues = ["dydx"]

[alert_hook]
command = ["/no/such/hook"]
"""
POSITIONS = """
[[position]]
venue = "bybit"
symbol = "BTC"
size = 1.0
liquidation = 60000.0
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """What is said about rules that any funding and any short fires, and some seconds more."""
    home = tmp_path_factory.mktemp("alerts")
    folder = home / "config"
    folder.mkdir()
    (folder / "config.toml").write_text(CONFIG)
    (folder / "positions.toml").write_text(POSITIONS)
    with exchange(home, "--seed", "7", "--venues", FOUR, "--symbols", "BTC") as sim:
        words = ("watch", "--alerts", "--json", "--endpoints", str(sim.endpoints))
        with running(*words, "--symbols", "BTC", home=home) as watch:
            watch.wait(lambda: len(watch.lines) >= 4 and watch.errors)
            # Nothing is waited for: this is the time in which a rule could fire a second time.
            time.sleep(3.0)
            assert watch.end() == 0
    return watch


@pytest.fixture(scope="module")
def lines(done):
    return [json.loads(line) for line in done.lines]


def test_each_line_is_one_alert_and_nothing_else(lines):
    assert lines
    for line in lines:
        assert set(line) == set(Alert.__struct_fields__)
        assert line["happening"] in ("fired", "cleared")


def test_figures_have_their_unit_beside_them(lines):
    for line in lines:
        assert line["unit"] == UNIT[line["kind"]]
        assert line["value"] is None or line["value"] >= 0


def test_a_rule_of_the_config_fires_once_a_market_and_not_for_a_muted_venue(lines):
    subjects = [one["subject"] for one in lines if one["rule"] == "funding above 100 %"]
    assert sorted(subjects) == ["bybit/BTC", "hyperliquid/BTC", "lighter/BTC"]


def test_a_hook_that_does_not_exist_is_one_sentence_beside_the_stream(done):
    said = [line for line in done.errors if "hook" in line]
    assert said == ["cockpit: alert hook hook: cannot be started: No such file or directory"]


def test_positions_that_were_typed_are_watched_headless_too(lines):
    [one] = [one for one in lines if one["rule"] == "mine is near its end"]
    assert (one["subject"], one["severity"], one["happening"]) == ("bybit/BTC", "danger", "fired")


def test_who_asks_for_figures_does_not_page_anybody(tmp_path):
    """The hook runs for `watch --alerts`, and not for a snapshot of the same market and rules."""
    paged = tmp_path / "paged"
    config = tmp_path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text(CONFIG.replace('["/no/such/hook"]', f'["tee", "-a", "{paged}"]'))
    with exchange(tmp_path, "--seed", "7", "--venues", FOUR, "--symbols", "BTC") as sim:
        words = ("--json", "--endpoints", str(sim.endpoints), "--symbols", "BTC")
        assert run("snapshot", *AT_MOST, *words, home=tmp_path).returncode in (0, 4)
        assert not paged.exists()
        with running("watch", "--alerts", *words, home=tmp_path) as watch:
            watch.wait(lambda: paged.exists() and paged.read_text().endswith("\n"))
        assert json.loads(paged.read_text().splitlines()[0])["happening"] == "fired"


def test_people_are_told_by_who_watches_alerts_and_no_secret_is_left_anywhere(tmp_path):
    """A storm of alerts is fewer messages; a rule made by keys is in it."""
    config = tmp_path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text('[notify.phone]\nurl = "env:PHONE_URL"\nseverity = "info"\n')
    rules = tmp_path / "state" / "alerts.toml"
    rules.parent.mkdir()
    rules.write_text('[[alert]]\nname = "any rate"\nkind = "funding_level"\nthreshold = 1e-9\n')
    with (
        sink() as service,
        exchange(tmp_path, "--seed", "7", "--venues", FOUR, "--symbols", "BTC") as sim,
    ):
        home = tmp_path
        words = ("--json", "--endpoints", str(sim.endpoints), "--symbols", "BTC")
        env = {"PHONE_URL": service.url}
        assert run("snapshot", *AT_MOST, *words, home=home, env=env).returncode in (0, 4)
        assert service.messages == []
        with running("watch", "--alerts", *words, home=home, env=env) as watch:
            watch.wait(lambda: "\n".join(watch.lines).count('"any rate"') == 4)
            watch.wait(lambda: service.messages)
            watch.end()
        shown = run("config", "show", home=home, env=env)
    assert "any rate" in service.messages[0]["message"]
    assert len(service.messages) < 4
    assert "env:PHONE_URL" in shown.stdout
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    said = "\n".join([*watch.lines, *watch.errors]) + shown.stdout + shown.stderr
    assert SECRET not in said
    assert SECRET.encode() not in kept


def test_a_rule_that_cannot_be_used_is_said_beside_the_stream(tmp_path):
    rules = tmp_path / "state" / "alerts.toml"
    rules.parent.mkdir()
    rules.write_text("[[alert]\n")
    with exchange(tmp_path, "--venues", "bybit", "--symbols", "BTC") as sim:
        words = ("--json", "--endpoints", str(sim.endpoints), "--symbols", "BTC")
        with running("watch", "--alerts", *words, home=tmp_path) as watch:
            watch.wait(lambda: watch.errors)
            assert watch.end() == 4
    assert len(watch.errors) == 1
    assert "alerts.toml: is not TOML" in watch.errors[0]
