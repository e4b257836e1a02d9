"""`cockpit watch`: what is written of a desk, look after look."""

from cockpit.alerts.states import Alert
from cockpit.alerts.storage import KEPT
from cockpit.cli.watch import Told
from cockpit.desk.stats import AlertStats, DeskStats, FeedStats


def alert(number):
    return Alert(
        at_ns=number, rule="r", kind="spread", happening="fired", severity="info", subject="BTC",
        venue=None, symbol="BTC", value=None, unit="bps", threshold=1.0, words="",
    )  # fmt: skip


def desk(told):
    """How a desk stands that has told so many alerts, and remembers the last of them."""
    history = tuple(map(alert, range(max(0, told - KEPT), told)))
    return DeskStats(
        mode="LIVE", at_ns=0, detail="", venues={},
        feed=FeedStats(messages_per_s=None, coalescing=False, recording=False),
        alerts=AlertStats(told=told, history=history),
    )  # fmt: skip


def numbers(source, told):
    return [said.at_ns for said in source.lines(None, desk(told))]


def test_each_alert_is_written_once_and_in_order():
    source = Told()
    assert numbers(source, 0) == []
    assert numbers(source, 2) == [0, 1]
    assert numbers(source, 2) == []
    assert numbers(source, 3) == [2]


def test_alerts_that_came_faster_than_a_desk_remembers_are_counted(capsys):
    assert numbers(Told(), KEPT + 7) == list(range(7, KEPT + 7))
    assert capsys.readouterr().err == "cockpit: 7 alerts came at once and are not written\n"
