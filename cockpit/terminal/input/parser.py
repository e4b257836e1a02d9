"""From whole pieces of input to textual's messages; what means nothing is dropped, never typed."""

from collections.abc import Iterable

from textual import events
from textual._xterm_parser import (
    FOCUSIN,
    FOCUSOUT,
    XTermParser,
    _re_cursor_position,
    _re_in_band_window_resize,
    _re_mouse_event,
    _re_terminal_mode_response,
)
from textual.message import Message

from cockpit.terminal.input.framer import Framer, Piece

_FORMS = (
    _re_in_band_window_resize,
    _re_cursor_position,
    _re_mouse_event,
    _re_terminal_mode_response,
)


class InputParser:
    """Textual's own parser, fed one whole sequence at a time: it never has to guess."""

    def __init__(self) -> None:
        self._xterm = XTermParser()
        self._framer = Framer(self._is_known)

    @property
    def is_waiting(self) -> bool:
        """Whether `tick` may have something to say soon."""
        return self._framer.is_waiting

    def feed(self, text: str, now_s: float) -> list[Message]:
        """The messages that these characters complete."""
        return self._messages(self._framer.feed(text, now_s))

    def tick(self, now_s: float, patience_s: float) -> list[Message]:
        """A lone ESC is a key when nothing followed it for `patience_s`."""
        return self._messages(self._framer.tick(now_s, patience_s))

    def _messages(self, pieces: Iterable[Piece]) -> list[Message]:
        return [message for piece in pieces for message in self._of(piece)]

    def _of(self, piece: Piece) -> list[Message]:
        match piece.kind:
            case "escape":
                return [events.Key("escape", piece.text)]
            case "paste":
                return [events.Paste(piece.text.replace("\x00", ""))]
            case "text":
                return list(self._xterm.feed(piece.text))
        if self._is_known(piece.text):
            return list(self._xterm.feed(piece.text))
        if len(piece.text) == 2:
            return list(self._xterm._sequence_to_key_events(piece.text[1], alt=True))
        return []

    def _is_known(self, sequence: str) -> bool:
        """Whether textual's parser makes something of exactly this, and does not wait for more."""
        if sequence in (FOCUSIN, FOCUSOUT) or any(form.fullmatch(sequence) for form in _FORMS):
            return True
        try:
            return any(True for _ in self._xterm._sequence_to_key_events(sequence))
        except (ValueError, OverflowError):
            # A code that no character has.
            return False
