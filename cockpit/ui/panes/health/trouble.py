"""What went wrong at each venue, in its own words: rejects, drift, budget, faults."""

from cockpit.state.view import VenueRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.reach import retried
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed

TITLE = "trouble"
HZ = 1.0
MOST_NAMES = 5


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    body: list[Line] = []
    for words, role in _history(readings):
        body.append([(f" {fit('history', 12)}", "dim"), (fit(words, inner - 13), role)])
    outlooks = readings.view.outlooks
    body += [
        [(f" {fit('forecasts', 12)}", "dim"), (fit(clean(words), inner - 13), "loss")]
        for words in (outlooks.problem, outlooks.untaught)
        if words
    ]
    body += [
        [(f" {fit('alerts', 12)}", "dim"), (fit(clean(words), inner - 13), "loss")]
        for words in readings.ui.alerts.channels
    ]
    for venue in readings.venues:
        name = fit(venue.name, 12)
        for i, (what, role) in enumerate(_troubles(readings, venue)):
            head = name if i == 0 else " " * 12
            body.append(
                [(f" {head}", readings.colour_of(venue.name)), (fit(what, inner - 13), role)]
            )
    if not body:
        body = [
            [],
            [(" none: no message was rejected, no adapter failed,", "dim")],
            [(" no venue refuses us and no recording broke", "dim")],
        ]
    return framed(
        body,
        width,
        height,
        title=[("trouble", "title"), (" · last words a venue", "dim")],
        verdict=[(again, "dim")] if (again := retried(readings)) else [],
        focused=readings.ui.focus == TITLE,
    )


def _history(readings: Readings) -> list[tuple[str, str]]:
    """(words, role) of what the memory of this desk has to say: trouble before what is over."""
    status = readings.feed.history if readings.feed else None
    if status is None:
        return []
    found = [(clean(status.problem), "loss")] if status.problem else []
    return found + ([(clean(status.notice), "warn")] if status.notice else [])


def _troubles(readings: Readings, venue: VenueRead) -> list[tuple[str, str]]:
    """(words, role) of everything that is wrong, worst first."""
    troubles = []
    stats = readings.venue_stats.get(venue.name)
    if stats and stats.faults:
        troubles.append((f"adapter failed {stats.faults} times: see the log file", "danger"))
    if stats and stats.blocked_s > 0:
        troubles.append((f"refuses our requests for {fmt.age(stats.blocked_s)}", "loss"))
    if stats and stats.tape_error:
        troubles.append((f"recording ended: {clean(stats.tape_error)}", "loss"))
    if venue.state != "live":
        words = clean(f"{venue.state}: {venue.reason or 'no reason given'}")
        tried_s = venue.age_s(readings.now_ns)
        tried = f", last tried {fmt.age(tried_s)} ago" if tried_s is not None else ""
        troubles.append((f"{words}{tried * (venue.state == 'down')}", "warn"))
    if venue.chain.rejects:
        troubles.append(
            (f"{venue.chain.rejects} rejected, last: {clean(venue.chain.last_reject)}", "warn")
        )
    if stats and stats.new_fields:
        names = ", ".join(clean(name) for name, _ in stats.new_fields[:MOST_NAMES])
        more = ", …" * (len(stats.new_fields) > MOST_NAMES)
        troubles.append((f"wire drift: {len(stats.new_fields)} new fields: {names}{more}", "warn"))
    skew = venue.chain.clock_skew_ms()
    if skew is not None and skew < 0:
        troubles.append(
            (f"our clock is {fmt.milliseconds(-skew)} ms behind: latencies are not shown", "warn")
        )
    return troubles
