"""Dialogs: the typed line, the search, and pictures that hold at every size."""

import pytest
from rich.cells import cell_len
from textual import events

from cockpit.terminal.dialogs.picker import Picker
from cockpit.terminal.dialogs.prompt import Prompt
from cockpit.terminal.renderer.palette import Palette
from cockpit.ui.dialogs.search import Choice, search
from cockpit.ui.input.host import PickerSpec, PromptSpec
from cockpit.ui.model.text_entry import MAX_LENGTH, Entry
from cockpit.ui.text.styled import plain, width_of
from cockpit.ui.theme.themes import load_theme
from tests.terminal.seats import TERMINAL, Seat
from tests.ui import scenes

CHOICES = [
    Choice("view.zoom", "zoom", "the focused pane alone", "z", "panes"),
    Choice("view.freeze", "freeze", "hold the picture", "space", "panes"),
    Choice("tape.record", "record", "every venue to tapes", "R", "tapes"),
    Choice("app.theme", "choose a theme", "while you look", "t", "tapes"),
]
SIZES = [(200, 60), (120, 40), (80, 24), (40, 10), (12, 4), (5, 3)]


def parts():
    return scenes.live(), Palette(load_theme("dark"), TERMINAL)


@pytest.mark.parametrize(
    ("start", "keys", "text", "cursor"),
    [
        ("", "abc", "abc", 3),
        ("abc", ["left", "left", "X"], "aXbc", 2),
        ("abc", ["home", "delete"], "bc", 0),
        ("abc", ["backspace"], "ab", 2),
        ("abc", ["home", "backspace"], "abc", 0),
        ("abc", ["delete"], "abc", 3),
        ("pair BTC bra", ["ctrl+w"], "pair BTC ", 9),
        ("pair BTC ", ["ctrl+w"], "pair ", 5),
        ("pair BTC", ["left", "left", "ctrl+u"], "TC", 0),
        ("pair BTC", ["left", "left", "ctrl+k"], "pair B", 6),
        ("abc", ["ctrl+a", "left", "right", "ctrl+e", "right"], "abc", 3),
    ],
)
def test_the_typed_line_is_edited_as_in_every_shell(start, keys, text, cursor):
    entry = Entry(start)
    for key in keys:
        entry.press(key, key if len(key) == 1 else None)
    assert (entry.text, entry.cursor) == (text, cursor)
    assert plain(entry.line(80)).rstrip() == text.rstrip()


def test_what_is_pasted_is_one_line_of_bounded_length_without_control_characters():
    entry = Entry()
    entry.insert("a\n\x1b[31mb" + "x" * 2 * MAX_LENGTH)
    assert entry.text.isprintable()
    assert len(entry.text) == MAX_LENGTH


@pytest.mark.parametrize(
    ("typed", "first", "count"),
    [
        ("", "view.zoom", 4), ("zo", "view.zoom", 1), ("fre", "view.freeze", 1),
        ("theme", "app.theme", 1), ("tape", "tape.record", 1), ("frz", "view.freeze", 1),
        ("picture hold", "view.freeze", 1), ("R", "tape.record", 2), ("xyz", None, 0),
    ],
)  # fmt: skip
def test_the_search_finds_names_before_notes_and_letters_in_order_last(typed, first, count):
    found = search(CHOICES, typed)
    assert len(found) == count
    assert (found[0].id if found else None) == first


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("typed", ["", "zo", "nothing like it"])
def test_a_picker_fits_its_box_at_every_size(size, typed):
    picker = Picker(*parts(), PickerSpec(title="palette", choices=CHOICES * 30))
    for key in typed:
        picker.press(key, key)
    box = picker.box(*size)
    assert box.x >= 0
    assert box.x + box.width <= size[0]
    assert box.y + box.height <= size[1]
    lines = picker.lines(box.width, box.height)
    assert len(lines) == box.height
    assert all(width_of(line) == box.width for line in lines)


def test_the_row_under_the_cursor_is_always_in_view():
    picker = Picker(
        *parts(),
        PickerSpec(title="x", choices=[Choice(str(i), f"row {i}") for i in range(100)]),
    )
    for key in ["down"] * 30 + ["pagedown"] * 3 + ["up"] * 45 + ["pageup"] * 2:
        picker.press(key, None)
        rows = [plain(line) for line in picker.lines(60, 14)]
        assert any(f"▌ {picker.choice.name} " in row for row in rows), picker.choice


def test_headings_stand_above_their_groups_until_something_is_typed():
    picker = Picker(*parts(), PickerSpec(title="help", choices=CHOICES))
    rows = [plain(line).strip("│ ") for line in picker.lines(60, 12)]
    assert rows[3] == "panes"
    assert rows[6] == "tapes"
    picker.press("z", "z")
    assert "panes" not in [plain(line).strip("│ ") for line in picker.lines(60, 12)]


@pytest.mark.parametrize("size", SIZES)
def test_a_prompt_fits_its_box_at_every_size(size):
    prompt = Prompt(
        *parts(),
        PromptSpec(
            mark=":", title="command", hint="esc closes", text="pair BTC " * 20,
            complete=lambda _: [Choice(str(i), f"word {i}", "漢字 note") for i in range(20)],
        ),
    )  # fmt: skip
    box = prompt.box(*size)
    lines = prompt.lines(box.width, box.height)
    assert box.y + box.height <= size[1]
    assert len(lines) == box.height
    assert all(width_of(line) == box.width for line in lines)


def test_a_problem_that_is_longer_than_the_line_is_said_whole():
    sentence = "'0x12' has 2 characters after 0x; expected an address of 40 hexadecimal digits"
    spec = PromptSpec(mark=":", title="command", hint="esc closes", accept=lambda _: sentence)
    prompt = Prompt(*parts(), spec)
    prompt.press("enter", None)
    box = prompt.box(60, 24)
    drawn = [plain(line)[1:-1].strip() for line in prompt.lines(box.width, box.height)]
    assert " ".join(drawn[1:-2]) == sentence
    assert "esc closes" in drawn[-1]


def test_the_end_of_a_long_line_is_what_is_seen():
    prompt = Prompt(
        *parts(), PromptSpec(mark=":", title="command", hint="", text="a" * 300 + "END")
    )
    assert "END" in plain(prompt.lines(40, 3)[1])


@pytest.mark.usefixtures("own_home")
async def test_words_of_a_venue_with_brackets_are_drawn_as_they_are():
    scene, palette = parts()
    picker = Picker(
        scene, palette, PickerSpec(title="x", choices=[Choice("a", "[red]BTC[/red] [/")])
    )
    app = Seat()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(picker)
        await pilot.pause()
        strips = picker._sheet.render_lines(picker._sheet.region.reset_offset)
        assert any("[red]BTC[/red] [/" in strip.text for strip in strips)
        assert all(cell_len(strip.text) == picker._sheet.size.width for strip in strips)


@pytest.mark.usefixtures("own_home")
async def test_a_dialog_follows_the_terminals_size():
    app = Seat()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.resize_terminal(60, 16)
        await pilot.pause()
        sheet = app.screen._sheet
        assert sheet.region.right <= 60
        assert sheet.region.bottom <= 16


@pytest.mark.usefixtures("own_home")
async def test_what_is_pasted_into_a_dialog_arrives_there():
    app = Seat()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("colon")
        app.screen.paste("symbol ETH")
        await pilot.press("enter")
        assert app.readings.symbol == "ETH"


@pytest.mark.usefixtures("own_home")
@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("/!B\r", ("!B", "markets", "ETH")),
        (":symbol ETH\r2", ("", "depth", "ETH")),
        ("?fun\r3", ("", "funding", "BTC")),
        (":\x1b7", ("", "health", "BTC")),
    ],
)
async def test_what_is_typed_ahead_of_a_dialog_and_after_it_is_done_in_order(typed, seen):
    names = {"\r": "enter", "\x1b": "escape", "/": "slash", "!": "exclamation_mark"}
    app = Seat()
    async with app.run_test(size=(120, 40)) as pilot:
        for char in typed:
            app.post_message(events.Key(names.get(char, char), char if char > "\x1b" else None))
        await pilot.pause()
        await pilot.pause()
        assert (app.ui.filter, app.ui.workspace, app.readings.symbol) == seen
        assert app.screen is app.workspace


def test_two_letters_are_looked_for_in_names_alone_for_they_are_in_every_sentence():
    choices = [Choice("a.up", "up", "the row above"), Choice("view.theme", "theme", "choose one")]
    assert [choice.name for choice in search(choices, "th")] == ["theme"]
    assert [choice.name for choice in search(choices, "row")] == ["up"]


def reading(count: int = 12) -> Picker:
    """A list for reading, whose notes need three rows each at this width."""
    note = "what a figure of this name means, said in so many words that they need some rows"
    choices = [Choice(f"word {i}", f"word {i}", note) for i in range(count)]
    return Picker(*parts(), PickerSpec(title="help", choices=choices, can_choose=False))


def test_the_end_of_a_list_is_one_key_away_and_moving_the_text_cursor_keeps_the_place():
    picker = reading()
    picker.press("end", None)
    assert picker.choice.name == "word 11"
    picker.press("home", None)
    assert picker.choice.name == "word 0"
    for char in "word":
        picker.press(char, char)
    picker.press("down", None)
    picker.press("left", None)
    assert picker.choice.name == "word 1"


def test_the_chosen_entry_of_a_list_is_shown_whole():
    picker = reading()
    for _ in range(12):
        drawn = [plain(line) for line in picker.lines(44, 12)]
        chosen = [line for line in drawn if "▌" in line]
        assert "rows" in chosen[-1], "its last words are there"
        picker.press("down", None)
