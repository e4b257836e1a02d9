"""Widths: as the renderer measures them, without it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len as rendered

from cockpit.ui.text.cells import cell_len, char_cells, harmless, set_cell_size
from cockpit.ui.theme.capabilities import ASCII


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("BTC", 3),
        ("−10.95 %", 8),
        ("漢字", 4),
        ("ｗ", 2),
        ("é", 1),
        ("e\u0301", 1),
        ("한", 2),
        ("", 0),
    ],
)
def test_what_a_text_takes(text, cells):
    assert cell_len(text) == cells


def test_the_renderer_measures_letters_signs_and_marks_the_same():
    plain = ("Lu", "Ll", "Lt", "Lm", "Nd", "Pd", "Po", "Ps", "Pe", "Sm", "Sc", "Mn")
    odd = [
        chr(point)
        for point in range(0x20, 0x3FFFF)
        if unicodedata.category(chr(point)) in plain
        and char_cells(chr(point)) != rendered(chr(point))
    ]
    assert odd == []


def test_every_glyph_that_panes_draw_takes_one_cell():
    glyphs = [chr(point) for point in (*ASCII, *range(0x2800, 0x2900))]
    assert {char_cells(glyph) for glyph in glyphs} == {1}
    assert {rendered(glyph) for glyph in glyphs} == {1}


@given(st.text(alphabet="aé漢字−─ e\u0301", max_size=20), st.integers(0, 30))
def test_a_text_is_cut_or_padded_to_exactly_so_many_cells(text, width):
    assert cell_len(set_cell_size(text, width)) == width


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("BTC −1.5 狗", "BTC −1.5 狗"),
        ("A\x1b[31mB\tC", "A[31mBC"),
        ("\u202eCTB\u2066", "CTB"),
        ("🐕\u200d🦺", "🐕\u200d🦺"),
        ("a\u2028b\r\n", "ab"),
    ],
)
def test_what_steers_a_terminal_is_dropped_and_no_cell_moves(text, kept):
    assert harmless(text) == kept
    assert cell_len(harmless(text)) == cell_len(text)
