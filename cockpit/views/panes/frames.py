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


POSITIONS = EmptyPane(
    "positions",
    "positions",
    (
        "No account is followed.",
        "Here will stand what public addresses hold on every venue: size, entry, funding per "
        "hour, liquidation distance, and what is left unhedged.",
        "Meanwhile: 3 shows what each venue pays, 2 what it costs to trade there.",
    ),
)
PLAN = EmptyPane(
    "plan",
    "plan",
    (
        "No plan is drawn up.",
        "Here will stand a hedge or a staggered entry: legs, costs, warnings, and one sentence "
        "that says it all.",
        "Meanwhile: `cockpit calc --help` computes the same from the command line, and 2 shows "
        "the cost of a size at each venue.",
    ),
)
STRESS = EmptyPane(
    "stress",
    "stress",
    (
        "Nothing is under stress: there is no position and no plan.",
        "Here will stand what a gap, a funding flip, a stalled sequencer or a thin book would "
        "do to them.",
        "Meanwhile: `cockpit demo --scenario sequencer_stall` shows a stall on the screen.",
    ),
)
