"""The trades of a desk: kept over a restart, edited by hand without harm, changed by intents."""

import os

import pytest

from cockpit.core.clock import ManualClock
from cockpit.core.events import Link
from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import MakeTrade, RenameTrade, SplitTrade
from cockpit.desk.trades import DeskTrades
from cockpit.portfolio.trades.holdings import key_of
from cockpit.portfolio.trades.storage import load, load_fills
from tests.portfolio.trades.legs import T0, A, fill, holds, market, read, store

HL, LT = ("hyperliquid", A), ("lighter", A)


class Sitting:
    """One run of the program on the same folder, with the same accounts."""

    def __init__(self, folder, at_ns=T0, *, with_lighter=True):
        self.view = store(HL, LT)
        self.clock = ManualClock(at_ns)
        self.notices = []
        self.trades = DeskTrades(self.view, self.clock, folder, self.notices.append)
        self.hear(
            *market("hyperliquid", 100.0, 100.0, at_ns), *market("lighter", 101.0, 101.0, at_ns)
        )
        self.hear(holds(*HL, 2.0, at_ns), read(*HL, at_ns))
        if with_lighter:
            self.hear(holds(*LT, -2.0, at_ns, entry=101.0), read(*LT, at_ns))
        else:
            self.hear(read(*LT, at_ns, state="failed"))
        self.trades.look()
        self.trades.keep()

    def hear(self, *events):
        self.view.apply_all(events)
        self.trades.heard(list(events))

    @property
    def only(self):
        [record] = self.view.trades.open.values()
        return record

    @property
    def words(self):
        return [notice.text for notice in self.notices]


def test_a_pair_its_name_and_its_target_survive_a_restart(tmp_path):
    first = Sitting(tmp_path)
    first.trades.change(RenameTrade(first.only.id, "summer", 250.0))
    id = first.only.id
    second = Sitting(tmp_path, T0 + 60 * NS_PER_S)
    assert (second.only.id, second.only.name, second.only.target_usd) == (id, "summer", 250.0)
    assert second.only.seen_ns == T0


def test_what_a_fill_met_survives_a_restart(tmp_path):
    first = Sitting(tmp_path)
    at_ns = T0 + NS_PER_S
    first.clock.advance_to(at_ns)
    first.hear(holds(*HL, 2.5, at_ns), fill(*HL, "x", 0.5, 100.2, at_ns))
    first.trades.keep()
    kept = load_fills(tmp_path / "trade_fills.jsonl")[""]
    *_, last = kept[key_of(holds(*HL, 2.0))]
    assert (last.price, last.mark) == (100.2, 100.0)
    second = Sitting(tmp_path, at_ns)
    assert second.view.trades.fills[key_of(holds(*HL, 2.0))][-1] == last


def test_a_name_given_by_hand_is_taken_over_and_not_written_over(tmp_path):
    first = Sitting(tmp_path)
    file = tmp_path / "trades.toml"
    file.write_text(
        file.read_text().replace('symbol = "BTC"', 'symbol = "BTC"\nname = "by hand"', 1)
    )
    os.utime(file, ns=(1, 1))
    first.clock.advance_s(2)
    first.hear(holds(*HL, 1.9, T0 + 2 * NS_PER_S))
    first.trades.keep()
    assert first.only.name == "by hand"
    assert load(file).open[first.only.id].name == "by hand"
    assert first.only.legs[0].size == 1.9, "what is read holds for sizes"


def test_a_trade_deleted_by_hand_is_gone_until_its_legs_are_matched_again(tmp_path):
    first = Sitting(tmp_path)
    first.trades.change(RenameTrade(first.only.id, "old"))
    file = tmp_path / "trades.toml"
    file.write_text("")
    first.trades.keep()
    assert first.view.trades.open == {}
    first.trades.look()
    assert first.only.name == ""


def test_a_file_that_cannot_be_read_is_said_and_never_written_over(tmp_path):
    file = tmp_path / "trades.toml"
    file.write_text("[[trade]]\nid = 'x'\nsymbl = 'BTC'\n")
    desk = Sitting(tmp_path)
    assert "trades are not kept" in desk.words[0]
    assert "symbl" in desk.words[0]
    desk.trades.keep()
    assert file.read_text().startswith("[[trade]]\nid = 'x'")
    assert len(desk.notices) == 1, "said once"
    assert len(desk.view.trades.open) == 1, "trades are found all the same"


def test_a_mistake_that_is_mended_while_it_runs_costs_neither_journal_nor_fills(tmp_path):
    first = Sitting(tmp_path)
    first.hear(holds(*HL, 0.0, T0 + NS_PER_S), holds(*LT, 0.0, T0 + NS_PER_S))
    first.trades.look()
    first.trades.keep()
    file, fills = tmp_path / "trades.toml", tmp_path / "trade_fills.jsonl"
    good, [over] = file.read_text(), load(file).closed
    file.write_text(good + "\n[[trade]]\nidd = 1\n")
    second = Sitting(tmp_path, T0 + 60 * NS_PER_S)
    assert "idd" in second.words[0]
    file.write_text(good)
    second.trades.keep()
    assert load(file).closed == [over], "what is over stays in the journal"
    assert over.id in load_fills(fills), "and so does what its legs traded"
    assert len(second.view.trades.open) == 1, "what was opened meanwhile is there"


def test_the_legs_of_a_mended_file_go_on_from_their_own_fills(tmp_path):
    first = Sitting(tmp_path)
    first.hear(holds(*HL, 2.5, T0 + NS_PER_S, entry=100.4))
    first.clock.advance_s(2)
    first.trades.look()
    first.trades.keep()
    before = dict(first.view.trades.fills)
    file = tmp_path / "trades.toml"
    good = file.read_text()
    file.write_text(good + "\n[[trade]]\nidd = 1\n")
    second = Sitting(tmp_path, T0 + 60 * NS_PER_S)
    second.hear(holds(*HL, 2.5, T0 + 60 * NS_PER_S, entry=100.4))
    file.write_text(good)
    second.trades.keep()
    assert {key: fills[: len(before[key])] for key, fills in second.view.trades.fills.items()} == (
        before
    )


def test_an_account_that_is_away_at_the_start_costs_no_trade(tmp_path):
    Sitting(tmp_path)
    second = Sitting(tmp_path, T0 + 60 * NS_PER_S, with_lighter=False)
    assert [leg.size for leg in second.only.legs] == [2.0, -2.0]
    second.hear(Link(venue="lighter", recv_ns=T0 + 61 * NS_PER_S, state="down"))
    second.trades.look()
    assert load(tmp_path / "trades.toml").open.keys() == {second.only.id}


def test_legs_are_split_and_made_into_one_again(tmp_path):
    desk = Sitting(tmp_path)
    desk.trades.change(SplitTrade(desk.only.id))
    assert len(desk.view.trades.open) == 2
    keys = tuple(leg.key for record in desk.view.trades.open.values() for leg in record.legs)
    desk.trades.change(MakeTrade(keys, "again"))
    assert (desk.only.name, len(desk.only.legs)) == ("again", 2)
    desk.trades.change(MakeTrade(keys[:1], "other"))
    assert "belong to again" in desk.words[-1], "what was made by hand is not taken in passing"


def test_a_change_that_cannot_be_is_an_answer(tmp_path):
    desk = Sitting(tmp_path)
    desk.trades.change(RenameTrade("nobody", "x"))
    [notice] = desk.notices
    assert notice.is_answer
    assert "'nobody' is no open trade" in notice.text


@pytest.mark.parametrize("name", ["trades.toml", "trade_fills.jsonl"])
def test_nobody_else_may_read_the_files(tmp_path, name):
    Sitting(tmp_path)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_without_a_folder_nothing_is_written(tmp_path):
    Sitting(None)
    assert list(tmp_path.iterdir()) == []
