"""What a venue, a proxy or a bad day can make of a message: changed bytes, and changed JSON.

A text is cut into its values once. A mutation puts another piece in the place of one, so that what
no JSON library would write can stand there too: a number beyond every float, a key that stands
twice, a text torn within a character.
"""

import random
import re
from collections.abc import Callable, Sequence

Span = tuple[int, int]
"""Where a piece of the text begins and ends."""

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}\[\],:]', re.DOTALL)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
DEPTH = 5_000

ODD = (
    *("null", "true", "false", "0", "-0.0", "-1", "1", "0.5", "1e308", "-1e308", "1e999", "5e-324"),
    *("NaN", "Infinity", "9223372036854775807", "18446744073709551616", "-9223372036854775809"),
    *('""', '" "', '"0"', '"-1"', '"1e308"', '"-1e308"', '"1e999"', '"NaN"', '"-inf"', '"1_000"'),
    *('"0x10"', '"1,5"', '"٣"', '"١.٥"', '"²"', '"\\u0000"', '"\\ud800"', '"\\u001b[31m"', '"-"'),
    *("[]", "{}", "[[]]", "[null]", '[["1","2"]]', '{"":null}', '"null"', '"PERP"', '":"', '"/"'),
    *('"9999-12-31T23:59:59.999999Z"', '"0001-01-01T00:00:00Z"', '"2026-13-45"', '"1970-01-01"'),
    *("9" * 400, f'"{"9" * 400}"', f'"{"9" * 5_000}"', f'"0.{"0" * 400}1"', f'"{"A" * 3_000}"'),
    *("[" * DEPTH + "]" * DEPTH, '{"a":' * DEPTH + "1" + "}" * DEPTH),
)
"""JSON, or nearly, that no venue documents where it will stand."""


class Message:
    """A text, and where its values, members and lists stand in it; a text of no JSON has none."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.values: list[Span] = []
        self.members: list[Span] = []
        """Of an object key and value, of a list an element."""
        self.lists: list[list[Span]] = []
        """The elements of each list that has several."""
        self._tokens = list(TOKEN.finditer(text))
        self._next = 0
        try:
            self._value()
        except IndexError:
            self.values, self.members, self.lists = [], [], []

    def _value(self) -> Span:
        """Read the value that begins at the next token."""
        token = self._tokens[self._next]
        self._next += 1
        start, end = token.span()
        if token[0] in ("{", "["):
            elements: list[Span] = []
            while self._word() not in ("}", "]"):
                begin = self._tokens[self._next].start()
                inner = self._value()
                if self._word() == ":":
                    self.values.pop()
                    self._next += 1
                    inner = self._value()
                elements.append((begin, inner[1]))
                if self._word() == ",":
                    self._next += 1
            end = self._tokens[self._next].end()
            self._next += 1
            self.members += elements
            if token[0] == "[" and len(elements) > 1:
                self.lists.append(elements)
        self.values.append((start, end))
        return start, end

    def _word(self) -> str:
        return self._tokens[self._next][0]


def mutated_text(message: Message, chance: random.Random) -> str:
    """The message with one to three things changed in its JSON, each somewhere else."""
    if not message.values:
        return message.text
    changes = sorted(chance.choice(JSON_MUTATIONS)(message, chance) for _ in range(_few(chance)))
    text, rest_at = message.text, len(message.text)
    for (start, end), piece in reversed(changes):
        if end <= rest_at:
            text, rest_at = text[:start] + piece + text[end:], start
    return text


def mutated_bytes(data: bytes, chance: random.Random) -> bytes:
    """The bytes with one to three pieces of them changed."""
    for _ in range(_few(chance)):
        data = chance.choice(BYTE_MUTATIONS)(data, chance)
    return data


def _few(chance: random.Random) -> int:
    return chance.choice((1, 1, 1, 2, 3))


Change = tuple[Span, str]


def _odd(message: Message, chance: random.Random) -> Change:
    return chance.choice(message.values), chance.choice(ODD)


def _other_type(message: Message, chance: random.Random) -> Change:
    """A number as text, a text of a number as number, anything else in a list."""
    span = chance.choice(message.values)
    text = message.text[slice(*span)]
    if NUMBER.fullmatch(text):
        return span, f'"{text}"'
    if text.startswith('"') and NUMBER.fullmatch(text[1:-1]):
        return span, text[1:-1]
    return span, f"[{text}]"


def _other_number(message: Message, chance: random.Random) -> Change:
    """The sign or the unit of a number changed: seconds for milliseconds, wei for ether."""
    numbers = [span for span in message.values if NUMBER.search(message.text[slice(*span)][:40])]
    if not numbers:
        return _odd(message, chance)
    span = chance.choice(numbers)
    text = message.text[slice(*span)]
    scale = chance.choice(("-{}", "{}000", "{}000000000000", "0.000{}", "{}e30", "{}e-30"))
    return span, NUMBER.sub(lambda found: scale.format(found[0]), text, count=1)


def _swapped(message: Message, chance: random.Random) -> Change:
    """A value from elsewhere in the message."""
    other = chance.choice(message.values)
    return chance.choice(message.values), message.text[slice(*other)]


def _missing(message: Message, chance: random.Random) -> Change:
    """A member gone, with the comma after it or before it."""
    if not message.members:
        return _odd(message, chance)
    start, end = chance.choice(message.members)
    if message.text[end : end + 1] == ",":
        return (start, end + 1), ""
    return (start - (message.text[start - 1 : start] == ","), end), ""


def _doubled(message: Message, chance: random.Random) -> Change:
    """A member twice, the second time perhaps with something odd as its value."""
    if not message.members:
        return _odd(message, chance)
    span = chance.choice(message.members)
    text = message.text[slice(*span)]
    key = TOKEN.match(text)
    has_key = key is not None and text[key.end() :].lstrip().startswith(":")
    if key is not None and has_key and chance.random() < 0.5:
        return span, f"{text},{key[0]}:{chance.choice(ODD)}"
    return span, f"{text},{text}"


def _renamed(message: Message, chance: random.Random) -> Change:
    """A member under the name of another value: an id that is none, a key nobody knows."""
    start, end = chance.choice(message.members) if message.members else message.values[0]
    key = TOKEN.match(message.text, start)
    if key is None or not key[0].startswith('"') or key.end() == end:
        return _odd(message, chance)
    texts = [odd for odd in ODD if odd.startswith('"')]
    other = message.text[slice(*chance.choice(message.values))]
    return key.span(), other if other.startswith('"') else chance.choice(texts)


def _disordered(message: Message, chance: random.Random) -> Change:
    """The elements of a list backwards, shuffled or over and over."""
    if not message.lists:
        return _swapped(message, chance)
    elements = chance.choice(message.lists)
    texts = [message.text[slice(*span)] for span in elements]
    how = chance.randrange(3)
    if how == 0:
        texts.reverse()
    elif how == 1:
        chance.shuffle(texts)
    else:
        texts = texts[:3] * 50
    return (elements[0][0], elements[-1][1]), ",".join(texts)


JSON_MUTATIONS: Sequence[Callable[[Message, random.Random], Change]] = (
    _odd, _odd, _odd, _other_type, _other_number, _other_number, _swapped, _missing, _doubled,
    _renamed,
    _disordered,
)  # fmt: skip


def _place(data: bytes, chance: random.Random) -> int:
    return chance.randrange(len(data) + 1)


def _flipped(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    if at == len(data):
        return data
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: _place(data, chance)]


def _holed(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + data[at + chance.randrange(1, 20) :]


def _filled(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + chance.randbytes(chance.randrange(1, 8)) + data[at:]


def _torn(data: bytes, chance: random.Random) -> bytes:
    """A piece of a character in UTF-8: one that begins and does not end, or ends unbegun."""
    at = _place(data, chance)
    piece = chance.choice(
        (b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\x80", b"\xff", b"\xed\xa0\x80")
    )
    return data[:at] + piece + data[at:]


def _repeated(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + data[at : at + chance.randrange(1, 60)] * 2 + data[at:]


BYTE_MUTATIONS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _flipped, _flipped, _cut, _holed, _filled, _torn, _repeated,
)  # fmt: skip
