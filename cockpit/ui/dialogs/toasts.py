"""Short words at the bottom right: said once, counted when repeated, never more than a few.

Pure: whoever calls tells the time in seconds. Routine state belongs to panes, not here.
"""

from dataclasses import dataclass
from typing import Literal

from cockpit.ui.text.styled import Line, clean, fit, wrap

Tone = Literal["info", "warn", "danger"]
MOST = 3
LASTS_S = 6.0
MAX_WIDTH = 90
LOW_SCREEN, TINY_SCREEN = 30, 16
_ROLE: dict[Tone, str] = {"info": "number", "warn": "warn", "danger": "danger"}


@dataclass(slots=True)
class Toast:
    """`count` is how often the same was said while it was shown."""

    text: str
    tone: Tone
    until_s: float
    count: int = 1


class Toasts:
    """The newest last. The same words again only raise the count; the oldest make room."""

    def __init__(self) -> None:
        self._toasts: list[Toast] = []

    @property
    def shown(self) -> list[Toast]:
        return list(self._toasts)

    def add(self, text: str, tone: Tone, now_s: float) -> None:
        text = clean(text)
        self.expire(now_s)
        for toast in self._toasts:
            if toast.text == text:
                toast.count += 1
                toast.until_s = now_s + LASTS_S
                return
        self._toasts = [*self._toasts, Toast(text, tone, now_s + LASTS_S)][-MOST:]

    def expire(self, now_s: float) -> None:
        self._toasts = [toast for toast in self._toasts if toast.until_s > now_s]

    def lines(self, room: int, height: int) -> list[Line]:
        """A framed box of one line a toast, at most `room` cells wide; nothing without toasts.

        On a screen of few lines (`height`) only the newest and what is dangerous, on a tiny one
        the newest in one line without a frame: the rest can be read among the alerts.
        """
        if not self._toasts or room < 8:
            return []
        if height < TINY_SCREEN:
            dangers = [toast for toast in self._toasts if toast.tone == "danger"]
            last = (dangers or self._toasts)[-1]
            return [[("▌ ", "accent"), (fit(last.text, room - 3) + " ", _ROLE[last.tone])]]
        older, newest = self._toasts[:-1], self._toasts[-1]
        shown = [t for t in older if height >= LOW_SCREEN or t.tone == "danger"] + [newest]
        texts = [t.text if t.count == 1 else f"{t.text} (×{t.count})" for t in shown]
        inner = min(max(map(len, texts)), MAX_WIDTH, room - 4)
        lines: list[Line] = [[("┌" + "─" * (inner + 2) + "┐", "frame_focus")]]
        for toast, text in zip(shown, texts, strict=True):
            lines += [
                [("│ ", "frame_focus"), (row, _ROLE[toast.tone]), (" │", "frame_focus")]
                for row in _wrapped(text, inner)
            ]
        return [*lines, [("└" + "─" * (inner + 2) + "┘", "frame_focus")]]


def _wrapped(text: str, width: int) -> list[str]:
    """At most three rows, between words; a longer path is broken, never shortened unseen."""
    rows: list[str] = []
    for row in wrap(text, width):
        rows += [row[at : at + width] for at in range(0, len(row), width)]
    return [fit(row, width) for row in (rows if len(rows) < 4 else [*rows[:2], rows[2] + "……"])]
