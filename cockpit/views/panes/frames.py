"""Workspaces whose panes are not there yet: what will be here, and what to do meanwhile."""

from dataclasses import dataclass

from cockpit.views.scene import Scene
from cockpit.views.text import Line, fit, framed, wrap


@dataclass(frozen=True, slots=True)
class EmptyPane:
    """A frame with a sentence a line; `id` is the pane's name for focus."""

    id: str
    title: str
    words: tuple[str, ...]
    HZ: float = 1.0

    def lines(self, scene: Scene, width: int, height: int) -> list[Line]:
        """The framed pane at exactly `width` x `height`."""
        body: list[Line] = [[]]
        for paragraph in self.words:
            body += [[(fit(f"  {line}", width - 2), "text")] for line in wrap(paragraph, width - 6)]
            body.append([])
        return framed(
            body[:-1],
            width,
            height,
            title=[(self.title, "title")],
            focused=scene.focus == self.id,
        )


