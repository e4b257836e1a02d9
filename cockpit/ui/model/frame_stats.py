"""How the program itself is doing, as the paint clock measures it."""

from dataclasses import dataclass


@dataclass(slots=True)
class FrameStats:
    """How the program itself is doing. The paint clock fills it in; None is "not measured"."""

    hz_wanted: float | None = None
    hz_drawn: float | None = None
    paint_ms: float | None = None
    loop_lag_ms: float | None = None
    loop_lag_worst_ms: float | None = None
    bytes_per_s: float | None = None
    terminal_rtt_ms: float | None = None
    frames_skipped: int | None = None
    memory_mb: float | None = None
    reason: str = ""
