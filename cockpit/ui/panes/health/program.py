"""How the program itself is doing: its loop, its screen, what comes in and what goes out."""

from cockpit.desk.stats import FeedStats
from cockpit.history.service import Standing
from cockpit.ui.model.readings import Readings
from cockpit.ui.text import format as fmt
from cockpit.ui.text.cells import cell_len
from cockpit.ui.text.styled import Line, clean, fit, framed, wrap

TITLE = "program"
HZ = 1.0
_LABEL = 18
_LAGS_MS = 50.0
_STANDINGS: dict[Standing, tuple[str, str]] = {
    "off": ("off", "text"),
    "starting": ("starting", "text"),
    "writing": ("written", "text"),
    "following": ("written by another process", "text"),
    "waiting": ("NOT written, see trouble", "loss"),
}
Row = tuple[str, str, str, str]
"""(label, figure, role, note)"""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    room = width - 2 - _LABEL - 1
    body: list[Line] = []
    for label, figure, role, note in _rows(readings):
        first, *more = wrap(figure, max(1, room))
        has_note = note and not more and cell_len(first) + 2 + cell_len(note) <= room
        shown = role if figure != fmt.MISSING else "dim"
        body.append(
            [
                (f" {fit(label, _LABEL)}", "dim"),
                (first, shown),
                (f"  {note}" * bool(has_note), "dim"),
            ]
        )
        body += [[(" " * (_LABEL + 1), "dim"), (words, shown)] for words in more]
    return framed(
        body,
        width,
        height,
        title=[("this program", "title"), (" · a dot: not measured", "dim")],
        focused=readings.ui.focus == TITLE,
    )


def _rows(readings: Readings) -> list[Row]:
    frames, feed = readings.frames, readings.feed
    per_s = feed.messages_per_s if feed else None
    drawn, wanted = frames.hz_drawn, frames.hz_wanted
    slow = drawn is not None and wanted is not None and drawn < 0.8 * wanted
    lag = frames.loop_lag_worst_ms
    return [
        ("messages", _of(per_s, "/s", 0), "number", ""),
        (
            "reading",
            fmt.MISSING if feed is None else "coalesced, 20 ms" if feed.coalescing else "at once",
            "text",
            "on above 1,500/s",
        ),
        (
            "recording",
            fmt.MISSING if feed is None else "on" if feed.recording else "off",
            "loss" if feed and feed.recording else "text",
            "",
        ),
        _history(feed),
        (
            "loop lag",
            f"{_of(frames.loop_lag_ms, ' ms', 1)}, worst {_of(lag, ' ms', 0)}",
            "warn" if lag and lag > _LAGS_MS else "number",
            "how late the clock ticks",
        ),
        (
            "frames drawn",
            f"{_of(drawn, '/s', 1)} of {_of(wanted, '/s', 1)}",
            "warn" if slow else "number",
            clean(frames.reason),
        ),
        (
            "frames skipped",
            fmt.MISSING if frames.frames_skipped is None else str(frames.frames_skipped),
            "text",
            "the terminal was not ready",
        ),
        ("a frame costs", _of(frames.paint_ms, " ms", 1), "number", ""),
        (
            "to the terminal",
            f"{_bytes(frames.bytes_per_s)}, back in {_of(frames.terminal_rtt_ms, ' ms', 0)}",
            "number",
            "",
        ),
        ("memory", _of(frames.memory_mb, " MB", 0), "number", ""),
        ("settings", clean(readings.settings) or fmt.MISSING, "text", ""),
    ]


def _history(feed: FeedStats | None) -> Row:
    status = feed.history if feed else None
    if status is None:
        return ("history", "off", "text", "nothing of this run is remembered")
    rows = f"{status.samples} rows since the start" if status.standing == "writing" else ""
    figure, role = _STANDINGS[status.standing]
    return ("history", figure, role, rows)


def _of(value: float | None, unit: str, decimals: int) -> str:
    return fmt.MISSING if value is None else f"{value:.{decimals}f}{unit}"


def _bytes(per_s: float | None) -> str:
    return fmt.MISSING if per_s is None else f"{per_s / 1000:.1f} kB/s"
