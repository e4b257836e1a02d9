"""A form over the workspace: what is typed replaces, what is moved keeps, what is chosen cycles."""

from cockpit.ui.dialogs.entry_form import EntryForm, FormField
from cockpit.ui.text.styled import plain, width_of

FIELDS = [
    FormField(key="side", label="fires", text="over", options=("over", "under")),
    FormField(key="at", label="threshold", text="13%", note="% a year; now 11%"),
    FormField(key="name", label="name", text="dear"),
]


def form(first="at", **more) -> EntryForm:
    return EntryForm(FIELDS, first, **more)


def type_in(one, text):
    for character in text:
        one.press(character, character)


def test_the_first_letter_replaces_what_was_filled_in_and_the_next_ones_follow():
    one = form()
    type_in(one, "20")
    assert one.values()["at"] == "20"


def test_a_move_keeps_what_was_filled_in_to_be_mended():
    one = form()
    one.press("left", None)
    type_in(one, "5")
    assert one.values()["at"] == "135%"


def test_fields_are_walked_round_and_options_are_chosen_by_left_and_right():
    one = form()
    one.press("up", None)
    one.press("right", None)
    assert one.values()["side"] == "under"
    one.press("right", None)
    assert one.values()["side"] == "over"
    one.press("up", None)
    assert one.field.key == "name"
    assert not form("side").press("x", "x"), "an option is not typed"


def test_what_follows_from_a_change_stands_in_the_other_fields():
    def follow(values, key):
        if key != "side":
            return ()
        return [*FIELDS[:1], FormField(key="at", label="threshold", text="9%"), FIELDS[2]]

    one = form("side", follow=follow)
    one.press("right", None)
    assert one.values() == {"side": "under", "at": "9%", "name": "dear"}


def test_every_line_is_as_wide_as_the_form_or_less_and_the_hand_is_marked():
    for inner in (40, 76, 90):
        lines = form().lines(inner)
        assert all(width_of(line) <= inner for line in lines)
        assert [plain(line)[0] for line in lines] == [" ", "▌", " "]
