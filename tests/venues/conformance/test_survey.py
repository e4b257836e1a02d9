"""Every venue's survey: the figures of all markets, asked for only when wanted, never repeated."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from cockpit.core.events import Funding, OpenInterest, Prices, Reject, Surveyed, Volume
from cockpit.venues import REGISTRY
from cockpit.venues.contract import Frame, Input, Output, Reply
from tests.support import only
from tests.venues.conformance.playbook import Stage, playbook_of

every_venue = pytest.mark.parametrize("name", sorted(REGISTRY))


def live(outputs: list[Output]) -> dict[str, float]:
    """The running rates that are stated."""
    return {event.symbol: event.rate for event in only(Funding, outputs) if event.kind == "live"}


ODD_RATE = 0.000137


def without_row(answer: Input) -> Input:
    """An answer on its way in which nobody can read the row of the market with that rate."""

    def search(node: Any) -> Any:
        if isinstance(node, list):
            return [search(inner) for inner in node]
        if not isinstance(node, dict):
            return node
        if any(is_rate(figure) for figure in node.values()):
            return [7]
        return {key: search(inner) for key, inner in node.items()}

    def is_rate(figure: object) -> bool:
        """As a fraction, in per cent, or by the day where an hour is paid."""
        return isinstance(figure, str | float) and str(figure).strip("0.") in ("137", "3288")

    if isinstance(answer, Reply):
        return replace(answer, body=json.dumps(search(json.loads(answer.body))))
    assert isinstance(answer, Frame)
    return replace(answer, data=json.dumps(search(json.loads(answer.data))))


@every_venue
def test_a_survey_states_the_figures_of_markets_that_nobody_watches(name: str) -> None:
    playbook = playbook_of(name, "survey")
    one, two, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, survey=True)
    stage.open()
    outputs = stage.talk(*playbook.survey({one: "0.0001", two: "-0.0002"}))
    assert live(outputs) == pytest.approx({one: 0.0001, two: -0.0002})
    for kind in (Prices, OpenInterest, Volume):
        assert {event.symbol for event in only(kind, outputs)} == {one, two}, kind.__name__


@every_venue
def test_a_survey_subscribes_to_no_book(name: str) -> None:
    playbook = playbook_of(name, "survey")
    stage = Stage(name, playbook, survey=True)
    keys = stage.keys([*stage.open(), *stage.wait(5)])
    assert not any(playbook.about(key, symbol) for key in keys for symbol in playbook.SYMBOLS)


@every_venue
def test_without_a_survey_only_the_watched_market_is_stated(name: str) -> None:
    playbook = playbook_of(name, "survey")
    one, two, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, one)
    stage.open()
    outputs = stage.talk(*playbook.survey({one: "0.0001", two: "-0.0002"}))
    stated = {e.symbol for e in outputs if isinstance(e, Funding | Prices | OpenInterest | Volume)}
    assert stated <= {one}
    assert only(Surveyed, outputs) == []


@every_venue
def test_what_has_not_changed_is_not_stated_again_but_that_it_was_read(name: str) -> None:
    playbook = playbook_of(name, "survey")
    one, two, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, survey=True)
    stage.open()
    said = stage.talk(*playbook.survey({one: "0.0001", two: "-0.0002"}))
    said += stage.wait(61)
    stage.at_ns += 1
    again = stage.talk(*playbook.survey({one: "0.0003", two: "-0.0002"}))
    assert set(live(again)) == {one}
    assert only(Prices, again) == []
    assert only(Surveyed, [*said, *again])


@every_venue
def test_one_odd_figure_costs_that_figure(name: str) -> None:
    playbook = playbook_of(name, "survey")
    one, two, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, survey=True)
    stage.open()
    outputs = stage.talk(*playbook.survey({one: "7", two: "0.0002"}))
    assert set(live(outputs)) == {two}
    assert {event.symbol for event in only(Prices, outputs)} == {one, two}
    assert only(Reject, outputs)


@every_venue
def test_a_market_whose_row_cannot_be_read_takes_no_other_away(name: str) -> None:
    playbook = playbook_of(name, "survey")
    one, two, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, survey=True)
    stage.open()
    answers = playbook.survey({one: str(ODD_RATE), two: "0.0002"})
    outputs = stage.talk(*map(without_row, answers))
    assert set(live(outputs)) == {two}
    assert only(Reject, outputs)


@every_venue
def test_a_survey_that_is_switched_off_says_no_more(name: str) -> None:
    playbook = playbook_of(name, "survey")
    one, two, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, survey=True)
    stage.open()
    stage.talk(*playbook.survey({one: "0.0001", two: "-0.0002"}))
    stage.want()
    outputs = stage.talk(*playbook.survey({one: "0.0005", two: "-0.0006"}))
    assert live(outputs) == {}
