"""What the screen says about itself: no pane without a guide, no label without a meaning."""

from collections.abc import Sequence

import pytest

from cockpit.calculators import CALCULATORS, load
from cockpit.calculators.common.form import form_fields
from cockpit.ui.dialogs.search import Choice
from cockpit.ui.help.glossary import SIGNS, WORDS, meaning
from cockpit.ui.help.pane_guides import PANE_GUIDES
from cockpit.ui.input.help_list import help_list
from cockpit.ui.input.host import PickerSpec
from cockpit.ui.input.keymap import ACTIONS
from cockpit.ui.layout.workspaces import PANES
from cockpit.ui.model.answer_table import view_of_answer
from cockpit.ui.readings import plan_pricing
from cockpit.ui.readings.answers import answer_of
from cockpit.ui.readings.scan_columns import columns_for
from tests.ui import crowd, held, scenes
from tests.ui.input.hosts import PlainHost
from tests.ui.input.test_form_prefill import opened
from tests.ui.labels import labels_of

SCENES = (scenes.live, scenes.down, held.hedged, lambda: crowd.crowd(12))
WIDTHS = (200, 120, 80)


def test_every_pane_has_a_guide_whose_keys_and_words_exist() -> None:
    assert PANE_GUIDES.keys() == PANES.keys()
    ids = {action.id for action in ACTIONS}
    for pane, guide in PANE_GUIDES.items():
        assert 2 <= len(guide.keys) <= 5, pane
        assert set(guide.keys) <= ids, pane
        assert all(meaning(word) for word in guide.words), pane


@pytest.mark.parametrize("pane", PANES)
def test_every_label_on_the_screen_has_a_meaning(pane) -> None:
    without = set()
    for make in SCENES:
        scene = make()
        scene.ui.cell = "z"
        names = {venue.name for venue in scene.venues} | set(scene.symbols)
        names |= {scene.short(venue.name) for venue in scene.venues}
        for width in WIDTHS:
            labels = labels_of(PANES[pane].lines(scene, width, 40), names)
            without |= {label for label in labels if meaning(label) is None}
    assert not without, "add these words to cockpit/ui/help/glossary.py"


def test_every_column_of_the_scan_has_a_meaning() -> None:
    without = [c.name for c in columns_for(scenes.live()) if meaning(c.name) is None]
    assert not without


@pytest.mark.parametrize("name", CALCULATORS)
@pytest.mark.parametrize("make", [scenes.live, held.hedged])
def test_every_label_of_an_answer_has_a_meaning_and_stands_once(name, make) -> None:
    scene = make()
    opened(scene, name)
    form = scene.ui.forms.shown
    assert form is not None
    answer = answer_of(form)
    assert answer is not None
    heads = [column.name for column in view_of_answer(form).table.columns]
    figures = [label for label, _ in answer.figures]
    assert heads + figures
    assert [label for label in heads + figures if meaning(label) is None] == []
    assert len(set(heads + figures)) == len(heads + figures)


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_label_around_an_answer_has_a_meaning(name) -> None:
    without = set()
    scene = scenes.live()
    opened(scene, name)
    names = {venue.name for venue in scene.venues} | set(scene.symbols)
    for pane in ("result", "picture", "legs", "stress", "histogram"):
        for width in WIDTHS:
            labels = labels_of(PANES[pane].lines(scene, width, 40), names)
            without |= {label for label in labels if meaning(label) is None}
    assert not without, "add these words to cockpit/ui/help/result_words.py"


def test_every_column_of_a_kept_plan_has_a_meaning() -> None:
    scene = scenes.live()
    opened(scene, "stagger")
    plan = plan_pricing.proposed(scene, "entry")
    assert plan is not None
    scenes.keep(scene, plan)
    labels = set()
    for pane in ("legs", "plans"):
        labels |= labels_of(PANES[pane].lines(scene, 160, 20), {"entry", *scene.symbols})
    assert {"touch", "average", "done"} <= labels
    assert {label for label in labels if meaning(label) is None} == set()


def test_labels_are_found_at_all() -> None:
    labels = labels_of(PANES["health"].lines(scenes.live(), 120, 20), set())
    assert {"age", "b.age", "p99 ms", "rejects"} <= labels
    assert meaning("flux capacitance") is None


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_field_of_a_form_says_what_it_means(name) -> None:
    fields = form_fields(load(name).Inputs)
    without = [field.label for field in fields if not (field.help or meaning(field.label))]
    assert not without, "say it in the field's help, or add the word to the glossary"


def test_a_meaning_is_one_line_of_plain_words() -> None:
    for word, text in (WORDS | SIGNS).items():
        assert 3 < len(text) <= 90, word
        assert not text.endswith("."), word


def choices_of(host: PlainHost) -> Sequence[Choice]:
    assert isinstance(host.dialogs[-1], PickerSpec)
    return host.dialogs[-1].choices


def test_help_begins_with_the_focused_pane_and_ends_with_words() -> None:
    host = PlainHost()
    host.ui.focus = "funding"
    help_list(host)
    groups = list(dict.fromkeys(choice.group for choice in choices_of(host)))
    assert groups[0] == "this pane: funding"
    assert groups[-1] == "words on the screen"
    mine = [choice for choice in choices_of(host) if choice.group == groups[0]]
    assert mine[0].note == PANE_GUIDES["funding"].shows
    assert {"m", "C"} <= {choice.keys for choice in mine}
    assert "what a pair receives" in next(c.note for c in mine if c.name == "spread")


def test_every_key_says_the_id_that_a_config_names() -> None:
    host = PlainHost()
    help_list(host)
    cell = next(choice for choice in choices_of(host) if choice.id == "view.cell")
    assert cell.note.endswith("view.cell")
