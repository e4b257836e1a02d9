"""The command line: what is typed either does what it says or is answered by one sentence."""

import pytest

from cockpit.desk.contract import Watch
from cockpit.terminal.dialogs.prompt import Prompt
from cockpit.ui.input import command_line
from tests.terminal.seats import Seat

pytestmark = pytest.mark.usefixtures("own_home")
SIZE = (120, 40)


async def typed(app, pilot, line):
    """The line, typed and entered."""
    await pilot.press("colon", *["space" if c == " " else c for c in line], "enter")


DOES = [
    ("symbol ETH", lambda a: a.readings.symbol == "ETH"),
    ("symbol pepe", lambda a: a.readings.symbol == "PEPE"),
    ("SYMBOL eth", lambda a: a.readings.symbol == "ETH"),
    ("watch eth,BTC", lambda a: a.known.posted == [Watch(("ETH", "BTC"))]),
    ("watch ETH, BTC  PEPE", lambda a: a.known.posted == [Watch(("ETH", "BTC", "PEPE"))]),
    ("drop ETH", lambda a: a.known.posted == [Watch(("BTC", "PEPE"))]),
    ("add ETH", lambda a: a.known.posted == [Watch(("BTC", "ETH", "PEPE"))]),
    ("pair ETH bravo alphaswap", lambda a: (a.readings.symbol, a.ui.pinned) == (
        "ETH", ("alphaswap", "bravo"))),
    ("unit 8h", lambda a: a.ui.unit == "8h"),
    ("mode next", lambda a: a.ui.cell == "next"),
    ("tenor 24h", lambda a: a.ui.tenor == "24h"),
    ("span 3d", lambda a: a.ui.span_h == 72),
    ("size 250k", lambda a: a.ui.size_usd == 250_000.0),
    ("size $1.5m", lambda a: a.ui.size_usd == 1_500_000.0),
    ("size 2,000,000", lambda a: a.ui.size_usd == 2_000_000.0),
    ("size 2.5M", lambda a: a.ui.size_usd == 2_500_000.0),
    ("band +7.5k", lambda a: a.ui.band_usd == 7_500.0),
    ("span 1d12h", lambda a: a.ui.span_h == 36),
    ("span 90M", lambda a: a.ui.span_h == 2),
    ("symbol ethusdt", lambda a: a.readings.symbol == "ETH"),
    ("symbol PEPE-PERP", lambda a: a.readings.symbol == "PEPE"),
    ('watch ["eth-usd","BTC"]', lambda a: a.known.posted == [Watch(("ETH", "BTC"))]),
    ("drop eth_usdc", lambda a: a.known.posted == [Watch(("BTC", "PEPE"))]),
    ("pair ETHUSDT bra AW", lambda a: (a.readings.symbol, a.ui.pinned) == (
        "ETH", ("alphaswap", "bravo"))),
    ("sort BRA", lambda a: a.ui.sort == "bravo"),
    ("sort name", lambda a: list(a.readings.symbols) == ["BTC", "ETH", "PEPE"]),
    ("sort bravo", lambda a: a.ui.sort == "bravo"),
    ("layout narrow", lambda a: a.ui.layout == "narrow"),
    ("theme light", lambda a: a.palette.theme.name == "light"),
    ("record on", lambda a: a.known.tape is not None),
    ("freeze", lambda a: a.ui.frozen),
    ("3", lambda a: a.readings.symbol == "PEPE"),
    ("", lambda a: a.readings.symbol == "BTC"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "holds"), DOES, ids=[d[0] for d in DOES])
async def test_a_line_does_what_it_says(line, holds):
    app = Seat()
    async with app.run_test(size=SIZE):
        assert command_line.check(app, line) == ""
        command_line.run(app, line)
        assert holds(app)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("symbl BTC", ["no command 'symbl'", "'symbol'"]),
        ("xyzzy", ["no command 'xyzzy'"]),
        ("symbol", [":symbol SYMBOL"]),
        ("symbol BTC ETH", [":symbol SYMBOL"]),
        ("symbol BTCC", ["'BTCC'", "'BTC'"]),
        ("watch", ["name at least one symbol"]),
        ("watch DOGE", ["no market 'DOGE'"]),
        ("drop BTC,ETH,PEPE", ["at least one symbol"]),
        ("drop SOL", ["'SOL'"]),
        ("pair BTC bravo", [":pair SYMBOL VENUE VENUE"]),
        ("pair BTC bravo bravo", ["two different venues"]),
        ("pair BTC brvo alphaswap", ["'brvo'", "'bravo'"]),
        ("unit 9h", ["no unit '9h'", "apr"]),
        ("mode prdicted", ["'prdicted'", "'predicted'"]),
        ("size many", ["'many'", "250k"]),
        ("size -5", ["'-5'"]),
        ("size nan", ["'nan'"]),
        ("size 1e99", ["'1e99'"]),
        ("size 5%", ["'5%'", "250k"]),
        ("size 1,00", ["'1,00'"]),
        ("watch [1]", ["not a list of names"]),
        ("span 1y", ["'1y'", "30d"]),
        ("span 0h", ["'0h'"]),
        ("layout wider", ["'wider'", "'wide'"]),
        ("theme drak", ["'drak'", "'dark'"]),
        ("record maybe", ["'maybe'", "on, off"]),
        ("go nowhere", ["no workspace 'nowhere'"]),
        ("quit now", [":quit takes no words"]),
    ],
)
async def test_a_mistake_is_one_sentence_and_nothing_happens(line, words):
    app = Seat()
    async with app.run_test(size=SIZE):
        problem = command_line.check(app, line)
        assert "\n" not in problem
        for word in words:
            assert word in problem
        assert app.known.posted == []
        assert app.readings.symbol == "BTC"


async def test_a_mistake_stays_in_the_line_to_be_mended():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await typed(app, pilot, "symbol ETJ")
        assert isinstance(app.screen, Prompt)
        assert "'ETH'" in app.screen._problem
        await pilot.press("backspace", "H", "enter")
        assert not isinstance(app.screen, Prompt)
        assert app.readings.symbol == "ETH"


async def test_up_recalls_what_was_entered_and_the_program_remembers_it():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await typed(app, pilot, "symbol ETH")
        await typed(app, pilot, "unit 8h")
        await typed(app, pilot, "symbol ETH")
        assert app.remembered.commands == ["unit 8h", "symbol ETH"]
        await pilot.press("colon", "up", "up")
        assert app.screen.text == "unit 8h"
        await pilot.press("down", "down")
        assert app.screen.text == ""


async def test_tab_completes_verbs_words_and_the_last_of_a_list():
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("colon", "w", "a", "tab")
        assert app.screen.text == "watch "
        await pilot.press(*"BTC,e", "tab")
        assert app.screen.text == "watch BTC,ETH"
        await pilot.press("ctrl+u", *"pair", "space", *"BTC", "space", "tab", "tab")
        assert app.screen.text == "pair BTC bravo"
        await pilot.press("shift+tab")
        assert app.screen.text == "pair BTC alphaswap"


@pytest.mark.parametrize("verb", command_line.VERBS, ids=lambda v: v.name)
async def test_every_verb_is_completed_explained_and_asks_for_its_words(verb):
    app = Seat()
    async with app.run_test(size=SIZE):
        found = command_line.complete(app, verb.name)
        assert verb.name in [choice.id.strip() for choice in found]
        assert verb.help
        if " " in verb.usage and "[" not in verb.usage:
            assert command_line.check(app, verb.name)
        for choice in command_line.complete(app, f"{verb.name} "):
            assert choice.id.startswith(f"{verb.name} ")


async def test_quit_leaves_and_saves(own_home):
    app = Seat()
    async with app.run_test(size=SIZE) as pilot:
        await typed(app, pilot, "quit")
    assert app.return_code == 0
    assert (own_home / "state" / "state.toml").exists()
