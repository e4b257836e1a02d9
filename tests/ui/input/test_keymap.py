"""The key table and the trader's `[keys]`: every mistake is a sentence before the screen opens."""

import re

import pytest

from cockpit import config
from cockpit.cli import check
from cockpit.core.errors import ConfigError
from cockpit.ui.input.key_hints import hints
from cockpit.ui.input.keymap import ACTIONS, EVERYWHERE, Action, Keymap, key_of, keymap_of, show_key

SIX = (
    Action("app.quit", ("q",), "quit", "leaves", shown=1),
    Action("app.help", ("?",), "help", "helps", shown=1),
    Action("view.freeze", ("space",), "freeze", "holds", shown=1),
    Action("log.older", ("o",), "older", "back in the log", scope="log"),
    Action("depth.open", ("o",), "open", "a book", scope="depth", shown=1),
    Action("view.unit", ("u",), "unit", "units"),
)


def test_the_shipped_table_has_no_clash_and_says_everything():
    Keymap()
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", action.id)
        assert action.keys, action.id
        assert action.name, action.id
        assert action.help, action.id


def test_every_default_key_may_also_be_written_in_a_config():
    for action in ACTIONS:
        written = ",".join(action.keys)
        assert Keymap({action.id: written}).keys(action.id) == action.keys


def test_lowercase_looks_and_uppercase_acts():
    # `!` opens a form, and nothing is kept before enter.
    looking = {"position.mark", "position.group", "rule.add", "rule.list"}
    areas = ("tape", "calc", "plan", "position", "trade", "alert", "rule")
    acting = {a.id for a in ACTIONS if a.id.partition(".")[0] in areas} - looking
    acting |= {"pane.write", "pane.copy"}
    for action in ACTIONS:
        for key in action.keys:
            if len(key) == 1 and key.isupper() and action.id != "cursor.last":
                assert action.id in acting, key
        if action.id in acting:
            assert all(key.isupper() for key in action.keys)


def test_no_default_key_is_one_that_multiplexers_and_terminals_take():
    taken = {"ctrl+b", "ctrl+a", "ctrl+s", "ctrl+i", "ctrl+m", "ctrl+h", "ctrl+j"}
    assert not taken & {key for action in ACTIONS for key in action.keys}


def test_a_key_of_the_trader_replaces_the_default_ones():
    keymap = Keymap({"view.freeze": "e, ctrl+f"}, actions=SIX)
    assert keymap.keys("view.freeze") == ("e", "ctrl+f")
    assert keymap.find("space", "depth") is None
    found = keymap.find("ctrl+f", "depth")
    assert found is not None
    assert found.id == "view.freeze"


def test_an_empty_text_takes_the_key_away_and_the_footer_forgets_it():
    keymap = Keymap({"view.freeze": ""}, actions=SIX)
    assert keymap.keys("view.freeze") == ()
    assert keymap.shown("view.freeze") == ""
    assert "view.freeze" not in ids(keymap, "log", 200)


def test_one_key_may_mean_two_things_in_two_panes():
    keymap = Keymap(actions=SIX)
    meanings = [keymap.find("o", pane) for pane in ("log", "depth", "funding")]
    assert [action.id if action else None for action in meanings] == [
        "log.older", "depth.open", None,
    ]  # fmt: skip
    assert "depth.open" in ids(keymap, "depth", 200)
    assert "depth.open" not in ids(keymap, "log", 200)


def ids(keymap: Keymap, pane: str, width: int) -> list[str]:
    return [action_id for hint in hints(keymap, pane, width) for action_id in hint.ids]


def test_a_narrow_key_line_keeps_what_matters_most_and_never_half_a_word():
    keymap = Keymap()
    for width in (20, 40, 80, 120, 200, 300):
        shown = hints(keymap, "funding", width)
        assert sum(hint.width for hint in shown) <= width
        assert "app.help" in ids(keymap, "funding", width)
    wide = ids(keymap, "funding", 300)
    assert wide == [a.id for a in ACTIONS if a.shown and a.scope == EVERYWHERE]


@pytest.mark.parametrize("pane", ["funding", "positions", "log"])
def test_at_80_columns_every_workspace_and_calculator_still_has_its_key_in_the_line(pane):
    line = {(hint.keys, hint.name) for hint in hints(Keymap(), pane, 80)}
    assert {("1-8", "workspaces"), ("CHSX", "calc"), ("?", "help"), ("q", "quit")} <= line


def test_workspaces_are_named_one_by_one_or_not_at_all():
    for width in range(20, 260, 7):
        named = [id_ for id_ in ids(Keymap(), "funding", width) if id_.startswith("workspace.")]
        assert len(named) in (0, 8), width


def test_folded_keys_that_were_given_other_keys_are_told_apart():
    moved = {"calc.hedge": "ctrl+g", "workspace.depth": "f2"}
    line = {hint.keys for hint in hints(Keymap(moved), "funding", 90)}
    assert {"C ^g S X", "1 f2 3 4 5 6 7 8"} & line


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"view.frieze": "f"}, ["keys.view.frieze", "unknown action", "'view.freeze'"]),
        ({"view.freeze": "u"}, ["u is bound to", "view.freeze", "view.unit"]),
        ({"view.unit": "o"}, ["o is bound to", "log.older", "view.unit"]),
        ({"log.older": "q"}, ["q is bound to", "app.quit", "log.older"]),
        ({"app.quit": ""}, ["keys.app.quit", "at least one key"]),
        ({"app.help": " , "}, ["keys.app.help", "at least one key"]),
        ({"view.freeze": "pageupp"}, ["keys.view.freeze", "'pageupp'", "'pageup'"]),
        ({"view.freeze": "super+f"}, ["'super+f'", "ctrl+"]),
        ({"view.freeze": "ctrl+"}, ["'ctrl+' is not a key"]),
        ({"view.freeze": "ff"}, ["'ff' is not a key"]),
    ],
)
def test_a_keymap_that_cannot_be_meant_is_refused_in_one_sentence(overrides, words):
    with pytest.raises(ConfigError) as caught:
        Keymap(overrides, "/home/t/config.toml", SIX)
    message = caught.value.ui_message
    assert message.startswith("/home/t/config.toml: keys")
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("question_mark", "?"), ("slash", "/"), ("?", "?"), ("minus", "-"), ("plus", "+"),
        ("left_square_bracket", "["), ("pageup", "pageup"), ("ctrl+p", "ctrl+p"), ("F", "F"),
        ("shift+tab", "shift+tab"), ("é", "é"), ("comma", "comma"),
    ],
)  # fmt: skip
def test_a_key_may_be_written_as_a_character_or_by_its_name(written, key):
    actions = (*SIX[:1], Action("app.help", ("f1",), "help", "helps"), SIX[5])
    assert Keymap({"view.unit": written}, actions=actions).keys("view.unit") == (key,)


@pytest.mark.parametrize(
    ("key", "character", "meant"),
    [
        ("question_mark", "?", "?"), ("space", " ", "space"), ("comma", ",", "comma"),
        ("G", "G", "G"), ("ctrl+p", "\x10", "ctrl+p"), ("alt+j", "j", "alt+j"),
        ("tab", "\t", "tab"), ("up", None, "up"), ("enter", "\r", "enter"),
    ],
)  # fmt: skip
def test_a_key_press_is_named_as_the_table_writes_it(key, character, meant):
    assert key_of(key, character) == meant


def test_keys_are_printed_short():
    assert [show_key(k) for k in ("up", "ctrl+p", "shift+tab", "alt+x", "escape", "+", "?")] == [
        "↑", "^p", "S-tab", "M-x", "esc", "+", "?",
    ]  # fmt: skip


@pytest.mark.parametrize("line", ['view.freeze = "e"', '"view.freeze" = "e"'])
def test_the_config_takes_an_id_with_and_without_quotes(tmp_path, line):
    path = tmp_path / "config.toml"
    path.write_text(f"[keys]\n{line}\n")
    loaded = config.load(path, environ={})
    assert loaded.keys == {"view.freeze": "e"}
    assert ("keys.view.freeze", "e", str(path)) in config.values(loaded)
    assert keymap_of(loaded).keys("view.freeze") == ("e",)


def test_a_clash_in_the_config_names_the_file(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[keys]\nview.freeze = "z"\n')
    with pytest.raises(ConfigError) as caught:
        keymap_of(config.load(path, environ={}))
    assert caught.value.ui_message.startswith(f"{path}: keys: z is bound to")


def test_keys_that_are_no_text_are_an_error_of_the_file(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[keys]\nview.freeze = 3\n")
    with pytest.raises(ConfigError, match=r"keys.*expected str"):
        config.load(path, environ={})


def test_check_counts_the_traders_keys_and_names_what_it_cannot_use(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text('[keys]\nview.freeze = "e"\n')
    finding = check._keys(config.load(path, environ={}))
    assert (finding.status, "1 of them yours" in finding.detail) == ("ok", True)
    path.write_text('[keys]\nview.freez = "f"\n')
    finding = check._keys(config.load(path, environ={}))
    assert finding.status == "fail"
    assert "'view.freeze'" in finding.detail
