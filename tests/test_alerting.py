"""Alerts and the outside world: history, hooks, a full disk."""

import asyncio
import json
import sys

import pytest

from cockpit.alerting import Alerting
from cockpit.alerts.rule import Hook, Rule
from cockpit.core.clock import ManualClock
from cockpit.core.events import Funding, Link
from cockpit.state.store import MarketStore

T0 = 1_760_000_000_000_000_000
RULE = Rule(name="high", kind="funding_level", threshold=1.0)
SAID = {"venue": "dydx", "symbol": "BTC", "recv_ns": T0}


@pytest.fixture
def store():
    store = MarketStore([("dydx", None)], ["BTC"])
    store.apply(Link(venue="dydx", recv_ns=T0, state="live"))
    return store


def pays(store, rate):
    store.apply(Funding(kind="live", rate=rate, interval_s=3600, **SAID))


def alerting(store, folder=None, **more) -> Alerting:
    return Alerting((RULE,), store, ManualClock(T0), {}, folder=folder, **more)


def test_an_acknowledged_alert_and_the_history_survive_a_restart(store, tmp_path):
    first = alerting(store, tmp_path)
    pays(store, 0.001)
    assert [a.happening for a in first.look()] == ["fired"]
    first.book.acknowledge("high", "dydx/BTC")
    first.save()
    second = alerting(store, tmp_path)
    assert second.look() == []
    assert [f.acknowledged for f in second.book.firing()] == [True]
    assert [a.subject for a in second.history] == ["dydx/BTC"]
    for name in ("alerts.json", "alert_history.jsonl"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\x00", b'{"firing": 3}'])
def test_a_damaged_memory_is_forgotten_not_fatal(store, tmp_path, content):
    (tmp_path / "alerts.json").write_bytes(content)
    (tmp_path / "alert_history.jsonl").write_bytes(content + b"\n")
    again = alerting(store, tmp_path)
    assert again.book.firing() == []
    assert list(again.history) == []


def test_a_folder_that_cannot_be_written_costs_no_alert(store, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    one = alerting(store, blocked / "state")
    pays(store, 0.001)
    assert len(one.look()) == 1


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_hook_gets_the_alert_as_json_on_its_stdin(store, tmp_path):
    out = tmp_path / "out.json"
    script = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"
    hook = Hook(command=(sys.executable, "-c", script, str(out)))
    one = alerting(store, hook=hook)
    pays(store, 0.001)
    one.look()
    await until(lambda: out.exists() and out.read_text().endswith("\n"))
    told = json.loads(out.read_text())
    assert told["rule"] == "high"
    assert told["happening"] == "fired"
    assert told["value"] == pytest.approx(8.76)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ((sys.executable, "-c", "import sys; sys.exit(3)"), "exit code 3"),
        ((sys.executable, "-c", "import time; time.sleep(60)"), "still running"),
        (("/no/such/hook",), "No such file"),
    ],
)
async def test_a_hook_that_fails_or_hangs_is_one_sentence(store, command, says):
    one = alerting(store, hook=Hook(command=command, timeout_s=0.3))
    pays(store, 0.001)
    one.look()
    await until(lambda: one.hook_problem)
    assert says in one.hook_problem


async def test_no_hook_runs_unless_it_is_configured(store):
    one = alerting(store)
    pays(store, 0.001)
    one.look()
    assert not one._hooks
