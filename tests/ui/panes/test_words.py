"""No sentence on the screen has a name that only a program knows, whatever was typed wrong."""

import re

import pytest

from cockpit.calculators import CALCULATORS
from cockpit.calculators.common.form import form_fields
from cockpit.calculators.common.market_data import Settings
from cockpit.ui.model.calculator_form import compute, module
from cockpit.ui.model.input_names import in_labels
from cockpit.ui.panes import form_pane, result_pane
from cockpit.ui.readings.answers import answer_of
from cockpit.ui.text.format import MISSING
from cockpit.ui.text.styled import plain
from tests.ui import scenes
from tests.ui.input.test_form_prefill import hold, opened
from tests.ui.scenes import AT_NS

WRONG = ("12x", "-5", "nobody", "[1", "9e9", "", "BTX")
RAW = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b|\b(?:phi|kappa|eta|sigma|gamma)\b|[0-9]e-[0-9]")
_JSON = re.compile(r"\[\{.*?\}.*?\]|\[\{.*")


def raw(lines) -> list[str]:
    """Names of inputs or of results, and figures with an exponent, but for the shape of JSON."""
    text = "\n".join(plain(line) for line in lines)
    return RAW.findall(_JSON.sub("", text))


@pytest.mark.parametrize("name", CALCULATORS)
def test_no_wrong_input_brings_a_raw_name_or_an_exponent_onto_the_screen(name):
    scene = scenes.live()
    opened(scene, name)
    form = scene.ui.forms.shown
    assert form is not None
    before = dict(form.given)
    pane = form_pane.FormPane("form", name)
    answer = result_pane.ResultPane("result", name)
    for field in form_fields(module(name).Inputs):
        keys = [field.name, f"{field.name}.nobody"] if field.kind == "table" else [field.name]
        for key in keys:
            for text in WRONG:
                form.given = dict(before)
                form.put(key, text, "typed")
                compute(form, scene.view, Settings(now_ns=AT_NS))
                for shows_all in (False, True):
                    form.shows_all = shows_all
                    form.cursor = [row.key for row in form.rows()].index(key) if text else 0
                    drawn = [*pane.lines(scene, 120, 70), *answer.lines(scene, 160, 50)]
                    assert raw(drawn) == [], (key, text)


@pytest.mark.parametrize("name", CALCULATORS)
def test_no_label_stands_twice_in_one_answer(name):
    scene = scenes.live()
    opened(scene, name)
    form = scene.ui.forms.shown
    assert form is not None
    answer = answer_of(form)
    assert answer is not None
    labels = [label for label, _ in answer.figures]
    assert len(set(labels)) == len(labels)


def test_an_input_of_one_venue_is_said_as_an_input_of_that_venue():
    said = in_labels("fee unknown: set taker_fee.bravo, or max_usd", "stagger")
    assert said == "fee unknown: set taker fee of bravo, or most per venue"


def test_an_account_that_is_not_known_is_not_said_to_last_for_ever():
    scene = scenes.live()
    hold(scene, "bravo", "BTC", 1.0)
    opened(scene, "margin")
    form = scene.ui.forms.shown
    assert form is not None
    assert form.result is not None
    # Equity behind a position of one's own is not known before it is typed.
    assert form.result.values.venues[0].equity_usd is None
    answer = answer_of(form)
    assert answer is not None
    assert answer.figure == MISSING
    assert dict(answer.figures)["funding alone takes"] == MISSING
