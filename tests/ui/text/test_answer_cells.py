"""Figures in a calculator's table: digits that a trader needs, and no figure made into another."""

import math

from cockpit.ui.text.answer_cells import cell_text, column_texts


def test_a_column_of_one_coin_has_one_number_of_decimals():
    sizes = [1.5, 0.25, 12.0]
    assert column_texts(sizes, "base", sizes) == ["1.50", "0.25", "12.00"]


def test_sizes_of_coins_that_are_worlds_apart_each_keep_their_digits():
    sizes = [0.69, -12.0, 1_014_852_000.0, None]
    assert column_texts(sizes, "base", sizes[:3]) == ["0.69", "−12", "1014852000", "·"]


def test_prices_of_coins_that_are_worlds_apart_have_five_figures_each():
    prices = [86_472.0, 0.148276, 0.000004637, None]
    assert column_texts(prices, "price", prices[:3]) == ["86472", "0.14828", "0.0000046370", "·"]


def test_nothing_stands_below_the_whole_numbers_and_is_not_what_rounds_to_nothing():
    assert column_texts([0.0, 0.004, 9.64], "bps", [0.0, 0.004, 9.64]) == ["0  ", "0.0", "9.6"]


def test_never_none_and_not_known_are_three_things():
    assert cell_text(math.inf, "h", 0) == "never"
    assert cell_text(math.inf, "price", 1) == "none"
    assert cell_text(None, "price", 1) == cell_text(math.nan, "price", 1) == "·"
