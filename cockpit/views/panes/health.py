"""How healthy each venue's machinery is: link, blocks, latency, gaps, and why it is down."""

from cockpit.state.view import VenueRead
from cockpit.views import format as fmt
from cockpit.views.scene import Scene
from cockpit.views.text import Line, fit, framed, right

TITLE = "health"
HZ = 2.0
GLYPHS = {
    "live": ("●", "ok"),
    "stale": ("◐", "warn"),
    "connecting": ("◐", "warn"),
    "down": ("○", "loss"),
}
_HEAD = ("block", "age", "p50 ms", "p99 ms", "rtt", "gaps", "recon", "rej")


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    cell = max(6, min(8, (width - 2 - 16) // len(_HEAD)))
    count = max(1, (width - 2 - 16) // cell)
    head: Line = [(" " * 15, "dim"), *[(right(name, cell), "dim") for name in _HEAD[:count]]]
    body: list[Line] = [head]
    for venue in scene.venues:
        body.append(_row(scene, venue, cell, count, width - 2))
        if venue.reason and len(body) < height - 2:
            body.append([(fit(f"   {venue.reason}", width - 2), "warn")])
    return framed(
        body,
        width,
        height,
        title=[("5 ", "accent"), ("health", "title"), (" · chain and link", "dim")],
        verdict=_verdict(scene),
        focused=scene.focus == TITLE,
    )


def _row(scene: Scene, venue: VenueRead, cell: int, count: int, width: int) -> Line:
    glyph, role = GLYPHS[venue.state]
    chain, now_ns = venue.chain, scene.now_ns
    cadence, block_age = chain.cadence_s(), chain.block_age_s(now_ns)
    late = cadence is not None and block_age is not None and block_age > max(3.0, 10 * cadence)
    cells: list[tuple[str, str]] = [
        (f"{cadence:.2f}s" if cadence is not None else fmt.MISSING, "text"),
        (
            fmt.age(block_age if venue.chain_name else venue.age_s(now_ns)),
            "warn" if late else "text",
        ),
        (fmt.milliseconds(chain.latency_ms(50)), "text"),
        (fmt.milliseconds(chain.latency_ms(99)), "text"),
        (fmt.milliseconds(None if chain.rtt_ns is None else chain.rtt_ns / 1e6), "text"),
        (str(chain.gaps), "warn" if chain.gaps else "dim"),
        (str(chain.reconnects), "warn" if chain.reconnects else "dim"),
        (str(chain.rejects), "warn" if chain.rejects else "dim"),
    ]
    line: Line = [(f" {glyph} ", role), (fit(venue.name, 12), scene.colour_of(venue.name))]
    line += [(right(text, cell), style) for text, style in cells[:count]]
    skew = chain.clock_skew_ms()
    if skew is not None and skew < 0:
        line.append((f"  skew {fmt.signed(skew, 0)} ms", "warn"))
    return line


def _verdict(scene: Scene) -> Line:
    bad = [venue.name for venue in scene.venues if venue.state != "live"]
    if not bad:
        return []
    return [(f"{', '.join(bad)}: no depth is shown and no rate is compared", "warn")]
