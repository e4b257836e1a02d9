"""What a newcomer is told: three lines at the first start, and a tour of six things."""

from dataclasses import dataclass

FIRST_RUN = (
    "Each cell is what longs pay a year at that venue: warm they pay, cool they receive.",
    "Arrows choose a cell, the sentence below the table names the row's best pair; C costs it.",
    "1 to 8 are the workspaces, tab walks their panes, ? explains what you look at, q leaves.",
)
"""Where to look and what to press."""
FIRST_RUN_BRIEF = (
    "Warm: longs pay a year, cool: they receive. C costs the row's best pair.",
    "1-8 workspaces, tab panes, ? explains what you look at, q leaves.",
)
"""The same in two lines, for a small screen."""
FIRST_RUN_S = 45.0
"""After so long it goes by itself."""
STEP_S = 9.0
"""How long each thing is shown."""


@dataclass(frozen=True, slots=True)
class TourStep:
    """`keys` are pressed, then `text` is said."""

    keys: tuple[str, ...]
    text: str


TOUR: tuple[TourStep, ...] = (
    TourStep(
        ("1",),
        "Funding of every coin at every venue, a year. Warm: longs pay. The sentence below the "
        "table says what the row's best pair earns, and when that has paid for its costs.",
    ),
    TourStep(
        ("3",),
        "What was paid, what is live, what is expected; and every pair of venues by the hours it "
        "needs to earn its costs at your size.",
    ),
    TourStep(
        ("2",),
        "Books that are confirmed, each with the cost of your size; - and + change the size. A "
        "lost link takes its book off the screen at once, with the reason.",
    ),
    TourStep(
        ("4",),
        "What public addresses hold: profit, funding an hour, the way to the nearest liquidation. "
        "No key is ever asked for, nothing is ever signed.",
    ),
    TourStep(
        ("1", "C"),
        "C on a cell asks whether its pair pays after costs. What is assumed stands in its row: "
        "type over it, and the answer changes.",
    ),
    TourStep(
        ("7",),
        "How late each venue and its chain are. Everywhere: · is missing, ~ is old, ! is our "
        "fault, and 0 is zero. That was the tour: ? explains what you look at.",
    ),
)
