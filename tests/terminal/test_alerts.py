"""Alerts on the screen: what is on comes first, many are told at once, and words cannot steer."""

import pytest

from cockpit.alerts.rule import Rule
from cockpit.alerts.states import Alert, Firing
from cockpit.config import AlertOut
from cockpit.core.units import NS_PER_S, utc
from cockpit.ui.alert_announcer import BELL, REST_POLLS, Announcer, in_words, notification
from cockpit.ui.input import alert_actions, command_line
from cockpit.ui.layout.workspaces import show
from cockpit.ui.model.alert_list import HELD_NS, AlertList
from cockpit.ui.panes import status
from cockpit.ui.panes.markets import alerts
from cockpit.ui.text.styled import plain
from tests.support import AT_NS
from tests.terminal.desks import StillDesk
from tests.terminal.seats import Seat
from tests.ui import scenes


def alert(second=0, rule="depth gone", severity="warn", happening="fired", **more) -> Alert:
    fields = {"kind": "depth", "subject": "bravo/ETH", "venue": "bravo", "symbol": "ETH",
              "value": 0.2, "words": f"{rule} at {second}"}  # fmt: skip
    return Alert(
        at_ns=AT_NS + second * NS_PER_S,
        rule=rule,
        severity=severity,
        happening=happening,
        **{**fields, **more},
    )


def alarmed():
    """Two on, the newer one seen; and one that is over."""
    scene = scenes.live()
    old, bad = alert(1, subject="bravo/BTC"), alert(2, "liquidation near", "danger")
    seen = alert(3, "venues far apart", subject="ETH")
    over = alert(4, "funding flipped", happening="cleared")
    firing = [Firing(alert=old), Firing(alert=bad), Firing(alert=seen, acknowledged=True)]
    scene.ui.alerts = AlertList(firing=firing, history=[old, bad, seen, over])
    return scene


def rules_of(scene):
    return [one.rule for one, _ in scene.ui.alerts.entries()]


def test_what_is_on_comes_first_the_worst_above_all_and_the_seen_below():
    assert rules_of(alarmed()) == [
        "liquidation near", "depth gone", "venues far apart", "funding flipped",
    ]  # fmt: skip


def test_where_words_would_be_cut_the_rules_name_gives_way_to_them():
    scene = alarmed()
    words = "btc-162258: nothing hedges 0.02632 BTC short, $2,275"
    scene.ui.alerts = AlertList(firing=[Firing(alert=alert(1, "leg without hedge", words=words))])
    scene.ui.focus = alerts.TITLE
    narrow, wide = ([plain(line) for line in alerts.lines(scene, width, 6)] for width in (80, 120))
    assert words in narrow[1]
    assert "rule leg without hedge" in narrow[-1]
    assert words in wide[1]
    assert "leg without hedge" in wide[1]


@pytest.mark.parametrize(("width", "height"), [(100, 10), (60, 6), (30, 4)])
def test_the_pane_counts_what_is_on_and_what_is_seen(width, height):
    lines = [plain(line) for line in alerts.lines(alarmed(), width, height)]
    assert all(len(line) == width for line in lines)
    assert ("3 firing, 1 seen" in lines[0]) is (width > 30)
    assert ("+2 older" in lines[0]) is (height == 4)


def test_what_the_cursor_keeps_out_of_sight_is_counted():
    scene = scenes.live()
    scene.ui.alerts = AlertList(history=[alert(i) for i in range(20)], index=15)
    scene.ui.focus = alerts.TITLE
    title = plain(alerts.lines(scene, 100, 6)[0])
    assert "+13 above · +3 older" in title


def test_what_happened_on_another_day_has_its_date():
    scene = scenes.live()
    day_s = 24 * 3600
    scene.ui.alerts = AlertList(
        history=[alert(-2 * day_s, words="long ago"), alert(-1, words="lately")]
    )
    lately, ago = (plain(line) for line in alerts.lines(scene, 100, 6)[1:3])
    assert f"{utc(AT_NS - NS_PER_S):%H:%M:%S}" in lately
    assert f"{utc(AT_NS - 2 * day_s * NS_PER_S):%d %b}" in ago


@pytest.mark.parametrize("second", [-1_700_000_000, -90, 0, 90, 10**8])
def test_every_age_keeps_to_its_column_also_one_in_the_future(second):
    scene = scenes.live()
    scene.ui.alerts = AlertList(firing=[Firing(alert=alert(second))])
    assert {len(plain(line)) for line in alerts.lines(scene, 100, 5)} == {100}


def test_words_of_a_venue_cannot_steer_the_pane():
    scene = scenes.live()
    bad = alert(words="down \x1b[2J\x07\n[red]boo[/] \u202e", rule="r\x1b]0;x\x07")
    scene.ui.alerts = AlertList(firing=[Firing(alert=bad)], problem="hook \x1b[31m")
    for line in alerts.lines(scene, 120, 6):
        assert plain(line).isprintable()
    assert any("[red]boo[/]" in plain(line) for line in alerts.lines(scene, 120, 6))


def test_the_status_line_counts_what_nobody_has_seen():
    assert "▲2" in plain(status.lines(alarmed(), 160, 1)[0])
    assert "▲" not in plain(status.lines(scenes.live(), 160, 1)[0])


class AlarmedDesk(StillDesk):
    """Whose alerts happen when they are told to."""

    def fire(self, *happened: Alert) -> None:
        self.alerting.history += happened
        self.alerting.told += len(happened)


def announced(out: AlertOut, *batches: list[Alert]):
    """(toasts, what the terminal was given) after a poll a batch."""
    said, given, desk = [], [], AlarmedDesk()
    desk.fire(alert(-5, "before the start"))
    announcer = Announcer(desk, out, lambda text, tone: said.append((text, tone)), given.append)
    for batch in batches:
        desk.fire(*batch)
        announcer.poll()
    return said, given


def test_many_alerts_of_one_second_are_one_toast():
    said, _ = announced(AlertOut(), [alert(i, subject=f"bravo/{i}") for i in range(40)])
    [(text, tone)] = said
    assert text.startswith("40 alerts: depth gone ×40")
    assert tone == "warn"


def test_a_rule_that_fires_market_by_market_is_told_every_few_seconds():
    flips = [[alert(i, "funding flipped", "danger", subject=f"bravo/{i}")] for i in range(12)]
    said, given = announced(AlertOut(), *flips, *[[]] * REST_POLLS)
    counts = [text.partition(":")[0] for text, _ in said]
    assert counts == ["funding flipped", "5 alerts", "5 alerts", "funding flipped"]
    assert len(given) == len(said), "and the bell no oftener"


def test_another_rule_does_not_wait_for_one_that_talks_much():
    flip, near = alert(1, "funding flipped"), alert(2, "liquidation near", "danger")
    said, _ = announced(AlertOut(), [flip], [flip, near])
    assert [text.partition(":")[0] for text, _ in said] == ["funding flipped", "liquidation near"]


def test_what_is_known_from_before_and_what_clears_is_not_told():
    assert announced(AlertOut(bell="info"), [], [alert(happening="cleared")]) == ([], [])


def test_the_bell_rings_once_for_what_is_bad_enough():
    bad = alert(severity="danger")
    assert announced(AlertOut(), [alert()])[1] == []
    assert announced(AlertOut(), [bad, bad])[1] == [BELL]
    assert announced(AlertOut(bell="off"), [bad])[1] == []


def test_each_channel_has_its_own_least_severity():
    out = AlertOut(toast="danger", bell="off", notify="warn", protocol="osc777")
    said, given = announced(out, [alert(severity="warn")], [alert(severity="info")])
    assert said == []
    assert given == ["\x1b]777;notify;cockpit;depth gone: depth gone at 0\x1b\\"]


@pytest.mark.parametrize("protocol", ["osc9", "osc777"])
def test_words_of_a_venue_cannot_end_a_notification_and_begin_another_sequence(protocol):
    text = notification("bad\x07\x1b\\\x1b]52;c;aGk=\x07; 4;1;50", protocol)
    inside = text.removeprefix("\x1b]").removesuffix("\x1b\\")
    assert all(char.isprintable() for char in inside)
    if protocol == "osc777":
        assert inside.count(";") == 3, "its own fields and none of theirs"
    assert len(text) < 260


def test_one_alert_is_told_in_its_own_words():
    assert in_words([alert()]) == "depth gone: depth gone at 0"


# --- on the running app -----------------------------------------------------------------------


@pytest.fixture
def seat(own_home):
    """Two alerts of a rule about funding: any rate at all fires it."""
    app = Seat()
    rule = Rule(name="funding is paid", kind="funding_level", threshold=1e-6)
    app.known.alerting = type(app.known.alerting)((rule,), app.known.view, app.known.clock, {})
    app.known.alerting.look()
    show(app.ui, "markets")
    app.ui.focus = "alerts"
    alert_actions.refresh(app)
    return app


async def test_an_alert_is_acknowledged_by_key_and_all_by_command(seat):
    async with seat.run_test(size=(160, 50)):
        count = len(seat.known.alerting.firing())
        assert count > 1
        seat.type("A")
        assert seat.ui.alerts.loud() == count - 1
        run(seat, "ack all")
        assert seat.ui.alerts.loud() == 0
        run(seat, "ack all")


async def test_enter_goes_to_the_market_of_the_alert(seat):
    async with seat.run_test(size=(160, 50)):
        seat.type("G")
        meant = seat.ui.alerts.selected
        seat.type("enter")
        assert (seat.readings.symbol, seat.readings.venue) == (meant.symbol, meant.venue)


def newer_comes(seat, second):
    newer = alert(second, "newer", "danger", subject=f"charliedex/{second}", venue="charliedex")
    seat.known.alerting.book._firing["newer", newer.subject] = Firing(alert=newer)
    seat.readings.now_ns = seat.known.clock.now_ns()
    alert_actions.refresh(seat)
    assert seat.ui.alerts.entries()[0][0] == newer
    return newer


async def test_the_cursor_stays_on_its_alert_while_somebody_reads_it(seat):
    async with seat.run_test(size=(160, 50)):
        meant = seat.ui.alerts.selected
        newer_comes(seat, 3600)
        assert seat.ui.alerts.selected == meant, "A and enter are about what was read"
        seat.type("j")
        chosen = seat.ui.alerts.selected
        seat.known.clock.advance_s(2 * HELD_NS / NS_PER_S)
        newer_comes(seat, 3601)
        assert seat.ui.alerts.selected == chosen, "the trader went there"


async def test_who_walked_away_comes_back_to_the_newest(seat):
    async with seat.run_test(size=(160, 50)):
        seat.known.clock.advance_s(2 * HELD_NS / NS_PER_S)
        newer = newer_comes(seat, 3600)
        assert seat.ui.alerts.selected == newer
        seat.type("A")
        seat.known.clock.advance_s(2 * HELD_NS / NS_PER_S)
        newer = newer_comes(seat, 3601)
        assert seat.ui.alerts.selected == newer, "what was seen does not hold the cursor"


async def test_an_alert_about_a_market_that_is_not_watched_says_how_to_watch_it(seat):
    async with seat.run_test(size=(160, 50)):
        before = seat.readings.symbol, seat.ui.workspace
        seat.ui.alerts.firing = []
        seat.ui.alerts.history = [alert(symbol="NOPE", subject="bravo/NOPE")]
        alert_actions.jump(seat, 0)
        assert (seat.readings.symbol, seat.ui.workspace) == before
        assert ":add NOPE" in seat.told[-1]


async def test_a_rule_a_venue_or_a_symbol_is_muted_and_speaks_again(seat):
    async with seat.run_test(size=(160, 50)):
        count = len(seat.ui.alerts.firing)
        run(seat, "mute bravo")
        assert {f.alert.venue for f in seat.ui.alerts.firing} == {"alphaswap", "charliedex"}
        run(seat, "mute Funding Is Paid")
        assert seat.ui.alerts.firing == ()
        run(seat, "unmute all")
        assert len(seat.ui.alerts.firing) == count


async def test_a_name_that_nobody_knows_is_not_muted(seat):
    async with seat.run_test(size=(160, 50)):
        assert "did you mean 'bravo'" in command_line.check(seat, "mute bravvo").replace("; ", "")
        assert command_line.check(seat, "unmute bravo") == "nothing is muted"


def run(app, line):
    command_line.run(app, line)
