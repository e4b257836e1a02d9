"""Cuts what a terminal sends into whole pieces, however the way there tore it. Pure.

A link may tear an escape sequence at any byte and deliver the rest at any time. Its head must not
be taken for a key and its tail must not be typed: `[<35;10;5M` would be eleven keys. So a sequence
that has begun is kept until it is whole. Only an ESC by itself is a key after a while, because
nothing follows it; what comes next is still recognised as its tail if it was torn exactly there.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

ESC = "\x1b"
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
TAIL_S = 0.5
"""How long `[` or `O` after a lone ESC waits for the rest of a sequence before it is a key."""
MAX_PASTE = 100_000
"""Characters of a paste that are kept."""
_AT_ONCE_S = 0.005
_MAX_SEQUENCE = 64
_INTERRUPT = "\x03"
"""Ends a paste whose end was lost: the only key that is never pasted."""
_STRING_STARTS = {"]": "0123456789", "P": "0123456789>!$+|="}
"""Second character of a string that a terminal sends -> what its third may be."""
_ONLY_MACHINES = "<?>="
"""After `[`, no human's next key but a report's."""

Kind = Literal["text", "escape", "sequence", "paste"]
Known = Callable[[str], bool]


class Piece(NamedTuple):
    """`text` are characters, each a key; `sequence` begins with ESC and is whole."""

    kind: Kind
    text: str


class Framer:
    """Fed with what was read and told the time. `known` says which sequences mean something."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._held = ""
        self._held_s = 0.0
        self._now_s = 0.0
        self._tail_began_s = 0.0
        self._is_tail = False
        """Whether the ESC of what is held was given away as a key already."""
        self._is_after_escape = False
        self._paste: list[str] | None = None
        self._paste_end = ""
        self._pieces: list[Piece] = []

    def feed(self, text: str, now_s: float) -> list[Piece]:
        """The pieces that these characters complete."""
        self._now_s = now_s
        for char in text:
            if self._paste is not None:
                self._take_pasted(self._paste, char)
            elif self._held:
                self._take_more(char)
            else:
                self._take_first(char)
        self._held_s = now_s
        return self._taken()

    def tick(self, now_s: float, patience_s: float) -> list[Piece]:
        """What is a key because nothing followed it for so long."""
        waited_s = now_s - self._held_s
        if self._held == ESC and waited_s >= patience_s:
            self._held = ""
            self._put("escape", ESC)
            self._is_after_escape = True
        elif self._is_tail and waited_s >= TAIL_S and self._held[2:3] not in tuple(_ONLY_MACHINES):
            self._type_tail()
        return self._taken()

    @property
    def is_waiting(self) -> bool:
        """Whether time alone may make a piece of what is held."""
        return bool(self._held)

    # --- one character ------------------------------------------------------------------------

    def _take_first(self, char: str) -> None:
        if char == ESC:
            self._held, self._is_tail = ESC, False
        elif self._is_after_escape and char in "[O":
            self._held, self._is_tail = ESC + char, True
            self._tail_began_s = self._now_s
        else:
            self._put("text", char)
        self._is_after_escape = False

    def _take_more(self, char: str) -> None:
        if self._is_string():
            self._take_string(char)
        elif char == ESC:
            self._interrupted()
            self._held, self._is_tail = ESC, False
        elif self._is_string_start() and char not in _STRING_STARTS[self._held[1]]:
            self._end("sequence")
            self._take_first(char)
        else:
            self._held = self._held[:_MAX_SEQUENCE] + char
            self._judge(char)

    def _judge(self, char: str) -> None:
        """Whether what is held is whole now, goes on, or cannot be a sequence."""
        held = self._held
        kind = held[1]
        if kind not in "[O":
            if kind not in _STRING_STARTS:
                self._end("sequence")
            return
        if len(held) == 2 or held == "\x1b[[":
            return
        if held.startswith("\x1b[M"):
            # The oldest form of mouse reports: three characters of any kind.
            if len(held) == 6:
                self._end("sequence")
            return
        if "@" <= char <= "~":
            self._whole()
        elif not " " <= char <= "?":
            self._broken(char)

    def _whole(self) -> None:
        if self._held == PASTE_START:
            self._held, self._is_tail = "", False
            self._paste, self._paste_end = [], ""
        elif self._is_tail and not self._known(self._held) and not self._came_at_once():
            self._type_tail()
        else:
            self._end("sequence")

    def _came_at_once(self) -> bool:
        """Whether nobody can have typed what is held so fast."""
        return len(self._held) > 3 and self._now_s - self._tail_began_s < _AT_ONCE_S

    def _broken(self, char: str) -> None:
        """Something that no sequence has: what came before it is dropped, or typed after an ESC."""
        if self._is_tail:
            self._type_tail()
            return
        self._held = ""
        self._take_first(char)

    def _interrupted(self) -> None:
        """Another ESC: what was held is as whole as it gets."""
        if self._held == ESC:
            self._put("escape", ESC)
        elif self._is_tail:
            self._type_tail()
        elif len(self._held) == 2:
            self._end("sequence")

    def _type_tail(self) -> None:
        keys, self._held, self._is_tail = self._held[1:], "", False
        self._put("text", keys)

    # --- strings and pastes -------------------------------------------------------------------

    def _is_string_start(self) -> bool:
        return len(self._held) == 2 and self._held[1] in _STRING_STARTS

    def _is_string(self) -> bool:
        return len(self._held) > 2 and self._held[1] in _STRING_STARTS

    def _take_string(self, char: str) -> None:
        """An answer that nobody asked for: dropped at its end, or where a key cannot belong to it,
        so that a trader who sees nothing of what he types gets out with enter, or escape twice."""
        is_after_escape = self._held[-1] == ESC
        if char == "\a" or (char == "\\" and is_after_escape):
            self._held = ""
        elif is_after_escape or (char < " " and char != ESC):
            self._held = ESC * is_after_escape
            if self._held and char != ESC:
                self._take_more(char)
            elif not self._held:
                self._take_first(char)
        else:
            self._held = self._held[:3] + char

    def _take_pasted(self, paste: list[str], char: str) -> None:
        self._paste_end = (self._paste_end + char)[-len(PASTE_END) :]
        if char == _INTERRUPT:
            self._paste = None
            self._put("text", char)
        elif self._paste_end == PASTE_END:
            kept = "".join(paste)
            self._paste = None
            self._put("paste", kept[: len(kept) - len(PASTE_END) + 1][:MAX_PASTE])
        elif len(paste) < MAX_PASTE + len(PASTE_END):
            paste.append(char)

    # --- pieces -------------------------------------------------------------------------------

    def _end(self, kind: Kind) -> None:
        text, self._held, self._is_tail = self._held, "", False
        self._put(kind, text)

    def _put(self, kind: Kind, text: str) -> None:
        if kind == "text" and self._pieces and self._pieces[-1].kind == "text":
            text = self._pieces.pop().text + text
        self._pieces.append(Piece(kind, text))

    def _taken(self) -> list[Piece]:
        pieces, self._pieces = self._pieces, []
        return pieces
