"""A fault of the program costs what it is in (a pane, a key, an answer), and never the screen.

Each is told once in a sentence and once with its trace in the log, not with every frame.
"""

import logging

from cockpit.terminal.widgets.live_pane import Draw
from cockpit.ui.model.readings import Readings
from cockpit.ui.text.styled import Line, clean, wrap

log = logging.getLogger(__name__)


class Faults:
    """Those that were told. The same fault in the same place is told again after another one."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def tell(self, where: str, error: Exception) -> str:
        """A sentence for the trader, empty if the last one of this place said the same."""
        said = clean(f"{where} failed: {type(error).__name__}: {error}"[:200])
        if self._last.get(where) == said:
            return ""
        self._last[where] = said
        log.error("%s", said, exc_info=error)
        return f"{said}; the log has more"

    def guarded(self, draw: Draw, name: str) -> Draw:
        """The pane's drawing, or in its place why there is none."""
        sentence = ""

        def drawn(readings: Readings, width: int, height: int) -> list[Line]:
            nonlocal sentence
            try:
                return draw(readings, width, height)
            except Exception as error:  # whatever it is, the other panes go on
                sentence = self.tell(name, error) or sentence
                return [[(text, "danger")] for text in wrap(sentence, width)]

        return drawn
