"""Sentences on lines: whole words, and no number without its unit."""

import pytest

from cockpit.ui.text.styled import brief, framed, plain, wrap


def test_a_number_and_its_unit_are_not_parted():
    words = "breaks even after 181 h, the hold is 24 h. Costs are 20.4 bps of 100 % of it."
    # 20 cells would end after "24" and after "20.4".
    assert wrap(words, 20) == [
        "breaks even after", "181 h, the hold is", "24 h. Costs are", "20.4 bps of 100 % of", "it.",
    ]  # fmt: skip


def test_what_is_longer_than_a_line_stands_alone():
    assert wrap("0123456789 ab", 4) == ["0123456789", "ab"]


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (41, "breaks even after 780 h, the hold is 24 h"),
        (40, "breaks even after 780 h"),
        (23, "breaks even after 780 h"),
        (22, "breaks even after…"),
        (6, "break…"),
    ],
)
def test_a_sentence_without_room_keeps_its_first_part_or_whole_words_and_numbers(width, words):
    assert brief("breaks even after 780 h, the hold is 24 h", width) == words


def test_a_frames_count_is_as_readable_as_words_and_the_focused_name_has_its_own_look():
    quiet, focused = (
        framed([], 40, 3, title=[("books", "title")], note="+6 →", focused=on)[0]
        for on in (False, True)
    )
    assert (" +6 → ", "dim") in quiet
    assert (" +6 → ", "dim") in focused
    assert ("books", "title") in quiet
    assert ("books", "title_focus") in focused


def test_a_blank_line_gives_way_before_words_are_counted_away():
    lines = [plain(line) for line in framed(
        [[], [("no trouble", "dim")], [("at all", "dim")]], 30, 4, title=[("trouble", "title")]
    )]  # fmt: skip
    assert "no trouble" in lines[1]
    assert "at all" in lines[2]
