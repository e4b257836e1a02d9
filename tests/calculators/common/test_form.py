"""Forms: the same struct is read from text and from JSON, and says what each field takes."""

from typing import Annotated, Any, Literal

import msgspec
import pytest

from cockpit import calculators
from cockpit.calculators.common.form import FieldError, form_fields, read, shown
from cockpit.calculators.common.result import Result, document


class Order(msgspec.Struct, frozen=True, kw_only=True):
    symbol: Annotated[str, shown("coin", help="such as BTC", min_length=1)]
    side: Annotated[Literal["buy", "sell"], shown("side")]
    size: Annotated[float, shown("size", unit="base", gt=0)] | None = None
    slices: Annotated[int, shown("slices", ge=1, le=9)] = 3
    with_care: bool = True
    venues: tuple[str, ...] = ()
    caps: Annotated[dict[str, Annotated[float, shown("cap", ge=0)]], shown("caps", unit="usd")] = {}
    legs: list[dict[str, float]] = []


NEEDED = {"symbol": "BTC", "side": "buy"}


def test_a_field_says_what_it_is_called_and_what_it_takes():
    fields = {field.name: field for field in form_fields(Order)}
    size = fields["size"]
    assert (size.label, size.unit, size.kind, size.default) == ("size", "base", "number", None)
    assert not size.is_required
    assert fields["symbol"].is_required
    assert fields["symbol"].help == "such as BTC"
    assert fields["side"].choices == ("buy", "sell")
    assert fields["with_care"].label == "with care"
    kinds = {name: field.kind for name, field in fields.items()}
    assert kinds == {
        "symbol": "text", "side": "choice", "size": "number", "slices": "whole",
        "with_care": "flag", "venues": "names", "caps": "table", "legs": "json",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("size", "a number above 0"),
        ("slices", "a whole number from 1 up to 9"),
        ("side", "buy or sell"),
        ("with_care", "true or false"),
        ("caps", "NAME=number pairs with commas between them from 0"),
        ("symbol", "such as BTC"),
    ],
)
def test_what_a_field_expects_is_in_words(field, words):
    assert {f.name: f for f in form_fields(Order)}[field].expected == words


def test_text_and_values_mean_the_same():
    text = {**NEEDED, "size": " 1.5 ", "slices": "4", "with_care": "no", "venues": "a, b,",
            "caps": "a=5, b=0.5", "legs": '[{"x": 1}]'}  # fmt: skip
    values = {**NEEDED, "size": 1.5, "slices": 4, "with_care": False, "venues": ["a", "b"],
              "caps": {"a": 5, "b": 0.5}, "legs": [{"x": 1.0}]}  # fmt: skip
    assert read(Order, text) == read(Order, values)
    assert read(Order, {**NEEDED, "caps.a": "5", "caps.b": 0.5}).caps == {"a": 5.0, "b": 0.5}
    assert read(Order, {**NEEDED, "caps": '{"a": 5}', "size": "1e3"}).size == 1000.0


def test_nothing_given_is_the_default_and_not_zero():
    for nothing in ("", None):
        order = read(Order, {**NEEDED, "size": nothing, "slices": nothing})
        assert order.size is None
        assert order.slices == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"size": "0"}, "size"),
        ({"size": -1}, "size"),
        ({"size": "nan"}, "size"),
        ({"size": "inf"}, "size"),
        ({"size": float("nan")}, "size"),
        ({"size": "1,5"}, "size"),
        ({"size": True}, "size"),
        ({"size": [1]}, "size"),
        ({"size": "1e300"}, "size"),
        ({"size": 1e300}, "size"),
        ({"legs": [{"x": 1e300}]}, "legs"),
        ({"slices": "2.5"}, "slices"),
        ({"slices": 10}, "slices"),
        ({"with_care": "maybe"}, "with_care"),
        ({"caps": "a"}, "caps"),
        ({"caps": "a=-1"}, "caps"),
        ({"caps": {"a": None}}, "caps"),
        ({"caps.a": "x"}, "caps"),
        ({"legs": "[{"}, "legs"),
        ({"venues": {"a": 1}}, "venues"),
        ({"side": "hold"}, "side"),
        ({"symbol": ""}, "symbol"),
        ({"symbol": 5}, "symbol"),
        ({"sise": 1}, "sise"),
    ],
)
def test_a_value_that_does_not_fit_names_its_field_in_one_sentence(values, field):
    with pytest.raises(FieldError) as caught:
        read(Order, {**NEEDED, **values})
    assert caught.value.field == field
    message = caught.value.ui_message
    assert message.startswith(f"{field}: ")
    assert "expected" in message
    assert "\n" not in message


def test_a_mistyped_field_names_the_nearest():
    with pytest.raises(FieldError, match="'size'"):
        read(Order, {**NEEDED, "sise": 1})


def test_a_long_value_is_not_repeated_whole():
    with pytest.raises(FieldError) as caught:
        read(Order, {**NEEDED, "size": "9x" * 500})
    assert len(caught.value.ui_message) < 150


@pytest.mark.parametrize("name", calculators.CALCULATORS)
def test_every_field_of_every_calculator_can_be_shown(name):
    calculator = calculators.load(name)
    assert calculator.TITLE
    assert calculator.HELP
    for field in form_fields(calculator.Inputs):
        assert field.label, field.name
        assert field.expected, field.name


def test_a_number_that_is_not_known_is_null_in_the_document():
    class Values(msgspec.Struct):
        known: float
        unknown: float | None
        broken: float

    result = Result(values=Values(1.0, None, float("nan")))
    tree = msgspec.json.decode(msgspec.json.encode(document("x", read(Order, NEEDED), result)))
    assert tree["result"] == {"known": 1.0, "unknown": None, "broken": None}
    assert tree["plan"] is None
    assert tree["inputs"]["size"] is None


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """A form of every kind of field that a name or a unit makes a difference to."""

    symbol: Annotated[str, shown("symbol")] = ""
    side: Annotated[Literal["buy", "sell"], shown("side")] = "buy"
    long_venue: Annotated[str, shown("long")] = ""
    venues: Annotated[tuple[str, ...], shown("venues")] = ()
    hold_h: Annotated[float, shown("hold", unit="h")] = 1.0
    fee: Annotated[float, shown("fee", unit="frac")] = 0.0
    gap: Annotated[float, shown("gap", unit="bps")] = 0.0
    max_usd: Annotated[dict[str, float], shown("cap", unit="usd")] = {}
    positions: Annotated[tuple[dict[str, Any], ...], shown("positions")] = ()


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("symbol", "btcusdt", "BTC"),
        ("side", "LONG", "buy"),
        ("long_venue", "dYdX", "dydx"),
        ("venues", "hl bybit", ("hyperliquid", "bybit")),
        ("venues", '["dydx","bybit"]', ("dydx", "bybit")),
        ("venues", "all", ()),
        ("venues", "[]", ()),
        ("hold_h", "90m", 1.5),
        ("hold_h", "1d", 24.0),
        ("fee", "3bps", 0.0003),
        ("gap", "0.5%", 50.0),
        ("max_usd", "HL=10k, dydx:2,500", {"hyperliquid": 10_000.0, "dydx": 2500.0}),
        ("max_usd", "10k", {"dydx": 10_000.0, "bybit": 10_000.0}),
        ("positions", '[{"venue":"HL","symbol":"btc-perp","size":"10k"}]',
         ({"venue": "hyperliquid", "symbol": "BTC", "size": 10_000.0},)),
    ],
)  # fmt: skip
def test_a_field_takes_what_people_type_and_what_programs_write(field, text, value):
    assert getattr(read(Typed, {field: text}, ("dydx", "bybit")), field) == value


@pytest.mark.parametrize(
    ("field", "given", "value"),
    [
        ("venues", ["DYDX"], ("dydx",)),
        ("max_usd", {"hl": "5k"}, {"hyperliquid": 5000.0}),
        ("positions", [{"symbol": "btc", "venue": "hl", "size": 1}],
         ({"symbol": "BTC", "venue": "hyperliquid", "size": 1},)),
    ],
)  # fmt: skip
def test_names_inside_json_are_folded_like_typed_ones(field, given, value):
    assert getattr(read(Typed, {field: given}), field) == value


def test_one_number_for_all_needs_to_know_who_all_are():
    with pytest.raises(FieldError, match="max_usd: expected NAME=number pairs"):
        read(Typed, {"max_usd": "10k"})
