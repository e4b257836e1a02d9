"""What textual's compositor wants drawn, read as spans; the only file that knows its insides.

The names are semi-private, so the version is pinned, and `self_test` draws a known picture through
them at every start: if it does not come out, the screen falls back to textual's own drawing.
"""

from collections.abc import Iterator

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip

from cockpit.terminal.renderer.front_buffer import FrontBuffer, Span
from cockpit.terminal.renderer.sgr import Depth

SELF_TEST_FAILED = "only whole lines are sent: this textual draws in a way we do not know"
_NEEDED = ("_display", "_batch_count", "_running", "_closed", "_sync_available")


def spans_of(update: CompositorUpdate) -> Iterator[Span]:
    """(row, column, segments) of everything in the update. TypeError for a kind unknown to us."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield y, x, strip._segments
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, first, last in update.spans:
            for end, (x, piece) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if piece is not None and x < last and end > first:
                    yield y, x, piece._segments
    else:
        raise TypeError(type(update).__name__)


def self_test(app: App[int]) -> str:
    """Empty, or one sentence why cells cannot be compared with this textual."""
    try:
        if any(not hasattr(app, name) for name in _NEEDED):
            return SELF_TEST_FAILED
        red, plain = Style(color="red"), Style()
        whole = LayoutUpdate(
            [[Strip([Segment("ab", plain)]), Strip([Segment("cd", red)])]], Region(0, 0, 4, 1)
        )
        part = ChopsUpdate(
            [{0: None, 2: Strip([Segment("cX", red)])}],
            [(0, 2, 4)],
            [[2, 4]],
        )
        front = FrontBuffer(Depth(ColorSystem.STANDARD))
        front.resize(4, 1)
        drawn = [front.paint(spans_of(update)) for update in (whole, whole, part)]
    except (AttributeError, TypeError, ValueError, LookupError):
        return SELF_TEST_FAILED
    expected = ["\x1b[H\x1b[0mab\x1b[31mcd", "", "\x1b[1;4HX"]
    return "" if drawn == expected else SELF_TEST_FAILED
