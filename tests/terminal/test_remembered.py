"""The program's own memory: written in one step, read field by field, never in the way."""

import stat

import pytest

from cockpit.storage import paths
from cockpit.ui.model.remembered import FILE, HISTORY, Remembered, load, save
from tests.terminal.seats import Seat


def full() -> Remembered:
    return Remembered(
        theme="light", layout="wide", unit="8h", cell="next", symbol="ETH", workspace="depth",
        pinned=["dydx", "lighter"], size_usd=250_000.0, commands=["symbol BTC", 'watch "X"'],
    )  # fmt: skip


def test_what_is_kept_comes_back(tmp_path):
    path = tmp_path / "new" / "state.toml"
    assert save(path, full()) == ""
    assert load(path) == (full(), "")


def test_the_file_is_for_its_owner_alone_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "state.toml"
    path.write_text("theme = 'old'")
    path.chmod(0o644)
    save(path, full())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_was_kept_yet(tmp_path):
    assert load(tmp_path / "state.toml") == (Remembered(), "")


@pytest.mark.parametrize(
    ("content", "kept", "lost"),
    [
        (b'theme = 3\nunit = "8h"\n', Remembered(unit="8h"), "theme"),
        (b'theme = "light"\ncommands = "x"\n', Remembered(theme="light"), "commands"),
        (b'commands = ["a", 1]\nsymbol = "ETH"\n', Remembered(symbol="ETH"), "commands"),
        (b'future = "x"\nunit = "8h"\n', Remembered(unit="8h"), ""),
        (b'theme = "light\n', Remembered(), "nothing is remembered"),
        (b"\xff\xfe\x00", Remembered(), "nothing is remembered"),
        (b"", Remembered(), ""),
    ],
)
def test_damage_costs_what_is_damaged_and_nothing_else(tmp_path, content, kept, lost):
    path = tmp_path / "state.toml"
    path.write_bytes(content)
    found, problem = load(path)
    assert found == kept
    assert bool(problem) is bool(lost)
    assert lost in problem


def test_a_folder_in_its_place_is_words_in_both_directions(tmp_path):
    path = tmp_path / "state.toml"
    path.mkdir()
    found, problem = load(path)
    assert found == Remembered()
    assert str(path) in problem
    assert str(path) in save(path, full())
    assert list(tmp_path.iterdir()) == [path]


def test_the_history_of_commands_does_not_grow_for_ever(tmp_path):
    path = tmp_path / "state.toml"
    save(path, Remembered(commands=[str(i) for i in range(HISTORY + 5)]))
    assert load(path)[0].commands == [str(i) for i in range(5, HISTORY + 5)]


@pytest.mark.usefixtures("own_home")
async def test_the_pair_and_the_size_are_there_again_the_next_time():
    first = Seat()
    async with first.run_test(size=(120, 40)) as pilot:
        await pilot.press("p", "l", "p", "plus", "u")
        first.save_memory()
        await pilot.pause()
        left = (set(first.ui.pinned), first.ui.size_usd, first.ui.unit)
    assert left[1] == 500_000.0
    second = Seat()
    async with second.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        found = (set(second.ui.pinned), second.ui.size_usd, second.ui.unit)
    assert found == left
    assert len(found[0]) == 2


@pytest.mark.usefixtures("own_home")
@pytest.mark.parametrize("size", ["nan", "-1.0", "inf", "0.5"])
async def test_a_size_that_nobody_can_mean_is_not_taken_from_the_file(size):
    path = paths.state_dir() / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'pinned = ["nowhere"]\nsize_usd = {size}\n')
    app = Seat()
    async with app.run_test(size=(80, 24)):
        assert app.ui.size_usd == 100_000.0
        assert app.ui.pinned == ()
