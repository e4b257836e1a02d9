"""The line that never scrolls away: where we are, what is live, how old, what time it is."""

from collections import Counter

from cockpit.analytics.risk.exposure import Total, totals
from cockpit.core.events import LinkState
from cockpit.core.units import utc
from cockpit.ui.layout.workspaces import workspace_of
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.kept_exposure import kept_totals
from cockpit.ui.readings.past import as_of
from cockpit.ui.readings.position_columns import near_role
from cockpit.ui.readings.positions import carry_is_old, portfolio, room_of, safety
from cockpit.ui.readings.timeline import timeline
from cockpit.ui.readings.venue_columns import is_late
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, clip, width_of

TITLE = "status"
HZ = 2.0
_MODE = {"LIVE": "ok", "DEMO": "accent", "REPLAY": "danger"}
_GLYPHS: tuple[tuple[LinkState, str, str], ...] = (
    ("live", "●", "ok"), ("stale", "◐", "warn"), ("down", "○", "loss"),
)  # fmt: skip
_CONNECTING: tuple[LinkState, str, str] = ("connecting", "…", "warn")
_WIDE, _NARROW, _TINY = ("words", "counts"), ("tight", "least"), ("bare",)
_TRIES = (
    *((density, 10) for density in (*_WIDE, *_NARROW)),
    *((density, 9) for density in _NARROW),
    *((density, 8) for density in (*_NARROW, *_TINY)),
)
"""(density, rank): the first density wins at which every piece below the rank fits."""
Piece = tuple[int, Line]
"""(rank, words): the higher the rank, the sooner it is left out."""


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """One line. What matters least is left out whole; nothing is cut in the middle."""
    pieces: list[Piece] = []
    clock: Line = []
    for density, rank in _TRIES:
        clock = _clock(readings, density)
        pieces = _pieces(readings, density)
        needed = sum(width_of(words) for piece, words in pieces if piece < rank)
        if needed + width_of(clock) <= width:
            break
    else:
        clock = []
    kept = set()
    room = left = width - width_of(clock)
    for i in sorted(range(len(pieces)), key=lambda i: pieces[i][0]):
        size = width_of(pieces[i][1])
        if size <= left:
            kept.add(i)
            left -= size
    line = [span for i, (_, words) in enumerate(pieces) if i in kept for span in words]
    return [clip([*clip(line, max(0, room)), *clock], width)]


def _clock(readings: Readings, density: str) -> Line:
    now = utc(readings.clock_ns or readings.now_ns)
    if density in _TINY:
        return [(f" {now:%H:%M}Z", "number")]
    return [(f" {now:%H:%M:%S}Z{' ' if density != 'least' else ''}", "number")]


def _pieces(readings: Readings, density: str) -> list[Piece]:
    """From left to right: in words, in counts, with as few blanks as can be, or with less said."""
    age, worst, is_old = _worst_book(readings)
    gap = " " if density in _WIDE else ""
    whose = f" {worst}" if worst and density == "words" else ""
    what = {"least": "age ", "bare": ""}.get(density, "worst ")
    return [
        (13, [(" COCKPIT ", "dim")]),
        (0, [(f" {workspace_of(readings.ui).name}{gap}", "title")]),
        (1, _when(readings, gap)),
        (2, [(" RO" if density in _TINY else " READ-ONLY", "dim")]),
        (3, [(" ", "text"), ("FROZEN", "danger")] if readings.ui.frozen else []),
        (9, _frozen_since(readings, density)),
        (3, _tape(readings, density)),
        (3, _beneath(readings, density)),
        (4, [(f"{gap} ● REC", "loss")] if readings.feed and readings.feed.recording else []),
        (9, [(f"{gap} {readings.symbol}", "accent")] if readings.symbol else []),
        (5, _counts(readings, density)),
        (7, [(f"{gap} {what}{fmt.age(age)}{whose}", "warn" if is_old else "text")]),
        (6, _clock_offset(readings, gap)),
        (7, _alarms(readings, gap)),
        (6, _carry(readings, density)),
        (6, _delta(readings, density)),
        (8, _nearest(readings, density)),
        (9, [(f"  {clean(readings.detail)}", "warn")] if readings.detail else []),
        (12, [(f"  {clean(readings.stats)}", "dim")] if readings.stats else []),
    ]


def _frozen_since(readings: Readings, density: str) -> Line:
    """The picture's own time, while the clock goes on."""
    if not readings.ui.frozen:
        return []
    since = utc(readings.now_ns)
    return [(f" since {since:%H:%M:%S}" if density == "words" else f" {since:%H:%M}", "danger")]


def _when(readings: Readings, gap: str) -> Line:
    """Live, a tape or a demo; or, unmistakably, that this is the past."""
    shown_ns = readings.ui.past.shown_ns
    if shown_ns is None:
        return [(f" {readings.mode}{gap}", _MODE[readings.mode])]
    return [(" ", "text"), (f" {as_of(shown_ns, readings.clock_ns)} ", "danger"), (gap, "text")]


def _tape(readings: Readings, density: str) -> Line:
    """Where a replay stands."""
    if readings.playback is None:
        return []
    cells = {"words": 24, "counts": 12}.get(density, 0)
    return [(" ", "text"), *timeline(readings.playback, cells)]


def _beneath(readings: Readings, density: str) -> Line:
    """That a live desk goes on under the tape, with its alerts, and how to come back to it."""
    live = readings.playback.live if readings.playback else None
    if live is None:
        return []
    count = len(live.alerts.firing)
    alerts = f" ▲{count}" * bool(count)
    role = "danger" if count else "warn"
    if density not in _WIDE:
        return [(f" live{alerts}", role)]
    writes = {"writing": ", history is written", "following": ", history is written elsewhere"}
    kept = writes.get(live.history or "", "") if density == "words" else ""
    recording = ", ● REC" if live.is_recording else ""
    return [(f"  live goes on{kept}{recording}{alerts}: G", role)]


def _counts(readings: Readings, density: str) -> Line:
    """How many venues are live, stale and down; those still connecting only while there are any."""
    states = Counter(venue.state for venue in readings.venues)
    late = sum(v.state == "live" and is_late(readings, v) for v in readings.venues)
    states["live"] -= late
    blank = " " if density in _WIDE else ""
    is_brief = density not in (*_WIDE, "tight")
    line: Line = [(blank, "text")]
    shown = [*_GLYPHS, *([_CONNECTING] if states["connecting"] else [])]
    for state, glyph, role in shown:
        word = f" {state}" if density == "words" else ""
        text = f" {glyph}{blank}{states[state]}{word}"
        if states[state] or state == "live" or not is_brief:
            line.append((text, role if states[state] else "dim"))
    if late:
        line.append((f" ◐{blank}{late}{' late' if density == 'words' else ''}", "warn"))
    return line


def _clock_offset(readings: Readings, gap: str) -> Line:
    """How far this machine's clock is from the venues', where that is more than a way can take."""
    offset_s = readings.view.clock_offset_ns / 1e9
    return [(f"{gap} clock {offset_s:+.0f}s", "warn")] if abs(offset_s) > 1 else []


def _alarms(readings: Readings, gap: str) -> Line:
    """How many alerts are on that nobody has seen, in the colour of the worst."""
    loud = [
        firing.alert.severity for firing in readings.ui.alerts.firing if not firing.acknowledged
    ]
    if not loud:
        return []
    role = "loss" if "danger" in loud else "warn" if "warn" in loud else "accent"
    return [(f"{gap} ▲{len(loud)}", role)]


def _carry(readings: Readings, density: str) -> Line:
    """Funding of everything that is held, an hour; `~` where a part of it is stale."""
    total = _totals(readings)
    if total is None:
        return []
    head = "  carry" if density in _WIDE else ""
    if total.carry_usd_per_hour is None:
        # Beside other figures `n/a` alone would say nothing.
        return [(f"{head or ' carry'} n/a", "warn")]
    mark = fmt.STALE if _is_carry_old(readings) else ""
    role = "gain" if total.carry_usd_per_hour >= 0 else "loss"
    decimals = 0 if density in _TINY and abs(total.carry_usd_per_hour) >= 1 else 2
    text = f"{head} {mark}{fmt.dollars(total.carry_usd_per_hour, decimals)}/h"
    return [(text, "stale" if mark else role)]


def _delta(readings: Readings, density: str) -> Line:
    total = _totals(readings)
    if total is None:
        return []
    head = "  Δ " if density in _WIDE else " Δ"
    if total.net_usd is None:
        return [(f"{head}n/a", "warn")]
    mark = fmt.STALE if _is_old(readings) else ""
    text = f"{head}{mark}{fmt.dollars(total.net_usd, digits=2 if density in _TINY else 3)}"
    return [(text, "stale" if mark else "number")]


def _nearest(readings: Readings, density: str) -> Line:
    """The room to the nearest liquidation of what may be taken for the present."""
    if _totals(readings) is None:
        return []
    row = safety(readings).nearest
    room = room_of(row) if row else None
    if row is None or room is None:
        return []
    role = near_role(room)
    words = f"  liq {room:.1%} {row.leg.symbol} {readings.short(row.leg.venue)}"
    if density not in _WIDE:
        words = f" liq{room:.0%} {row.leg.symbol}"
    return [(words, "text" if role == "number" else role)]


def _totals(readings: Readings) -> Total | None:
    """None while nothing is held; of a past moment what is kept of it."""
    if readings.moment is not None:
        return kept_totals(readings.moment.exposure)

    def add() -> Total | None:
        held = portfolio(readings)
        return totals([row.leg for row in held.rows], held.pools) if held.rows else None

    if not (readings.view.accounts() or readings.view.manual()):
        return None
    return readings.once("status totals", add)


def _is_old(readings: Readings) -> bool:
    """Whether a part of what is held is stale, or was never read."""
    if readings.moment is not None:
        return False
    is_any_unread = any(account.was_never_read for account in portfolio(readings).accounts)
    return is_any_unread or any(row.is_stale for row in portfolio(readings).rows)


def _is_carry_old(readings: Readings) -> bool:
    """The same, and of funding also whether a rate is."""
    is_now = readings.moment is None
    return _is_old(readings) or (is_now and carry_is_old(readings, portfolio(readings).rows))


def _worst_book(readings: Readings) -> tuple[float | None, str | None, bool]:
    """(age in s, venue, stale) of the oldest book of the selected symbol; None before any."""
    worst: tuple[float | None, str | None, bool] = (None, None, False)
    for venue in readings.venues:
        market = readings.market(venue.name)
        age = market.age_s("book", readings.now_ns) if market else None
        if market is not None and age is not None and age > (worst[0] or -1.0):
            worst = age, venue.name, market.is_stale("book", readings.now_ns)
    return worst
