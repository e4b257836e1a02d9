"""Search among named choices by a few typed letters. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

_NOTE_FROM = 3
"""Notes are searched from so many typed letters on: two letters occur in any sentence."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`id` is handed back; `name` and `note` are searched; `keys` stand at the right.

    `group` puts a heading above the first of its kind while nothing is typed.
    """

    id: str
    name: str
    note: str = ""
    keys: str = ""
    group: str = ""


def search(choices: Iterable[Choice], typed: str) -> list[Choice]:
    """Those that match every typed word, best first; all in their order while nothing is typed."""
    words = typed.casefold().split()
    ranked = []
    for choice in choices:
        ranks = [_rank(choice, word) for word in words]
        if None not in ranks:
            ranked.append((sum(rank for rank in ranks if rank), choice))
    return [choice for _, choice in sorted(ranked, key=lambda pair: pair[0])]


def _rank(choice: Choice, word: str) -> int | None:
    """0 is best: the name begins with it; then a word of it, its middle, its letters, the note."""
    name, note = choice.name.casefold(), choice.note.casefold()
    if name.startswith(word):
        return 0
    if any(part.startswith(word) for part in name.split()):
        return 1
    if word in name or word == choice.keys.casefold():
        return 2
    if (len(word) >= _NOTE_FROM and word in note) or word in choice.id:
        return 3
    return 4 if _in_order(word, name) else None


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return len(letters) > 1 and all(letter in rest for letter in letters)
