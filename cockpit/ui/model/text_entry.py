"""One line of typed text. Pure: keys in, text and cursor out."""

from cockpit.ui.text.cells import cell_len
from cockpit.ui.text.styled import Line, clean

MAX_LENGTH = 500


class Entry:
    """`cursor` is an index into `text`. Keys are those of every shell prompt."""

    def __init__(self, text: str = "") -> None:
        self.set(text)

    def set(self, text: str) -> None:
        self.text = clean(text)[:MAX_LENGTH]
        self.cursor = len(self.text)

    def insert(self, text: str) -> None:
        """Type or paste; what is pasted is one line."""
        text = clean(text)[: MAX_LENGTH - len(self.text)]
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)

    def press(self, key: str, character: str | None) -> bool:
        """Edit the text. False for a key that edits nothing."""
        if character is not None and len(character) == 1 and character.isprintable():
            self.insert(character)
            return True
        move = {
            "left": self.cursor - 1, "right": self.cursor + 1, "home": 0, "ctrl+a": 0,
            "end": len(self.text), "ctrl+e": len(self.text),
        }.get(key)  # fmt: skip
        if move is not None:
            self.cursor = max(0, min(len(self.text), move))
            return True
        start, end = self.cursor, self.cursor
        if key in ("backspace", "ctrl+h"):
            start = max(0, start - 1)
        elif key == "delete":
            end = min(len(self.text), end + 1)
        elif key == "ctrl+w":
            start = self._word_start()
        elif key == "ctrl+u":
            start = 0
        elif key == "ctrl+k":
            end = len(self.text)
        else:
            return False
        self.text = self.text[:start] + self.text[end:]
        self.cursor = start
        return True

    def _word_start(self) -> int:
        before = self.text[: self.cursor].rstrip()
        return before.rfind(" ") + 1

    def line(self, width: int) -> Line:
        """The text with the cell under the cursor marked, which `width` cells always show."""
        before = self.text[: self.cursor]
        at = self.text[self.cursor : self.cursor + 1] or " "
        if cell_len(before + at) > width:
            while before and cell_len(before + at) + 1 > width:
                before = before[1:]
            before = "…" + before
        return [
            (before, "number"),
            (at, "cursor"),
            (self.text[self.cursor + 1 :], "number"),
        ]
