"""The line that never scrolls away: what is live, how old the worst figure is, what time it is."""

from collections import Counter

from cockpit.core.units import utc
from cockpit.views import format as fmt
from cockpit.views.scene import Scene
from cockpit.views.text import Line, clip, width_of

TITLE = "status"
HZ = 2.0
_MODE = {"LIVE": "ok", "DEMO": "accent", "REPLAY": "danger"}


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """One line; what matters least is cut first."""
    states = Counter(venue.state for venue in scene.venues)
    waiting = states["connecting"]
    left: Line = [
        (" MARKETS ", "title"),
        (f" {scene.mode} ", _MODE[scene.mode]),
        (" READ-ONLY ", "dim"),
        (f" {scene.symbol or '-'} ", "accent"),
        (f" ● {states['live']}", "ok" if states["live"] else "dim"),
        (f" ◐ {states['stale'] + waiting}", "warn" if states["stale"] + waiting else "dim"),
        (f" ○ {states['down']}", "loss" if states["down"] else "dim"),
        (f"  worst {fmt.age(worst_age_s(scene))}", "text"),
    ]
    if scene.detail:
        left.append((f"  {scene.detail}", "warn"))
    clock = f" {utc(scene.now_ns):%H:%M:%S}Z "
    right: Line = [(clock, "number")]
    if scene.stats and width_of(left) + len(scene.stats) + len(clock) + 2 <= width:
        right = [(f" {scene.stats} ", "dim"), *right]
    room = width - width_of(right)
    return [[*clip(left, max(0, room)), *right]]


def worst_age_s(scene: Scene) -> float | None:
    """The oldest book on the screen's symbol, in seconds; None before any."""
    ages = []
    for venue in scene.venues:
        market = scene.market(venue.name)
        age = market.age_s("book", scene.now_ns) if market else None
        if age is not None:
            ages.append(age)
    return max(ages) if ages else None
