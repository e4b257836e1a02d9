"""What is sent is little, and what stands on the terminal is the same as if all had been sent."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

from cockpit.terminal.renderer.front_buffer import FrontBuffer
from cockpit.terminal.renderer.sgr import Depth
from tests.terminal.terminals import Emulator

PLAIN = Style(color="#bcbcbc", bgcolor="#080808")
HOT = Style(color="#ffffff", bgcolor="#875f00", bold=True)
STYLES = (
    PLAIN,
    HOT,
    Style(),
    Style(color="red"),
    Style(color="#123456", bgcolor="blue"),
    Style(reverse=True),
    Style(underline=True, italic=True),
    Style(color="#bcbcbc", bgcolor="#875f00", strike=True),
)
GLYPHS = "  0123456789.+−abcXYZ│─●⣿▇·漢字語🙂é"


def buffer(width: int, height: int, system: ColorSystem | None = ColorSystem.TRUECOLOR, **more):
    front = FrontBuffer(Depth(system), **more)
    front.resize(width, height)
    return front


def row(text: str, style: Style = PLAIN, y: int = 0, x: int = 0):
    return (y, x, [Segment(text, style)])


def visible(text: str) -> str:
    """The characters of an output, without its escape sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def picture(seed: random.Random, width: int, height: int) -> list[list[Segment]]:
    """Rows of exactly `width` cells in random styles."""
    rows = []
    for _ in range(height):
        cells, segments = 0, []
        while cells < width:
            glyphs = "".join(seed.choice(GLYPHS) for _ in range(seed.randint(1, 12)))
            segment = Segment(glyphs, seed.choice(STYLES))
            if cells + segment.cell_length > width:
                segment = Segment(" " * (width - cells), segment.style)
            segments.append(segment)
            cells += segment.cell_length
        rows.append(segments)
    return rows


def changed(seed: random.Random, rows: list[list[Segment]], width: int) -> list[list[Segment]]:
    """The picture as a ticking market leaves it: a row anew here, a digit or a colour there."""
    after = []
    for segments in rows:
        kept = list(segments)
        for _ in range(seed.randint(0, 3)):
            place = seed.randrange(len(kept))
            text, style = kept[place].text, kept[place].style
            if text.isascii() and seed.random() < 0.7:
                at = seed.randrange(len(text))
                text = text[:at] + seed.choice("0123456789 ") + text[at + 1 :]
            else:
                style = seed.choice(STYLES)
            kept[place] = Segment(text, style)
        after.append(picture(seed, width, 1)[0] if seed.random() < 0.1 else kept)
    return after


def spans(rows: list[list[Segment]]):
    return [(y, 0, segments) for y, segments in enumerate(rows)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(3, 40), st.integers(1, 8))
def test_a_diffed_terminal_shows_what_a_full_repaint_shows(number, width, height):
    seed = random.Random(number)
    front, terminal = buffer(width, height), Emulator(width, height)
    rows = picture(seed, width, height)
    for _ in range(6):
        rows = changed(seed, rows, width)
        if seed.random() < 0.2:
            front.forget()
        if seed.random() < 0.2:
            width, height = seed.randint(3, 40), seed.randint(1, 8)
            front.resize(width, height)
            terminal.resize(width, height)
            rows = picture(seed, width, height)
        terminal.feed(front.paint(spans(rows)))
        whole = Emulator(width, height)
        whole.feed(buffer(width, height).paint(spans(rows)))
        assert terminal.cells() == whole.cells()


def test_a_picture_that_did_not_change_costs_nothing():
    front = buffer(20, 2)
    rows = [row("BTC  64000.5 漢字"), row("ETH   3200.1", HOT, 1)]
    assert front.paint(rows)
    assert front.paint(rows) == ""


def test_one_new_digit_is_one_character_and_the_way_there():
    front = buffer(20, 1)
    front.paint([row("mark 64000.5        ")])
    assert front.paint([row("mark 64000.7        ")]) == "\x1b[1;12H7"


def test_blanks_differ_only_by_what_is_seen_of_them():
    front = buffer(10, 1)
    front.paint([row("a" + " " * 9, PLAIN)])
    assert (
        front.paint([row("a", PLAIN), row(" " * 9, Style(color="red", bgcolor="#080808"), x=1)])
        == ""
    )
    assert visible(front.paint([row(" " * 9, HOT, x=1)])) == " " * 9


def test_an_underlined_blank_is_not_a_plain_one():
    front, terminal = buffer(4, 1), Emulator(4, 1)
    terminal.feed(front.paint([row("ab  ", Style(underline=True))]))
    assert terminal.screen.buffer[0][3].underscore
    terminal.feed(front.paint([row("ab  ", Style())]))
    assert not terminal.screen.buffer[0][3].underscore


@pytest.mark.parametrize("after", ["a漢 b", "漢漢b", "abcde", " 漢字", "漢 字"])
@pytest.mark.parametrize("before", ["漢字b", "a漢bc", "abcde", "字漢 "])
def test_half_of_a_wide_character_never_stays(before, after):
    front, terminal = buffer(5, 1), Emulator(5, 1)
    terminal.feed(front.paint([row(before)]))
    terminal.feed(front.paint([row(after)]))
    whole = Emulator(5, 1)
    whole.feed(buffer(5, 1).paint([row(after)]))
    assert terminal.cells() == whole.cells()


def test_a_wide_character_that_a_neighbour_cut_in_half_comes_back_whole():
    front, terminal = buffer(4, 1), Emulator(4, 1)
    terminal.feed(front.paint([row("a漢b")]))
    terminal.feed(front.paint([row("X", x=2)]))
    assert visible(front.paint([row("a漢b")])) == "漢"


def test_a_jump_over_a_cell_in_another_colour_does_not_repaint_it():
    front, terminal = buffer(3, 1), Emulator(3, 1)
    for digit in "12":
        terminal.feed(front.paint([row(digit), row("b", HOT, x=1), row(digit, x=2)]))
    assert terminal.text() == "2b2"
    assert terminal.screen.buffer[0][1].bold


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        (Style(color="red", bold=True, dim=True), Style(color="red", dim=True), "22;2"),
        (Style(color="red", bold=True), Style(color="red"), "22"),
        (Style(color="red", bold=True), Style(), "0"),
        (Style(color="red", underline=True), Style(color="red", underline2=True), "24;21"),
        (Style(color="red"), Style(color="red", bgcolor="blue"), "44"),
        (Style(color="red", bgcolor="blue", bold=True), Style(bgcolor="blue", bold=True), "39"),
    ],
)
def test_from_one_look_to_the_next_goes_the_shortest_sequence(before, after, codes):
    front = buffer(2, 1, ColorSystem.STANDARD)
    front.paint([row("a", before)])
    sent = front.paint([row("b", after, x=1)])
    assert re.findall(r"\x1b\[([0-9;]*)m", sent) == [codes]


def test_after_a_character_whose_width_is_in_doubt_the_cursor_goes_by_address():
    front = buffer(20, 1)
    sent = front.paint([row("a👨‍👩‍👧b                ")])
    assert re.search(r"👧\x1b\[1;4Hb", sent)


def test_a_wide_character_that_does_not_fit_leaves_a_blank():
    front = buffer(4, 1)
    assert visible(front.paint([row("abc漢")])) == "abc "


def test_venue_text_cannot_steer_the_terminal():
    sent = buffer(30, 1).paint([row("x\x1b[2J\x07\x9b31m\u202ey\r\nz")])
    assert visible(sent) == "x[2J31myz"
    assert "\x1b[2J" not in sent


def test_without_utf8_everything_is_ascii_and_in_its_place():
    sent = buffer(20, 1, ascii_only=True).paint([row("┌ −1.5 漢 ⣿ é ●")])
    assert visible(sent) == "+ -1.5 ?? ? ? *"


def test_without_colour_no_colour_is_sent_but_what_is_bold_stays_bold():
    sent = buffer(20, 1, None).paint([row("carry ", PLAIN), row("+12.40", HOT, x=6)])
    assert re.findall(r"\x1b\[([0-9;]*)m", sent) == ["0", "1"]


def test_sixteen_colours_are_the_terminals_own():
    style = Style(color="bright_white", bgcolor="red")
    sent = buffer(20, 1, ColorSystem.STANDARD).paint([row("danger", style)])
    assert re.findall(r"\x1b\[([0-9;]*)m", sent) == ["0;97;41"]


def test_an_exact_palette_colour_is_sent_by_its_number_and_another_in_full():
    exact, other = Style(color="#5fd787"), Style(color="#5fd788")
    sent = buffer(20, 1).paint([row("a", exact), row("b", other, x=1)])
    assert re.findall(r"\x1b\[([0-9;]*)m", sent) == ["0;38;5;78", "38;2;95;215;136"]


def test_rows_of_which_nothing_is_known_are_sent_again_and_no_others():
    front = buffer(4, 3)
    rows = [row("aaaa"), row("bbbb", y=1), row("cccc", y=2)]
    front.paint(rows)
    front.forget_rows(range(1, 2))
    assert visible(front.paint(rows)) == "bbbb"


def test_the_pen_is_right_after_many_themes():
    """More looks than the table holds: it starts anew and nothing is drawn in an old colour."""
    front, terminal = buffer(4, 1), Emulator(4, 1)
    for number in range(6000):
        colour = f"#{number * 37 % 0xFFFFFF:06x}"
        terminal.feed(front.paint([row(f"{number % 10000:04d}", Style(color=colour))]))
    assert terminal.screen.buffer[0][3].fg == f"{5999 * 37 % 0xFFFFFF:06x}"
    assert terminal.text() == "5999"


def test_cells_of_one_style_are_drawn_together_where_the_pen_would_change_often():
    red, green = Style(color="red"), Style(color="green")
    buffer = FrontBuffer(Depth(ColorSystem.EIGHT_BIT))
    buffer.resize(40, 4)
    rows = [[Segment("11", red), Segment(" 22", green)] for _ in range(4)]
    buffer.paint([(y, 0, row) for y, row in enumerate(rows)])
    changed = [[Segment("33", red), Segment(" 44", green)] for _ in range(4)]
    sent = buffer.paint([(y, 0, row) for y, row in enumerate(changed)])
    # Eight runs of two colours: row by row the pen would change eight times.
    assert sent.count("m") <= 2
    assert sent.count("33") == sent.count("44") == 4
