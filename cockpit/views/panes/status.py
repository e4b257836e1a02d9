"""The line that never scrolls away: where we are, what is live, how old, what time it is."""

from collections import Counter

from cockpit.core.events import LinkState
from cockpit.core.units import utc
from cockpit.views import format as fmt
from cockpit.views.scene import Scene
from cockpit.views.text import Line, clean, clip, width_of
from cockpit.views.workspaces import workspace_of

TITLE = "status"
HZ = 2.0
_MODE = {"LIVE": "ok", "DEMO": "accent", "REPLAY": "danger"}
_GLYPHS: tuple[tuple[LinkState, str, str], ...] = (
    ("live", "●", "ok"), ("stale", "◐", "warn"), ("down", "○", "loss"),
)  # fmt: skip
_CONNECTING: tuple[LinkState, str, str] = ("connecting", "…", "warn")
_EXTRA = 10
"""Pieces of this rank and above never make the others shorter."""
Piece = tuple[int, Line]
"""(rank, words): the higher the rank, the sooner it is left out."""


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """One line. What matters least is left out whole; nothing is cut in the middle."""
    clock: Line = [(f" {utc(scene.now_ns):%H:%M:%S}Z ", "number")]
    room = width - width_of(clock)
    pieces: list[Piece] = []
    for density in ("words", "counts", "tight"):
        pieces = _pieces(scene, density)
        if sum(width_of(words) for rank, words in pieces if rank < _EXTRA) <= room:
            break
    kept = set()
    left = room
    for i in sorted(range(len(pieces)), key=lambda i: pieces[i][0]):
        size = width_of(pieces[i][1])
        if size <= left:
            kept.add(i)
            left -= size
    line = [span for i, (_, words) in enumerate(pieces) if i in kept for span in words]
    return [clip([*clip(line, max(0, room)), *clock], width)]


def _pieces(scene: Scene, density: str) -> list[Piece]:
    """From left to right: in words, in counts, or with as few blanks as can be."""
    age, worst, is_old = _worst_book(scene)
    gap = "" if density == "tight" else " "
    whose = f" {worst}" if worst and density == "words" else ""
    return [
        (13, [(" COCKPIT ", "dim")]),
        (0, [(f" {workspace_of(scene).name}{gap}", "title")]),
        (1, [(f" {scene.mode}{gap}", _MODE[scene.mode])]),
        (2, [(" READ-ONLY", "dim")]),
        (3, [(" FROZEN", "danger")] if scene.frozen else []),
        (4, [(f"{gap} ● REC", "loss")] if scene.feed and scene.feed.recording else []),
        (7, [(f"{gap} {scene.symbol}", "accent")] if scene.symbol else []),
        (5, _counts(scene, density)),
        (6, [(f"{gap} worst {fmt.age(age)}{whose}", "warn" if is_old else "text")]),
        (8, _account(scene)),
        (9, [(f"  {clean(scene.detail)}", "warn")] if scene.detail else []),
        (12, [(f"  {clean(scene.stats)}", "dim")] if scene.stats else []),
    ]


def _counts(scene: Scene, density: str) -> Line:
    """How many venues are live, stale and down; those still connecting only while there are any."""
    states = Counter(venue.state for venue in scene.venues)
    blank = "" if density == "tight" else " "
    line: Line = [(blank, "text")]
    shown = [*_GLYPHS, *([_CONNECTING] if states["connecting"] else [])]
    for state, glyph, role in shown:
        word = f" {state}" if density == "words" else ""
        text = f" {glyph}{blank}{states[state]}{word}"
        line.append((text, role if states[state] else "dim"))
    return line


def _account(scene: Scene) -> Line:
    """Funding received per hour and net delta of the followed accounts, where they are known."""
    line: Line = []
    if scene.carry_usd_per_h is not None:
        role = "gain" if scene.carry_usd_per_h >= 0 else "loss"
        line.append((f"  carry {fmt.signed(scene.carry_usd_per_h)} $/h", role))
    if scene.delta_usd is not None:
        line.append((f"  Δ {fmt.magnitude(scene.delta_usd)} $", "number"))
    return line


def _worst_book(scene: Scene) -> tuple[float | None, str | None, bool]:
    """(age in s, venue, stale) of the oldest book of the selected symbol; None before any."""
    worst: tuple[float | None, str | None, bool] = (None, None, False)
    for venue in scene.venues:
        market = scene.market(venue.name)
        age = market.age_s("book", scene.now_ns) if market else None
        if market is not None and age is not None and age > (worst[0] or -1.0):
            worst = age, venue.name, market.is_stale("book", scene.now_ns)
    return worst
