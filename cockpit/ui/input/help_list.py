"""What `?` shows: the focused pane first, then every key, every command, every word."""

from collections.abc import Iterator

from cockpit.ui.dialogs.search import Choice
from cockpit.ui.help.glossary import SIGNS, WORDS, meaning
from cockpit.ui.help.pane_guides import PANE_GUIDES
from cockpit.ui.input.dialog_openers import AREAS, actions_in_scope, unavailable
from cockpit.ui.input.host import Host, PickerSpec
from cockpit.ui.input.keymap import Action, show_key


def help_list(host: Host) -> None:
    """A list for reading, searched by typing; each key with the id that a config names."""
    choices = [*_this_pane(host), *_keys(host), *_commands(), *_words()]
    host.choose(
        PickerSpec(title="help", choices=choices, can_choose=False, hint="type a word · esc closes")
    )


def _this_pane(host: Host) -> Iterator[Choice]:
    """What the focused pane shows, its most useful keys, its words."""
    pane = host.ui.focus
    guide = PANE_GUIDES.get(pane)
    if guide is None:
        return
    group = f"this pane: {guide.name}"
    yield Choice(f"pane {pane}", "shows", guide.shows, group=group)
    actions = {action.id: action for action in actions_in_scope(host)}
    for id_ in guide.keys:
        if id_ in actions and host.keymap.keys(id_):
            action = actions[id_]
            yield Choice(f"pane {id_}", action.name, action.help, host.keymap.shown(id_), group)
    for word in guide.words:
        yield Choice(f"pane {word}", word, meaning(word) or "", group=group)


def _keys(host: Host) -> Iterator[Choice]:
    """Every key that does something in this pane now, by what it is about."""
    bound = [
        action
        for action in actions_in_scope(host)
        if not unavailable(action.id, host.readings) and host.keymap.keys(action.id)
    ]
    order = list(dict.fromkeys((*AREAS.values(), *map(_group, bound))))
    for action in sorted(bound, key=lambda action: order.index(_group(action))):
        keys = " ".join(map(show_key, host.keymap.keys(action.id)))
        yield Choice(action.id, action.name, f"{action.help} · {action.id}", keys, _group(action))


def _group(action: Action) -> str:
    return AREAS.get(action.id.partition(".")[0], action.scope)


def _commands() -> Iterator[Choice]:
    from cockpit.ui.input.command_line import VERBS

    for verb in VERBS:
        yield Choice(verb.name, f":{verb.usage}", verb.help, group="the command line")


def _words() -> Iterator[Choice]:
    for sign, text in SIGNS.items():
        yield Choice(f"word {sign}", sign, text, group="signs on the screen")
    for word, text in sorted(WORDS.items(), key=lambda item: item[0].casefold()):
        yield Choice(f"word {word}", word, text, group="words on the screen")
