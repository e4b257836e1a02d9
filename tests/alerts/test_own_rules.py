"""Rules made by keys, in a file that is edited by hand: what makes no sense costs only itself."""

import msgspec
import pytest

from cockpit.alerts import own_rules
from cockpit.alerts.rule import Rule
from cockpit.core.errors import ConfigError

VENUES = ("dydx", "bybit")
FUNDING = Rule(
    name="BTC dydx funding over 20 %", kind="funding", threshold=0.2, venues=("dydx",),
    symbols=("BTC",), side="over", to=("phone",), escalate=(0.4,),
)  # fmt: skip
DEPTH = Rule(name="thin", kind="depth_usd", threshold=50_000.0, severity="danger")


def parsed(data: bytes, taken=()):
    return own_rules.parse(data, taken, VENUES)


def test_a_rule_is_read_as_it_was_written():
    data = own_rules.put(own_rules.put(b"", FUNDING), DEPTH)
    assert parsed(data).rules == (FUNDING, DEPTH)
    assert parsed(data).problems == ()


def test_a_changed_rule_stays_in_its_place_under_its_new_name():
    data = own_rules.put(own_rules.put(b"", FUNDING), DEPTH)
    data = own_rules.put(data, Rule(name="new", kind="spread", threshold=0.5), FUNDING.name)
    assert [rule.name for rule in parsed(data).rules] == ["new", "thin"]
    assert [rule.name for rule in parsed(own_rules.drop(data, "new")).rules] == ["thin"]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('name = "x"\nkind = "fundin"\nthreshold = 1.0', "alert 'x': kind: is 'fundin'"),
        ('name = "x"\nkind = "funding"\nthreshold = "much"', "threshold: "),
        ('name = "x"\nkind = "funding"\nthreshold = 1\nvenues = ["dydxx"]', "did you mean 'dydx'"),
        ('kind = "funding"\nthreshold = 1.0', "alert 1: name"),
        ('name = "blocks late"\nthreshold = 9', "is that of a rule of the config"),
        ('name = "thin"\nkind = "funding"\nthreshold = 1.0', "is that of another table"),
    ],
)
def test_a_bad_table_costs_itself_and_a_sentence(table, says):
    own = parsed(own_rules.put(b"", DEPTH) + f"[[alert]]\n{table}\n".encode(), {"blocks late"})
    assert own.rules == (DEPTH,)
    [problem] = own.problems
    assert problem.startswith("alerts.toml: alert")
    assert says in problem


def test_a_bad_table_is_still_in_the_file_after_another_was_added():
    data = own_rules.put(b'[[alert]]\nname = "x"\nkind = "nonsense"\nthreshold = 3\n', DEPTH)
    assert parsed(data).rules == (DEPTH,)
    assert "nonsense" in data.decode()


BY_HAND = b"""\
# what I watch

# ask Ana before changing
[[alert]]
name = "thin"  # on Sundays
kind = "depth_usd"
threshold = "50k"
severity = "danger"

[[alert]]
name = "mine"
kind = "funding"
threshold = 0.3
"""


def test_comments_stay_where_a_rule_is_changed_added_or_dropped():
    changed = own_rules.put(BY_HAND, msgspec.structs.replace(DEPTH, threshold=7e4), "thin")
    for kept in ("# what I watch", "# ask Ana before changing", 'name = "thin"  # on Sundays'):
        assert kept in changed.decode(), kept
    assert [rule.threshold for rule in parsed(changed).rules] == [7e4, 0.3]
    added = own_rules.put(BY_HAND, FUNDING)
    assert added.startswith(BY_HAND)
    assert parsed(added).rules[-1] == FUNDING
    assert own_rules.drop(added, FUNDING.name).strip() == BY_HAND.strip()
    dropped = own_rules.drop(BY_HAND, "thin").decode()
    assert "# what I watch" in dropped
    assert "Ana" not in dropped


def test_tables_that_are_written_on_one_line_are_changed_all_the_same():
    data = b'alert = [{ name = "thin", kind = "depth_usd", threshold = 1.0 }] # mine\n'
    changed = own_rules.put(data, DEPTH, "thin")
    assert parsed(changed).rules == (DEPTH,)
    assert parsed(own_rules.drop(changed, "thin")).rules == ()


def test_figures_are_read_as_people_type_them():
    text = b'[[alert]]\nname = "x"\nkind = "open_interest"\nthreshold = "2.5m"\n'
    assert [rule.threshold for rule in parsed(text).rules] == [2_500_000.0]


@pytest.mark.parametrize("data", [b"[[alert]", b"\xff", b'alert = "x"', b"[watch]\n", b"a = ["])
def test_what_is_no_file_of_rules_is_one_sentence_that_names_it(data):
    with pytest.raises(ConfigError, match=r"^alerts\.toml: "):
        parsed(data)
    with pytest.raises(ConfigError):
        own_rules.put(data, DEPTH)


def test_a_rule_that_cannot_work_is_refused_before_it_is_written():
    with pytest.raises(ConfigError, match="above the threshold"):
        own_rules.check(Rule(name="x", kind="depth_usd", threshold=5.0, clear=4.0), VENUES)
