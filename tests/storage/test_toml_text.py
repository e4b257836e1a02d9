"""Tables as text: what was not changed stays as it was written, comments and layout with it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.storage import toml_text

FILE = """\
# my rules

# why: the venue is thin on Sundays
[[alert]]  # the first
name = "thin"      # as I call it
threshold = 50_000
symbols = [
    "BTC",  # and not ETH
]

# off for now:
# [[alert]]
# name = "old"

[[alert]]
name = "dear"
text = '''
[[not a table]]
'''
# the end
"""


def test_the_parts_of_a_file_are_the_file():
    assert toml_text.split(FILE).text() == FILE


def test_a_comment_right_above_a_table_is_its_own_and_others_are_not():
    file = toml_text.split(FILE)
    assert file.head == ("# my rules", "")
    assert file.tables[0].above == ("# why: the venue is thin on Sundays",)
    assert file.tables[1].above == ()


def test_of_a_table_only_the_values_that_changed_are_written_anew():
    file = toml_text.split(FILE)
    values = {"name": "thinner", "threshold": 50_000.0, "symbols": ["BTC"], "severity": "danger"}
    found = toml_text.with_values(file.tables[0], values)
    assert found.values() == values
    lines = "\n".join(found.body)
    assert 'name = "thinner"      # as I call it' in lines
    assert "threshold = 50_000\n" in lines, "the same number, as a person wrote it"
    assert '"BTC",  # and not ETH' in lines
    assert lines.index("severity") < lines.index("# off for now:")


def test_a_value_over_several_lines_is_replaced_whole():
    file = toml_text.split(FILE)
    values = {"name": "thin", "threshold": 1, "symbols": ["ETH", "SOL"]}
    found = toml_text.with_values(file.tables[0], values)
    assert found.values() == values


def test_a_key_that_is_gone_takes_its_line_with_it():
    found = toml_text.with_values(toml_text.split(FILE).tables[0], {"name": "thin"})
    assert found.values() == {"name": "thin"}
    assert "# off for now:" in found.body


def test_a_number_sign_within_a_string_is_no_comment():
    file = toml_text.split('[[alert]]\nname = "a # b" # c\n')
    found = toml_text.with_values(file.tables[0], {"name": "x # y"})
    assert found.body[0] == 'name = "x # y" # c'


def test_a_table_that_goes_leaves_what_a_blank_line_separates_from_it():
    text = toml_text.without(toml_text.split(FILE), 0).text()
    assert "thin" not in text.replace("thin on", "")
    assert "why: the venue" not in text
    assert "# off for now:" in text
    assert text.startswith("# my rules\n")
    assert tomllib.loads(text)["alert"][0]["name"] == "dear"


def test_another_table_stands_apart_from_the_one_before():
    file = toml_text.split('[[alert]]\nname = "a"')
    text = toml_text.with_another(file, toml_text.new_table("alert", {"name": "b"})).text()
    assert text == '[[alert]]\nname = "a"\n\n[[alert]]\nname = "b"\n'


PLAIN = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.text(max_size=6),
    st.lists(st.text(max_size=3), max_size=3),
)
KEYS = st.sampled_from(["name", "side", "for_s", "to"])
COMMENTS = st.text(st.characters(blacklist_categories=("C", "Z")), max_size=8)


@given(st.dictionaries(KEYS, PLAIN), st.dictionaries(KEYS, PLAIN), COMMENTS)
def test_whatever_stood_there_it_says_the_new_values_and_keeps_the_comment(before, after, comment):
    table = toml_text.new_table("alert", before)
    table = table._replace(body=(f"# {comment}", *table.body))
    found = toml_text.with_values(table, after)
    assert found.values() == after
    assert found.body[0] == f"# {comment}"


@pytest.mark.parametrize("line", ["name = ", 'name = "', "[[x]] y", "name"])
def test_what_does_not_stand_on_its_own_is_refused(line):
    table = toml_text.TableText("alert", (), "[[alert]]", (line,))
    with pytest.raises(tomllib.TOMLDecodeError):
        toml_text.with_values(table, {"name": "x"})
