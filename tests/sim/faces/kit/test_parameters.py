"""Values are read from text and from JSON alike, and refused by their name."""

from typing import Any

import pytest

from cockpit.sim.faces.kit.parameters import Parameters, Refusal


def read(**values: Any) -> Parameters:
    return Parameters(values, lambda name: Refusal(1, name))


@pytest.mark.parametrize("value", ["12", 12])
def test_a_whole_number_is_digits_or_a_json_number(value: Any) -> None:
    assert read(n=value).whole("n") == 12


@pytest.mark.parametrize("value", ["-1", "1.5", "²", "9" * 30, True, 1.5, None, "", [], -1])
def test_anything_else_is_no_whole_number(value: Any) -> None:
    with pytest.raises(Refusal, match="n"):
        read(n=value).whole("n")


def test_an_empty_text_counts_as_missing() -> None:
    asked = read(limit="", kind="", start="")
    assert "limit" not in asked
    assert asked.limit(25, 100) == 25
    assert asked.text("kind", "perp") == "perp"
    assert asked.moment_ns("start", 5) == 5


def test_a_limit_outside_its_bounds_counts_as_the_nearest_inside() -> None:
    assert [read(limit=n).limit(25, 100) for n in (0, 7, 1000)] == [1, 7, 100]


def test_a_number_outside_its_bounds_is_refused() -> None:
    with pytest.raises(Refusal):
        read(depth=101).whole("depth", high=100)


def test_a_moment_is_counted_in_the_venues_unit() -> None:
    assert read(t="3").moment_ns("t", 0) == 3_000_000
    assert read(t=3).moment_ns("t", 0, unit_ns=1_000_000_000) == 3_000_000_000


def test_a_choice_is_one_of_those_allowed() -> None:
    assert read(x="a").choice("x", ("a", "b")) == "a"
    with pytest.raises(Refusal):
        read(x="c").choice("x", ("a", "b"))


def test_a_list_is_a_json_array_and_nothing_else() -> None:
    assert read(ids=[2, "x"]).many("ids") == [2, "x"]
    for value in ("2,4", 2, {"2": 4}, None):
        with pytest.raises(Refusal, match="ids"):
            read(ids=value).many("ids")
