"""Typed positions: the trader's editor and the desk write one file, and no edit is lost."""

import pytest

from cockpit.core.clock import ManualClock
from cockpit.core.errors import CockpitError, ConfigError, InputError
from cockpit.desk.contract import Retype
from cockpit.desk.kept_rules import KeptRules
from cockpit.desk.trader_files import TraderFiles, TraderPaths
from cockpit.desk.typed_positions import TypedPositions
from cockpit.portfolio import manual
from cockpit.portfolio.manual import Entry
from cockpit.state.store import MarketStore
from tests.support import AT_NS

BTC = Entry(venue="bybit", symbol="BTC", size=-0.5, entry=64_000.0)
ETH = Entry(venue="okx", symbol="ETH", size=2.0)
OF_ETH = '[[position]]\nvenue = "okx"\nsymbol = "ETH"\nsize = 2.0\n'


@pytest.fixture
def path(tmp_path):
    return tmp_path / "positions.toml"


@pytest.fixture
def view():
    return MarketStore([("bybit", None)], ["BTC", "ETH"])


def typed_in(path, view):
    return TypedPositions(path, view, lambda held: view.set_manual(held.positions))


@pytest.fixture
def typed(path, view):
    return typed_in(path, view)


def held(view):
    return [manual.entry_of(position) for position in view.manual()]


def test_what_is_typed_changed_and_deleted_is_held_and_in_the_file(typed, path, view):
    assert typed.do(Retype(None, BTC), AT_NS) == f"written to {path}"
    typed.do(Retype(None, ETH), AT_NS)
    more = Entry(venue="bybit", symbol="BTC", size=-0.75)
    typed.do(Retype(BTC, more), AT_NS)
    assert held(view) == list(manual.load(path)) == [more, ETH], "in its place"
    typed.do(Retype(more, None), AT_NS)
    assert held(view) == list(manual.load(path)) == [ETH]


def test_an_edit_between_the_start_and_the_first_look_is_seen(typed, path, view):
    path.write_text(OF_ETH)
    assert typed.look(AT_NS) == "positions.toml was edited: 1 typed"
    assert held(view) == [ETH]
    assert typed.look(AT_NS) == ""


def test_a_mistake_in_the_file_is_said_once_and_keeps_what_was_read(typed, path, view):
    path.write_text(OF_ETH)
    typed.look(AT_NS)
    path.write_text(OF_ETH.replace("size = 2.0", "sise = 30.0"))
    with pytest.raises(ConfigError, match=r"stay as they were: .*position 1: sise: unknown key"):
        typed.look(AT_NS)
    assert typed.look(AT_NS) == ""
    assert held(view) == [ETH]


def test_a_file_that_is_away_for_a_moment_is_being_written_by_an_editor(typed, path, view):
    path.write_text(OF_ETH)
    typed.look(AT_NS)
    path.unlink()
    typed.look(AT_NS)
    assert held(view) == [ETH], "an editor may be about to put it back"
    typed.look(AT_NS)
    assert held(view) == []


def test_what_was_changed_meanwhile_is_not_overwritten(typed, path, view):
    typed.do(Retype(None, ETH), AT_NS)
    path.write_text(path.read_text().replace("2.0", "3.0"))
    with pytest.raises(InputError, match=r"^positions.toml was changed meanwhile"):
        typed.do(Retype(ETH, Entry(venue="okx", symbol="ETH", size=5.0)), AT_NS)
    assert [entry.size for entry in held(view)] == [3.0], "but read again"
    assert [entry.size for entry in manual.load(path)] == [3.0]


def test_a_twin_of_what_the_file_has_by_now_is_refused(typed, path):
    path.write_text(OF_ETH)
    with pytest.raises(ConfigError, match="stands there already, as position 1"):
        typed.do(Retype(None, Entry(venue="okx", symbol="ETH", size=1.0)), AT_NS)
    assert list(manual.load(path)) == [ETH]


def test_a_file_with_a_mistake_is_the_traders_to_mend(typed, path):
    path.write_text(OF_ETH.replace("size", "sise"))
    with pytest.raises(CockpitError, match=r"^positions.toml: line 4: position 1: sise: unknown"):
        typed.do(Retype(None, BTC), AT_NS)
    assert "BTC" not in path.read_text()


def test_a_folder_that_cannot_be_written_holds_nothing(tmp_path, view):
    (tmp_path / "file").write_text("a file where the folder should be")
    typed = typed_in(tmp_path / "file" / "positions.toml", view)
    with pytest.raises(ConfigError, match=r"^positions.toml: cannot be"):
        typed.do(Retype(None, BTC), AT_NS)
    assert held(view) == [], "what is not kept is not shown as kept"


def test_without_a_file_it_is_held_until_the_end(view):
    typed = typed_in(None, view)
    assert typed.do(Retype(None, BTC), AT_NS).startswith("kept until the end")
    with pytest.raises(InputError, match="changed meanwhile"):
        typed.do(Retype(ETH, None), AT_NS)
    assert typed.look(AT_NS) == ""
    assert held(view) == [BTC]


def test_what_came_of_it_is_an_answer_and_never_an_exception(path, view):
    said = []
    files = TraderFiles(
        TraderPaths(positions=path, plans=path / "plans"), view, ManualClock(AT_NS), said.append,
        lambda intent: view.set_manual(intent.positions), KeptRules(None, (), (), lambda: None),
    )  # fmt: skip
    files.post(Retype(None, BTC))
    files.post(Retype(ETH, None))
    path.write_text(OF_ETH)
    files.look()
    path.write_text("[[position]")
    files.look()
    assert [(notice.severity, notice.is_answer) for notice in said] == [
        ("info", True), ("warn", True), ("info", True), ("warn", True),
    ]  # fmt: skip
