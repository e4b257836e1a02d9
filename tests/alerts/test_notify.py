"""Alerts out to people: one message for a storm, tried again until it goes, and no secret said."""

import importlib.util
import logging
import os
import subprocess
import sys

import msgspec
import pytest

from cockpit import config
from cockpit.alerts import notify
from cockpit.alerts.notify import NEEDS_EXTRA, Notifier, Pace
from cockpit.alerts.rule import ALL, Rule
from cockpit.alerts.send import Order
from cockpit.alerts.states import Alert, AlertBook, Reading
from cockpit.alerts.targets import MOST_LINES, Target, message
from cockpit.core.errors import ConfigError
from tests.sink import SECRET, sink
from tests.support import until

QUICK = Pace(gather=0.05, rest=0.05, retry=0.05, longest=0.2)
installed = pytest.mark.skipif(
    importlib.util.find_spec("apprise") is None, reason="the extra notify is not installed"
)


def alert(rule="funding flipped", subject="dydx/BTC", severity="warn", happening="fired") -> Alert:
    return Alert(
        at_ns=1, rule=rule, kind="funding_flip", happening=happening, severity=severity,
        subject=subject, venue=None, symbol=None, value=0.5, words=f"{subject} turned",
    )  # fmt: skip


@pytest.fixture
def service():
    with sink() as found:
        yield found


@pytest.fixture
def said():
    return []


@pytest.fixture
async def notifier(service, said, monkeypatch):
    """One channel, whose URL is in the environment."""
    monkeypatch.setenv("PHONE_URL", service.url)
    found = Notifier(
        {"phone": Target(url="env:PHONE_URL")}, lambda _, words: said.append(words), QUICK
    )
    yield found
    found.stop()


# --- what is said -------------------------------------------------------------------------------


def test_one_alert_is_told_in_its_own_words():
    said = message([alert()])
    assert (said.title, said.body) == (
        "cockpit: funding flipped", "funding flipped: dydx/BTC turned",
    )  # fmt: skip


def test_of_many_alerts_the_count_and_the_worst_are_told_first():
    many = [alert(subject=f"dydx/C{n}") for n in range(40)]
    said = message([*many, alert("liquidation near", "dydx/ETH", "danger")], left_out=3)
    lines = said.body.splitlines()
    assert said.title == "cockpit: 44 alerts"
    assert said.severity == "danger"
    assert lines[0] == "funding flipped ×40, liquidation near"
    assert lines[1] == "liquidation near: dydx/ETH turned"
    assert lines[-2:] == ["and 31 more", "3 older ones are left out"]
    assert len(lines) == MOST_LINES + 3


def test_text_of_a_venue_cannot_steer_who_shows_it():
    said = message([alert(subject="dydx/\x1b[2J\nBTC")])
    assert said.body.isprintable()


@pytest.mark.parametrize(
    ("severity", "happening", "to", "is_told"),
    [
        ("danger", "fired", ALL, True), ("warn", "escalated", ALL, True),
        ("info", "fired", ALL, False), ("danger", "cleared", ALL, False),
        ("info", "tested", ALL, True), ("danger", "fired", ("desk",), False),
        ("danger", "fired", ("ph*",), True), ("danger", "fired", (), False),
    ],
)  # fmt: skip
def test_a_target_is_told_from_its_severity_on_and_where_the_rule_tells_it(
    severity, happening, to, is_told
):
    one = alert(severity=severity, happening=happening)
    assert Target(url="env:X").wants(one, "phone", to) is is_told


# --- sending ------------------------------------------------------------------------------------


@installed
async def test_a_storm_is_one_message_with_a_count(notifier, service):
    for n in range(60):
        notifier.tell(alert(subject=f"dydx/C{n}"), ALL)
    await until(lambda: notifier.is_idle)
    [told] = service.messages
    assert told["title"] == "cockpit: 60 alerts"
    assert "funding flipped ×60" in told["message"]


@installed
async def test_a_liquidation_is_told_three_times_and_again_after_recovery(notifier, service):
    """Warned at 40 %, it escalates at 25 % and at 10 %; over at 50 %."""
    rule = Rule(name="near", kind="liquidation", threshold=0.4, cooldown_s=0.0)
    book = AlertBook([rule])

    async def falls_to(distance):
        reading = Reading("dydx/BTC", "dydx", "BTC", distance, f"long is {distance:.1%} away")
        for one in book.see(rule, [reading], 1):
            notifier.tell(one, rule.to)
        await until(lambda: notifier.is_idle)

    for distance in (0.39, 0.3, 0.25, 0.2, 0.1, 0.04, 0.51):
        await falls_to(distance)
    told = [(one["type"], one["message"]) for one in service.messages]
    assert told == [
        ("warning", "near: long is 39.0% away"), ("failure", "near: long is 25.0% away"),
        ("failure", "near: long is 10.0% away"),
    ]  # fmt: skip
    for distance in (0.35, 0.19):
        await falls_to(distance)
    assert len(service.messages) == 5


@installed
async def test_a_channel_that_fails_is_tried_again_and_tells_what_came_meanwhile(
    notifier, service, said
):
    service.refuses = True
    notifier.tell(alert(subject="dydx/BTC"), ALL)
    await until(lambda: service.refused)
    notifier.tell(alert(subject="dydx/ETH"), ALL)
    await until(lambda: said)
    assert said[0] == (
        "notify phone: it was not reached, or refused the message; 2 alerts wait, tried again "
        "after 0.05 s"
    )
    service.refuses = False
    await until(lambda: notifier.is_idle)
    assert said[-1] == ""
    [told] = service.messages
    assert told["title"] == "cockpit: 2 alerts"


@installed
async def test_no_failure_says_the_secret(notifier, service, said, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    service.refuses = True
    notifier.tell(alert(), ALL)
    await until(lambda: said)
    notifier.stop()
    out, err = capfd.readouterr()
    assert SECRET not in "".join(said) + caplog.text + out + err


SECRETS = (
    "json://ana:{secret}@127.0.0.1:{port}/x",
    "json://127.0.0.1:{port}/x?+X-Token={secret}",
    "json://127.0.0.1:{port}/x?key={secret}",
    "json://{secret}.invalid:1/x",
    "mailto://ana:{secret}@127.0.0.1:1/?to=ana@example.com",
    "nonsense://{secret}",
    "json://[{secret}",
)
"""A secret as a password, a header, a query, a host, and in what is no URL."""


@installed
@pytest.mark.parametrize("url", SECRETS)
async def test_no_failure_says_a_secret_wherever_it_stands_in_the_url(
    url, service, said, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    service.refuses = True
    port = service.url.split(":")[2].partition("/")[0]
    target = Target(url=url.format(secret=SECRET, port=port))
    found = Notifier({"phone": target}, lambda _, words: said.append(words), QUICK)
    found.tell(alert(), ALL)
    await until(lambda: said)
    found.stop()
    out, err = capfd.readouterr()
    assert SECRET not in "".join(said) + caplog.text + out + err
    assert SECRET not in repr(target) + repr(Order(url=target.url))


@installed
@pytest.mark.parametrize(("url", "whole"), [*((url, True) for url in SECRETS), (SECRETS[0], False)])
def test_the_process_that_sends_prints_no_secret_also_where_it_fails(url, whole, service):
    service.refuses = True
    order = msgspec.json.encode(Order(url=url.format(secret=SECRET, port=1), title="t", body="b"))
    done = subprocess.run(
        [sys.executable, "-m", "cockpit.alerts.send"],
        input=order if whole else order[:-1], capture_output=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert SECRET.encode() not in done.stdout + done.stderr


async def test_a_variable_that_is_not_set_is_said_by_its_name(said, monkeypatch):
    monkeypatch.delenv("PHONE_URL", raising=False)
    found = Notifier(
        {"phone": Target(url="env:PHONE_URL")}, lambda _, words: said.append(words), QUICK
    )
    found.tell(alert(), ALL)
    await until(lambda: said)
    found.stop()
    assert "the variable PHONE_URL is not set" in said[0]


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (f"json://x/{SECRET}", 0o644, "others can read it; expected mode 0600"),
        ("", 0o600, "expected one URL"),
        (f"json://x/{SECRET} json://y", 0o600, "expected one URL"),
    ],
)
def test_a_file_that_keeps_no_secret_is_said_without_it(tmp_path, content, mode, says):
    path = tmp_path / "url"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        notify.resolve(Target(url=f"file:{path}"))
    assert says in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("make", [lambda path: os.mkfifo(path, 0o600), lambda path: path.mkdir()])
def test_what_is_no_file_keeps_no_secret_and_nobody_waits_for_it(tmp_path, make):
    """A pipe that nobody writes into is never read to its end."""
    path = tmp_path / "url"
    make(path)
    with pytest.raises(ConfigError, match=r"url: is not a file; expected one that holds a URL"):
        notify.resolve(Target(url=f"file:{path}"))


async def test_a_file_of_a_user_that_is_not_there_is_said_and_the_alert_still_waits(said):
    target = {"phone": Target(url="file:~nobody-of-this-name/url")}
    found = Notifier(target, lambda _, words: said.append(words), QUICK)
    found.tell(alert(), ALL)
    await until(lambda: len(said) > 1)
    assert "there is no such user" in said[0]
    assert "1 alert waits" in said[-1]
    found.stop()


async def test_danger_does_not_wait_for_the_next_try_of_a_channel_that_failed(said, monkeypatch):
    """Ten minutes after an hour without a network are too long for a liquidation."""
    monkeypatch.delenv("PHONE_URL", raising=False)
    patient = Pace(gather=0.01, rest=3600.0, retry=3600.0, longest=3600.0)
    found = Notifier(
        {"phone": Target(url="env:PHONE_URL")}, lambda _, words: said.append(words), patient
    )
    found.tell(alert(), ALL)
    await until(lambda: len(said) == 1)
    found.tell(alert("liquidation near", "dydx/ETH", "danger"), ALL)
    await until(lambda: len(said) == 2)
    assert "2 alerts wait" in said[1]
    found.stop()


async def test_a_channel_that_failed_a_thousand_times_is_still_tried(said, monkeypatch):
    """2 to the power of 1,024 is no number any more: at ten minutes a try that is a week."""
    monkeypatch.delenv("PHONE_URL", raising=False)
    at_once = Pace(gather=0.0, rest=0.0, retry=0.0, longest=0.0)
    found = Notifier(
        {"phone": Target(url="env:PHONE_URL")}, lambda _, words: said.append(words), at_once
    )
    found.tell(alert(), ALL)
    await until(lambda: len(said) > 1_030)
    found.stop()


@installed
async def test_a_secret_is_read_from_a_private_file(tmp_path, service, said):
    path = tmp_path / "url"
    path.touch(0o600)
    path.write_text(service.url + "\n")
    target = {"phone": Target(url=f"file:{path}")}
    found = Notifier(target, lambda _, words: said.append(words), QUICK)
    found.tell(alert(happening="tested", severity="info"), ALL)
    await until(lambda: found.is_idle)
    assert len(service.messages) == 1


@installed
async def test_a_url_that_nobody_understands_is_a_sentence_without_it(said):
    target = {"phone": Target(url=f"nonsense://{SECRET}")}
    found = Notifier(target, lambda _, words: said.append(words), QUICK)
    found.tell(alert(), ALL)
    await until(lambda: said)
    found.stop()
    assert "its URL is not understood" in said[0]
    assert SECRET not in said[0]


async def test_without_the_extra_one_sentence_says_what_to_install(said, monkeypatch):
    monkeypatch.setattr(notify, "is_installed", lambda: False)
    found = Notifier({"phone": Target(url="env:X")}, lambda _, words: said.append(words), QUICK)
    found.tell(alert(), ALL)
    assert said == [NEEDS_EXTRA]
    assert found.is_idle


# --- in the config ------------------------------------------------------------------------------


def load(tmp_path, text):
    path = tmp_path / "config.toml"
    path.write_text(text)
    return config.load(path, environ={})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'[notify.phone]\nurl = "{SECRET}"', "notify.phone.url: expected env:NAME"),
        (f'[notify.phone]\nurl = ["json://{SECRET}"]', "notify.phone.url: expected env:NAME"),
        (f'[notify.phone]\nurl = "json://{SECRET}"\nlevel = "warn"', "unknown key"),
        (f'[notify.phone]\nurl = "json://{SECRET}"\nseverity = "bad"', "info, warn or danger"),
        ('[notify.phone]\nseverity = "warn"', "notify.phone.url: expected"),
        ('[notify.phone]\nurl = "env:"', "notify.phone.url: expected"),
        (f'[notify]\nurl = "json://{SECRET}"', "begin with [notify.NAME]"),
        ('[notify."a b"]\nurl = "env:X"', "is no name"),
    ],
)
def test_a_mistake_is_one_sentence_without_the_secret(tmp_path, text, says):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert says in str(caught.value)
    assert SECRET not in str(caught.value)


def test_no_document_and_no_text_of_the_settings_has_the_secret(tmp_path):
    found = load(tmp_path, f'[notify.phone]\nurl = "tgram://{SECRET}/1"\nseverity = "danger"')
    shown = {key: value for key, value, _ in config.values(found)}
    assert shown["notify.phone.url"] == "tgram://…"
    assert SECRET not in repr(found) + repr(shown) + str(found.notify)
    assert found.notify["phone"].url.endswith(f"{SECRET}/1")
