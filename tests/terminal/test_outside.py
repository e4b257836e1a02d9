"""What leaves the screen: files, the clipboard, tapes, memory; and what is said of it."""

import base64
import csv
import json
import stat
import tomllib

import pytest

from cockpit.core.events import Link
from cockpit.core.units import HOUR_NS
from cockpit.desk.contract import Notice
from cockpit.ui.export import clipboard, writer
from cockpit.ui.layout.workspaces import PANES
from tests.terminal.seats import Seat
from tests.ui import scenes

pytestmark = pytest.mark.usefixtures("own_home")
SIZE = (120, 40)


def files(home):
    return sorted((home / "state" / "exports").iterdir())


async def test_a_pane_is_written_as_json_and_csv_with_the_figures_behind_it(own_home):
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("W")
        csv_file, json_file = files(own_home)
        document = json.loads(json_file.read_text())
        rows = list(csv.DictReader(csv_file.open()))
        assert str(json_file) in app.told[0]
    assert document["pane"] == "funding"
    assert len(document["rows"]) == len(rows) == 9
    cell = next(r for r in document["rows"] if (r["symbol"], r["venue"]) == ("BTC", "charliedex"))
    # One basis point every eight hours: an eighth of it an hour, 365 times three of it a year.
    assert cell["rate"] == pytest.approx(1e-4)
    assert cell["rate_hourly"] == pytest.approx(1e-4 / 8)
    assert cell["apr"] == pytest.approx(1e-4 * 3 * 365)
    assert float(rows[0]["apr"]) == document["rows"][0]["apr"]


async def test_what_is_written_is_for_the_owner_alone_and_never_over_another_file(own_home):
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("W", "W")
    written = files(own_home)
    assert len(written) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}


@pytest.mark.parametrize("pane", sorted(PANES))
def test_every_pane_can_be_exported_live_and_before_anything_was_said(pane):
    for scene in (scenes.live(), scenes.bare(), scenes.bare(symbols=())):
        table = writer.table_of(scene, pane, PANES[pane].lines(scene, 80, 20))
        assert all(len(row) == len(table.columns) for row in table.rows)
        document = json.loads(writer.as_json(table, pane, scene))
        assert len(document["rows"]) == len(table.rows)


def test_an_unknown_figure_is_null_in_json_and_empty_in_csv():
    scene = scenes.bare()
    scene.view.apply(Link(venue="bravo", recv_ns=scene.now_ns, state="live"))
    table = writer.table_of(scene, "funding", [])
    assert json.loads(writer.as_json(table, "funding", scene))["rows"][0]["apr"] is None
    assert "None" not in writer.as_text(table)


def test_words_of_a_venue_are_never_a_formula_in_a_spreadsheet():
    scene = scenes.bare()
    scene.notices = [Notice(1, "bravo", '=HYPERLINK("http://x","y")')]
    text = writer.as_text(writer.table_of(scene, "log", []))
    row = next(csv.DictReader(text.splitlines()))
    assert row["text"].startswith("'=")


def test_the_clipboard_sequence_is_osc_52_with_the_text_in_base64():
    sequence = clipboard.osc52("BTC −10.95 %\n")
    assert sequence.startswith("\x1b]52;c;")
    assert sequence.endswith("\x07")
    payload = sequence.removeprefix("\x1b]52;c;").removesuffix("\x07")
    assert base64.b64decode(payload).decode() == "BTC −10.95 %\n"


def test_the_clipboards_limit_is_in_bytes_not_characters():
    assert clipboard.refusal("x" * 70_000) == ""
    assert "70001 bytes" in clipboard.refusal("x" * 70_001)
    assert "105000 bytes" in clipboard.refusal("−" * 35_000)
    assert clipboard.refusal("") != ""


async def test_a_copy_is_sent_to_the_terminal_and_says_no_more_than_that():
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("Y")
        sent = next(text for text in app.kept.sent if text.startswith("\x1b]52;"))
        text = base64.b64decode(sent[7:-1]).decode()
        assert text.splitlines()[0].split("\t")[:2] == ["symbol", "venue"]
        assert app.told == [f"sent to terminal clipboard ({len(text.encode())} bytes)"]


async def test_what_is_too_large_for_a_clipboard_is_refused_with_another_way():
    app = Seat()
    async with app.run_test(size=SIZE):
        for venue in scenes.VENUES:
            for symbol in scenes.SYMBOLS[1:]:
                scenes.paid(app.readings, venue, symbol)
        app.type("tab", "Y")
        assert app.ui.focus == "curves"
        table = writer.table_of(app.readings, "curves", [])
        assert len(writer.as_text(table, "\t")) > clipboard.MAX_BYTES
        assert not [text for text in app.kept.sent if text.startswith("\x1b]52;")]
        assert "at most 70000" in app.told[0]
        assert "W writes a file" in app.told[0]


async def test_a_settled_payment_is_exported_with_the_hour_it_was_paid(own_home):
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("tab", "W")
    document = json.loads(files(own_home)[1].read_text())
    newest = [row for row in document["rows"] if row["venue"] == "bravo"][-1]
    assert newest["at_ns"] % HOUR_NS == 0
    assert newest["apr"] == pytest.approx(-0.00005 * 8760)


async def test_recording_starts_in_a_folder_of_its_own_and_stops_with_the_same_key(own_home):
    app = Seat()
    async with app.run_test(size=SIZE):
        app.type("R")
        assert app.known.tape is not None
        assert app.known.tape.parent == own_home / "state" / "tapes"
        assert app.readings.feed.recording
        app.type("R")
        assert app.known.tape is None
        assert not app.readings.feed.recording


async def test_how_the_screen_was_left_is_how_it_comes_back(own_home):
    first = Seat()
    async with first.run_test(size=SIZE):
        first.type("j", "u", "m", "w", "7")
        first.do("app.quit")
    kept = tomllib.loads((own_home / "state" / "state.toml").read_text())
    assert (kept["unit"], kept["cell"], kept["layout"]) == ("hour", "predicted", "wide")
    second = Seat()
    assert second.readings.symbol == "ETH"
    assert (second.ui.unit, second.ui.cell) == ("hour", "predicted")
    assert second.ui.layout == "wide"
    assert second.ui.workspace == first.ui.workspace


async def test_a_memory_of_things_that_are_gone_changes_nothing(own_home):
    folder = own_home / "state"
    folder.mkdir()
    (folder / "state.toml").write_text(
        'theme = "gone"\nlayout = "gone"\nunit = "gone"\ncell = 3\nsymbol = "GONE"\n'
    )
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        for _ in range(50):
            await pilot.pause()
            if len(app.told) == 2:
                break
        assert app.palette.theme.name == "dark"
        assert (app.ui.layout, app.ui.unit, app.ui.cell) == ("auto", "apr", "live")
        assert app.readings.symbol == "BTC"
        assert any("cell" in words for words in app.told)
        assert any("'gone'" in words for words in app.told)


async def test_words_with_brackets_are_words():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        app.notify("[bold]not[/bold] [markup", title="[x]")
        await pilot.pause()
        assert app.told == ["[x]: [bold]not[/bold] [markup"]
