"""A form by itself: what is typed into it, what is wrong with that in words, and what it shows."""

import pytest

from cockpit.calculators import CALCULATORS
from cockpit.calculators.common.market_data import Settings
from cockpit.calculators.common.result import Result
from cockpit.ui.model.calculator_form import Form, Forms, Given, checked, compute, round_step
from cockpit.ui.text import form_values
from tests.ui import scenes
from tests.ui.scenes import AT_NS


def form(name: str = "carry", **texts: str) -> Form:
    made = Forms().open(name)
    made.fill({key.replace("__", "."): Given(text, "from the cell") for key, text in texts.items()})
    return made


def answered(made: Form) -> Form:
    scene = scenes.live()
    compute(made, scene.view, Settings(now_ns=AT_NS))
    return made


def to(made: Form, key: str) -> Form:
    """The cursor on a field, whether or not it is one of the few."""
    made.shows_all = True
    made.cursor = [row.key for row in made.rows()].index(key)
    return made


def type_in(made: Form, key: str, text: str) -> Form:
    to(made, key).edit()
    for character in text:
        made.type(character, character)
    made.leave()
    return made


def test_a_form_begins_with_the_few_fields_that_matter_and_shows_the_rest_when_asked():
    made = form()
    assert [row.label for row in made.rows()] == [
        "coin", "long on", "short on", "size in $", "hold",
    ]  # fmt: skip
    made.toggle_all()
    assert made.hidden() == 0
    assert "taker_fee" in [row.key for row in made.rows()]


def test_a_field_with_a_value_or_a_mistake_is_shown_though_it_is_not_one_of_the_few():
    made = form(symbol="BTC", leverage="5", gas_usd="-1")
    checked(made)
    assert {"leverage", "gas_usd"} <= {row.key for row in made.rows()}


def test_every_form_has_at_most_seven_fields_that_matter_and_no_label_twice():
    for name in CALCULATORS:
        made = form(name)
        assert 2 <= len(made.rows()) <= 7
        labels = [form_field.label for form_field in made.fields]
        assert len(set(labels)) == len(labels)


def test_rows_that_come_while_a_field_is_typed_do_not_move_the_typing_elsewhere():
    made = to(form(symbol="BTC"), "min_apr")
    made.shows_all = False
    made.given["min_apr"] = Given("1%", "typed")
    made.cursor = [row.key for row in made.rows()].index("min_apr")
    made.edit()
    made.errors["size"] = "something else is wrong now"
    made.type("5", "5")
    assert made.text("min_apr") == "5"
    made.type("backspace", None)
    assert made.row().key == "min_apr"


def test_the_first_character_replaces_a_value_and_backspace_clears_it():
    made = form(notional_usd="100000")
    assert type_in(made, "notional_usd", "250").text("notional_usd") == "250"
    to(made, "notional_usd").edit()
    made.type("backspace", None)
    assert made.text("notional_usd") == ""


def test_a_value_is_edited_in_place_once_the_cursor_has_moved_in_it():
    made = to(form(notional_usd="100000"), "notional_usd")
    made.edit()
    made.type("end", None)
    made.type("backspace", None)
    made.type("5", "5")
    assert made.text("notional_usd") == "100005"


def test_what_is_typed_says_so_and_what_was_prefilled_says_from_where():
    made = type_in(form(symbol="BTC"), "hold_h", "48")
    made.shows_all = True
    sources = {row.key: made.source(row) for row in made.rows()}
    assert sources["symbol"] == "from the cell"
    assert sources["hold_h"] == "typed"
    assert sources["buffer_frac"] == "default"


def test_every_field_that_cannot_be_read_has_its_own_words():
    made = form(symbol="BTC", notional_usd="12x", hold_h="0.5")
    assert checked(made) is None
    assert made.errors["notional_usd"] == "expected a number above 0, got '12x'"
    assert made.errors["hold_h"].startswith("expected a whole number from 1")
    assert set(made.errors) == {"notional_usd", "hold_h"}


def test_a_bound_that_is_broken_is_said_with_the_bound():
    made = form(symbol="BTC", notional_usd="-5")
    assert checked(made) is None
    assert made.errors == {"notional_usd": "expected a number above 0, got '-5'"}


def test_a_field_that_is_needed_is_asked_for():
    made = form("slippage", side="buy", size_usd="1000")
    assert checked(made) is None
    assert made.errors["symbol"].startswith("is needed")


def test_a_symbol_nobody_has_names_the_nearest_one():
    made = answered(form(symbol="BTX", notional_usd="1000"))
    assert "did you mean 'BTC'" in made.errors["symbol"]
    assert made.result is None


def test_an_error_is_gone_once_the_field_is_mended():
    made = answered(form(symbol="BTC", notional_usd="x"))
    assert made.errors
    answered(type_in(made, "notional_usd", "10000"))
    assert made.errors == {}
    assert isinstance(made.result, Result)


def test_the_last_good_answer_stays_and_is_marked_while_a_field_makes_no_sense():
    made = answered(form(symbol="BTC", notional_usd="10000"))
    before = made.result
    assert not made.is_outdated
    answered(type_in(made, "notional_usd", "-"))
    assert made.result is before
    assert made.is_outdated


def test_what_a_result_rests_on_is_a_row_that_can_be_replaced():
    made = answered(form(symbol="PEPE", notional_usd="1000"))
    made.shows_all = True
    said = {row.key: made.assumption(row) for row in made.rows()}
    assert said["quote_usd"].value == 1.0
    assert said["symbol"] is None
    shown = {each.sentence for each in said.values() if each is not None}
    assert shown.isdisjoint(made.others())


def test_what_is_typed_is_not_assumed_any_more():
    made = answered(type_in(form(symbol="PEPE", notional_usd="1000"), "quote_usd", "bravo=1.01"))
    row = next(row for row in made.rows() if row.key == "quote_usd.bravo")
    assert made.assumption(row) is None
    assert made.source(row) == "typed"


def test_a_part_of_a_table_is_typed_on_a_row_of_its_own():
    made = type_in(form(symbol="BTC"), "taker_fee", "bravo=0.0001, alphaswap=0")
    keys = [row.key for row in made.rows() if row.field.name == "taker_fee"]
    assert keys == ["taker_fee", "taker_fee.bravo", "taker_fee.alphaswap"]
    inputs = checked(made)
    assert inputs is not None
    assert inputs.taker_fee == {"bravo": 0.0001, "alphaswap": 0.0}


def test_a_table_is_read_while_it_is_typed_in_one_line():
    made = to(form(symbol="BTC"), "taker_fee")
    made.edit()
    for character in "bravo=0.0001":
        made.type(character, character)
    assert made.values()["taker_fee.bravo"] == "0.0001"


def test_a_wrong_part_of_a_table_is_marked_where_it_stands():
    made = form(symbol="BTC", taker_fee__bravo="9")
    assert checked(made) is None
    assert list(made.errors) == ["taker_fee.bravo"]


@pytest.mark.parametrize(
    ("value", "step", "after"),
    [
        (100_000, 1, 200_000), (100_000, -1, 50_000), (130_000, 1, 200_000), (130_000, -1, 100_000),
        (0.05, 1, 0.1), (0.05, -1, 0.02), (-2.0, 1, -5.0), (0.0, 1, 0.0), (7, -1, 5),
    ],
)  # fmt: skip
def test_numbers_step_through_one_two_five(value, step, after):
    assert round_step(value, step) == pytest.approx(after)


def test_arrows_walk_choices_and_turn_flags():
    made = form("slippage", symbol="BTC", side="buy", size_usd="1000")
    to(made, "side").nudge(1)
    assert made.text("side") == "sell"
    to(made, "haircut").nudge(1)
    assert made.text("haircut") == "no"
    to(made, "size_usd").nudge(1)
    assert made.text("size_usd") == "2000"


@pytest.mark.parametrize(
    ("name", "key", "text", "value", "shown", "after"),
    [
        ("stagger", "horizon_min", "90m", 90.0, "90", "100"),
        ("stagger", "step_bps", "3bps", 3.0, "3", "5"),
        ("carry", "hold_h", "7d", 168, "168", "200"),
        ("stress", "hold_h", "90m", 1.5, "1.5", "2"),
    ],
)
def test_a_value_typed_with_its_unit_is_shown_read_and_stepped_as_the_same(
    name, key, text, value, shown, after
):
    needed = {"carry": {}, "stress": {}, "stagger": {"symbol": "BTC", "side": "buy"}}[name]
    made = to(form(name, **needed, **{key: text}), key)
    assert getattr(checked(made), key) == value
    assert form_values.said(made.row().field, text) == shown
    made.nudge(1)
    assert made.text(key) == after


def test_a_whole_number_never_steps_to_a_fraction():
    made = form(hold_h="1")
    to(made, "hold_h").nudge(-1)
    assert made.text("hold_h") == "1"


def test_prefilling_again_forgets_what_was_there_and_ignores_fields_that_do_not_exist():
    made = type_in(form(symbol="BTC"), "hold_h", "48")
    made.fill({"symbol": Given("ETH", "from the cell"), "nonsense": Given("1", "x")})
    assert made.values() == {"symbol": "ETH"}


def test_opening_a_form_again_gives_the_same_one():
    forms = Forms()
    assert forms.open("carry") is forms.open("carry")
    with pytest.raises(KeyError):
        forms.open("nothing")
