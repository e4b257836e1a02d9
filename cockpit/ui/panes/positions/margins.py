"""What stands behind the positions at each venue, and how much of it is needed."""

from cockpit.analytics.risk.exposure import SPOT, VenueExposure, by_venue
from cockpit.core.account import Account
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings import kept_exposure
from cockpit.ui.readings.position_columns import UNKNOWN, usd
from cockpit.ui.readings.positions import portfolio, why_stale
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import bar
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, right, wrap

TITLE = "margins"
HZ = 1.0
_NAME = 13
_COLUMNS = (("equity $", 10), ("used $", 9), ("ratio", 7), ("net $", 10), ("gross $", 9))
_BAR = 10
_THIN, _DANGER = 0.5, 0.7
_KEPT: tuple[kept_exposure.Column, ...] = (
    ("equity $", 11, lambda row: kept_exposure.dollars(row.equity_usd)),
    ("used $", 10, lambda row: kept_exposure.dollars(row.margin_used_usd)),
    ("ratio", 8, lambda row: (_percent(row.margin_ratio), ratio_role(row.margin_ratio))),
)


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    if readings.moment is not None:
        return framed(
            kept_exposure.table(readings, _KEPT, inner),
            width,
            height,
            title=[("margin", "title"), (" · by account, as kept", "dim")],
            focused=readings.ui.focus == TITLE,
        )
    held = portfolio(readings)
    legs = [row.leg for row in held.rows]
    venues = by_venue(legs, held.pools)
    books = readings.view.accounts()
    old = {b.venue for b in books if b.is_stale(readings.now_ns) and b.status != "unknown"}
    worn = old | {row.leg.venue for row in held.rows if row.is_stale}
    name = _NAME if inner >= _NAME + 45 else 5
    count = max(1, _fitting(inner - name))
    body: list[Line] = []
    if venues:
        head: Line = [(" " * name, "dim")]
        head += [(right(text, size), "dim") for text, size in _COLUMNS[:count]]
        if _bar_fits(inner, name):
            head.append((fit("  to liquidation", _BAR + 8), "dim"))
        body = [head]
        body += [
            _row(readings, v, (v.venue in old, v.venue in worn), name, count, inner) for v in venues
        ]
    body += _troubles(readings, inner)
    body += _typed_only(readings, venues, inner)
    if not body:
        body = [[], [(" no account is followed, so no margin is known", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[("margin", "title"), (" · by venue · ratio: maintenance of equity", "dim")],
        verdict=_verdict(venues, old, width - 4) if venues else None,
        focused=readings.ui.focus == TITLE,
    )


def _fitting(room: int) -> int:
    used, count = 0, 0
    for _, size in _COLUMNS:
        used += size
        count += used <= room
    return count


def _bar_fits(inner: int, name: int) -> bool:
    return inner >= name + sum(size for _, size in _COLUMNS) + _BAR + 8


def _row(
    readings: Readings,
    venue: VenueExposure,
    stale: tuple[bool, bool],
    name: int,
    count: int,
    inner: int,
) -> Line:
    """`stale` says it of the account's own figures, and of what is held at this venue."""
    is_old, is_worn = stale
    ratio = venue.worst_margin_ratio
    texts = (
        (usd(venue.equity_usd, 0).removeprefix("+"), "number"),
        (usd(venue.margin_used_usd, 0).removeprefix("+"), "text"),
        (_percent(ratio), ratio_role(ratio)),
        (usd(venue.net_usd, 0), "text"),
        (UNKNOWN if venue.gross_usd is None else fmt.magnitude(venue.gross_usd), "text"),
    )
    if venue.venue == SPOT:
        texts = (("none", "dim"), ("none", "dim"), ("none", "dim"), *texts[3:])
    label = venue.venue if name == _NAME else readings.short(venue.venue)
    line: Line = [(" " + fit(label, name - 1), readings.colour_of(venue.venue))]
    for (text, role), (head, size) in zip(texts[:count], _COLUMNS, strict=False):
        is_stale = is_worn if head in ("net $", "gross $") else is_old
        mark = fmt.STALE if is_stale and text != UNKNOWN else ""
        role = "dim" if text == UNKNOWN else "stale" if is_stale else role
        line.append((right(mark + text, size), role))
    if _bar_fits(inner, name) and ratio is not None:
        role = "stale" if is_old else ratio_role(ratio)
        line.append(("  " + bar(min(1.0, ratio), _BAR), role))
    return line


def _percent(ratio: float | None) -> str:
    if ratio is None:
        return UNKNOWN
    return ">999%" if ratio > 9.99 else f"{ratio:.1%}"


def ratio_role(ratio: float | None) -> str:
    """How alarming a margin ratio is; 1 is liquidation."""
    if ratio is None:
        return "dim"
    return "danger" if ratio >= _DANGER else "warn" if ratio >= _THIN else "number"


def _troubles(readings: Readings, inner: int) -> list[Line]:
    """Of each account that cannot be taken for the present, or said something: why, in whole."""
    troubles: list[Line] = []
    for account in readings.view.accounts():
        is_old = account.is_stale(readings.now_ns)
        if not (is_old or account.reason):
            continue
        age_s = account.age_s(readings.now_ns)
        when = "" if age_s is None or not is_old else f", last read {fmt.age(age_s)} ago"
        said = clean(why_stale(readings, account)) if is_old else clean(account.reason)
        words = f"{Account(account.venue, account.address)} {said}{when}"
        role = "warn" if is_old and account.status != "unknown" else "dim"
        for i, part in enumerate(wrap(words, inner - 3)):
            troubles.append([(fit(f" {part}" if i == 0 else f"   {part}", inner), role)])
    return troubles


def _typed_only(readings: Readings, venues: list[VenueExposure], inner: int) -> list[Line]:
    """Why venues have no margin here: nobody reads an account there."""
    read = {book.venue for book in readings.view.accounts()}
    names = [v.venue for v in venues if v.venue not in read and v.venue != SPOT]
    if not names:
        return []
    why = "typed positions only, no account is read"
    return [[(fit(f" n/a  {', '.join(names)}: {why}", inner), "dim")]]


def _verdict(venues: list[VenueExposure], old: set[str], width: int) -> Line:
    # Coins that are owned outright stand on no margin.
    venues = [v for v in venues if v.venue != SPOT]
    fresh = [v for v in venues if v.worst_margin_ratio is not None and v.venue not in old]
    stale = sum(v.venue in old for v in venues)
    unknown = len(venues) - len(fresh) - stale
    doubts = [f"{stale} stale"] if stale else []
    doubts += [f"{unknown} not known"] if unknown else []
    tail = f"  {', '.join(doubts)}" if doubts else ""
    if not fresh:
        words = "no margin ratio is known" if not stale else "no margin ratio is of the present"
        return longest(width, [(words, "dim"), (tail, "warn")], [(words, "dim")])
    worst = max(fresh, key=lambda v: v.worst_margin_ratio or 0.0)
    ratio = worst.worst_margin_ratio
    head: Line = [(f"tightest: {worst.venue} {_percent(ratio)}", ratio_role(ratio))]
    return longest(width, [*head, (tail, "warn")], head)
