"""Alerts and the outside world: history, hooks, a full disk."""

import json
import sys
from pathlib import Path

import msgspec
import pytest

from cockpit.alerts.rule import Hook, Rule
from cockpit.alerts.service import Alerting
from cockpit.alerts.states import Alert
from cockpit.alerts.storage import KEPT, MOST_LINES
from cockpit.core.clock import ManualClock
from cockpit.core.events import Funding, Link, OpenInterest
from cockpit.state.store import MarketStore
from tests.support import until

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


def test_a_second_restart_knows_as_much_as_the_first(store, tmp_path):
    pays(store, 0.001)
    alerting(store, tmp_path).look()
    second = alerting(store, tmp_path)
    second.acknowledge("high", "dydx/BTC")
    second.mute("ETH")
    for _ in range(2):
        again = alerting(store, tmp_path)
        assert again.look() == []
        assert [f.acknowledged for f in again.firing()] == [True]
        assert again.muted == {"ETH"}
        assert len(again.history) == 1
        again.save()


@pytest.mark.parametrize(("off_s", "told"), [(60, ["fired"]), (3 * 86_400, [])])
def test_a_rate_that_turned_while_the_program_was_off_is_news_of_the_last_hour_alone(
    tmp_path, off_s, told
):
    flips = Rule(name="turned", kind="funding_flip", threshold=0.05)

    def run(at_ns, rate):
        said = {"venue": "dydx", "recv_ns": at_ns}
        store = MarketStore([("dydx", None)], ["BTC"])
        live = Funding(kind="live", rate=rate, interval_s=3600, symbol="BTC", **said)
        store.apply_all([Link(state="live", **said), live])
        found = Alerting((flips,), store, ManualClock(at_ns), {}, folder=tmp_path)
        happened = [alert.happening for alert in found.look()]
        found.save()
        return happened

    assert run(T0, 0.0001) == []
    assert run(T0 + off_s * 10**9, -0.0001) == told


@pytest.mark.parametrize("content", [b"{", b"\xff\x00", b"[" * 100_000, b'{"firing": 3}', b"7"])
def test_a_damaged_memory_is_forgotten_in_a_sentence_and_not_fatal(store, tmp_path, content):
    (tmp_path / "alerts.json").write_bytes(content)
    (tmp_path / "alert_history.jsonl").write_bytes(content + b"\n")
    again = alerting(store, tmp_path)
    assert again.book.firing() == []
    assert list(again.history) == []
    assert "alerts.json: is damaged" in again.hook_problem
    pays(store, 0.001)
    assert len(again.look()) == 1
    assert len(alerting(store, tmp_path).history) == 1


def test_a_damaged_part_of_the_memory_leaves_the_others_alone(store, tmp_path):
    first = alerting(store, tmp_path)
    first.mute("ETH")
    path = tmp_path / "alerts.json"
    path.write_bytes(path.read_bytes().replace(b'"firing":[]', b'"firing":[{"alert":null}]'))
    again = alerting(store, tmp_path)
    assert again.muted == {"ETH"}
    assert "firing" in again.hook_problem


def line_of(alert: Alert, **changed: object) -> bytes:
    return msgspec.json.encode({**msgspec.to_builtins(alert), **changed}) + b"\n"


def test_of_an_edited_history_the_lines_that_make_sense_are_shown(store, tmp_path):
    pays(store, 0.001)
    [alert] = alerting(store, tmp_path).look()
    path = tmp_path / "alert_history.jsonl"
    before = msgspec.to_builtins(alert)
    del before["unit"], before["threshold"]
    path.write_bytes(
        line_of(alert, at_ns=10**30) + line_of(alert, at_ns=-(10**20)) + line_of(alert, value="x")
        + b"\n" + line_of(alert, severity="dire") + msgspec.json.encode(before) + b"\n"
    )  # fmt: skip
    [only] = alerting(store, tmp_path).history
    assert only.at_ns == alert.at_ns


def test_after_a_torn_last_line_nothing_more_is_lost(store, tmp_path):
    pays(store, 0.001)
    alerting(store, tmp_path).look()
    path = tmp_path / "alert_history.jsonl"
    path.write_bytes(path.read_bytes() + path.read_bytes()[:40])
    second = alerting(store, tmp_path)
    pays(store, 0.0)
    assert len(second.look()) == 1
    third = alerting(store, tmp_path)
    assert [alert.happening for alert in third.history] == ["fired", "cleared"]


def test_the_history_on_disk_does_not_grow_for_ever(store, tmp_path):
    pays(store, 0.001)
    [alert] = alerting(store, tmp_path).look()
    minute = 60 * 10**9
    lines = [line_of(alert, at_ns=T0 + 2 * i * minute) for i in range(MOST_LINES + 1)]
    path = tmp_path / "alert_history.jsonl"
    path.write_bytes(b"".join(lines))
    again = alerting(store, tmp_path)
    assert len(again.history) == KEPT
    assert path.read_bytes() == b"".join(lines[-KEPT:])


# --- two cockpits of one trader -----------------------------------------------------------------


def test_what_is_seen_and_muted_in_one_cockpit_is_so_in_the_other(store, tmp_path):
    pays(store, 0.001)
    one, other = alerting(store, tmp_path), alerting(store, tmp_path)
    for cockpit in (one, other):
        cockpit.look()
    one.acknowledge("high", "dydx/BTC")
    one.mute("SOL")
    other.mute("ETH")
    one.look()
    for cockpit in (one, other, alerting(store, tmp_path)):
        assert cockpit.muted == {"SOL", "ETH"}
        assert [f.acknowledged for f in cockpit.firing()] == [True]
    other.unmute("SOL")
    one.look()
    one.save()
    assert alerting(store, tmp_path).muted == {"ETH"}


def test_what_two_cockpits_saw_is_once_in_the_history(store, tmp_path):
    one, other = alerting(store, tmp_path), alerting(store, tmp_path)
    for rate in (0.001, 0.0):
        pays(store, rate)
        one.look()
        other.look()
    assert [a.happening for a in alerting(store, tmp_path).history] == ["fired", "cleared"]


# --- what goes wrong ----------------------------------------------------------------------------


def test_a_rule_that_cannot_be_measured_does_not_silence_the_others(store):
    rules = (Rule(name="odd", kind="oi_jump", threshold=0.1), RULE)
    one = Alerting(rules, store, ManualClock(T0), {})
    store.apply(OpenInterest(base="many", **SAID))
    market = store.market("dydx", "BTC")
    for i in range(3):
        market.open_interests.append(T0 - i, 5.0)
    pays(store, 0.001)
    assert [alert.rule for alert in one.look()] == ["high"]
    assert "'odd' cannot be measured" in one.hook_problem
    store.apply(OpenInterest(base=5.0, **SAID))
    one.look()
    assert one.hook_problem == ""


def test_a_folder_that_cannot_be_written_costs_no_alert(store, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    one = alerting(store, blocked / "state")
    pays(store, 0.001)
    assert len(one.look()) == 1
    assert "cannot be written" in one.hook_problem
    blocked.unlink()
    pays(store, 0.0)
    one.look()
    assert one.hook_problem == ""


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


SLEEPS = ("sh", "-c", "exec sleep 3600")
FORKS = ("sh", "-c", "sleep 3600 &")
TALKS = "import sys\nwhile True: sys.stdout.write('x' * 65536); sys.stderr.write('y' * 65536)"
DEAF = "import os, time; os.close(0)"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("sh", "-c", "exit 3"), "exit code 3"),
        (("sh", "-c", "kill -TERM $$"), "ended by signal 15"),
        (SLEEPS, "still running after 1 s, ended"),
        ((sys.executable, "-c", TALKS), "still running after 1 s, ended"),
        (FORKS, "left children running after 1 s, ended"),
        (("/no/such/hook",), "No such file"),
        (("/tmp",), "Permission denied"),
        (("a\0b",), "null byte"),
    ],
)
async def test_a_hook_that_fails_or_hangs_is_one_sentence(store, command, says):
    one = alerting(store, hook=Hook(command=command, timeout_s=1.0))
    pays(store, 0.001)
    one.look()
    await until(lambda: one.hook_problem)
    assert one.hook_problem.startswith("alert hook ")
    assert says in one.hook_problem
    await until(lambda: one.hooks.is_idle)


async def test_nothing_that_a_hook_started_outlives_its_time(store, tmp_path):
    pids = tmp_path / "pids"
    script = f"sleep 3600 & echo $! >> '{pids}'; echo $$ >> '{pids}'; exec sleep 3600"
    one = alerting(store, hook=Hook(("sh", "-c", script), timeout_s=1.0))
    pays(store, 0.001)
    one.look()
    await until(lambda: one.hook_problem)
    found = [int(pid) for pid in pids.read_text().split()]
    assert len(found) == 2
    await until(lambda: not any(is_running(pid) for pid in found))


def is_running(pid: int) -> bool:
    """Whether a process exists and is no mere entry that nobody has collected."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


async def test_a_hook_that_does_not_listen_is_no_fault(store):
    one = alerting(store, hook=Hook((sys.executable, "-c", DEAF)))
    pays(store, 0.001)
    one.look()
    await until(lambda: one.hooks.is_idle)
    assert one.hook_problem == ""


async def test_a_hook_that_works_again_is_no_problem_any_more(store, tmp_path):
    flag = tmp_path / "flag"
    script = "import os, sys; sys.exit(not os.path.exists(sys.argv[1]))"
    one = alerting(store, hook=Hook((sys.executable, "-c", script, str(flag))))
    pays(store, 0.001)
    one.look()
    await until(lambda: one.hook_problem)
    flag.touch()
    pays(store, 0.0)
    one.look()
    await until(lambda: not one.hook_problem)


async def test_each_of_many_alerts_reaches_the_hook(tmp_path):
    symbols = [f"C{i}" for i in range(12)]
    store = MarketStore([("dydx", None)], symbols)
    store.apply(Link(venue="dydx", recv_ns=T0, state="live"))
    for symbol in symbols:
        said = {**SAID, "symbol": symbol}
        store.apply(Funding(kind="live", rate=0.001, interval_s=3600, **said))
    out = tmp_path / "out"
    script = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"
    one = alerting(store, hook=Hook((sys.executable, "-c", script, str(out))))
    assert len(one.look()) == len(symbols)
    await until(lambda: one.hooks.is_idle)
    told = [json.loads(line)["symbol"] for line in out.read_text().splitlines()]
    assert sorted(told) == sorted(symbols)


async def test_leaving_ends_the_hook_that_still_runs(store, tmp_path):
    pids = tmp_path / "pid"
    script = f"echo $$ > '{pids}'; exec sleep 3600"
    one = alerting(store, hook=Hook(("sh", "-c", script), timeout_s=3600.0))
    pays(store, 0.001)
    one.look()
    await until(lambda: pids.exists() and pids.read_text())
    one.hooks.stop()
    await until(lambda: not is_running(int(pids.read_text())))


async def test_no_hook_runs_unless_it_is_configured(store):
    one = alerting(store)
    pays(store, 0.001)
    one.look()
    assert one.hooks.is_idle
