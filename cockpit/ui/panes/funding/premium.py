"""The premium behind each venue's rate, and how far it is from where the rate begins to move."""

from cockpit.core.market import FundingTerms
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.funding_rates import live
from cockpit.ui.readings.heatmap_cells import heat_role
from cockpit.ui.readings.market_rates import next_payment_s
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "premium"
HZ = 1.0
_NAME = 13
_CELL = 11
_PIN = 24
_VERDICTS = (
    "inside the pin the rate stands still while the premium moves; basis is mark less index",
    "inside the pin the rate stands still while the premium moves",
    "basis: mark less index",
)
_COLUMNS = ("live", "premium", "basis", "next", "pinned at")


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    count = max(1, min(len(_COLUMNS), (inner - _NAME - _PIN) // _CELL))
    if inner < _NAME + _PIN + _CELL:
        count = max(0, (inner - _NAME) // _CELL)
    columns = _COLUMNS[:count]
    names = readings.listing()
    rows = window(readings, names, height - 3)
    body: list[Line] = []
    if names:
        head: Line = [(" " * _NAME, "dim")]
        head += [(right(name, _CELL), "dim") for name in columns]
        body = [[*head, (fit("  to the edge of the pin", inner - _NAME - count * _CELL), "dim")]]
        body += [_row(readings, name, columns, inner) for name in rows.names]
    else:
        body = [[], [(f" {readings.no_market}", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[
            ("premium and pin", "title"),
            (f" · {readings.symbol or '-'} · rate {fmt.UNIT_LABEL[readings.ui.unit]}, bps", "dim"),
        ],
        note=rows.note,
        verdict=longest(width - 4, *([(words, "dim")] for words in _VERDICTS)),
        focused=readings.ui.focus == TITLE,
    )


def _row(readings: Readings, name: str, columns: tuple[str, ...], inner: int) -> Line:
    line: Line = [(" " + fit(name, _NAME - 1), readings.colour_of(name))]
    market = readings.market(name)
    if market is None or market.live is None:
        return [*line, (fit("  no live rate yet", inner - _NAME), "stale")]
    stale = market.is_stale("funding", readings.now_ns)
    spec = readings.specs.get(name)
    terms = spec.funding_terms if spec else None
    for column in columns:
        text, role = _cell(readings, market, column, terms)
        is_old = _is_basis_old(readings, market) if column == "basis" else stale
        mark = fmt.STALE if is_old and text != fmt.MISSING and column in ("live", "basis") else ""
        line.append((right(mark + text, _CELL), "stale" if is_old else role))
    words, role = pin_words(market.live.premium, terms)
    room = inner - _NAME - len(columns) * _CELL
    return [*line, (fit(f"  {words}", room), "stale" if stale else role)]


def _cell(
    readings: Readings, market: MarketRead, column: str, terms: FundingTerms | None
) -> tuple[str, str]:
    if column == "live":
        rate = live(market)
        return fmt.rate(rate, readings.ui.unit), heat_role(rate)
    if column == "premium":
        premium = market.live.premium if market.live else None
        text = fmt.MISSING if premium is None else fmt.signed(premium * 1e4, 2)
        return text, "dim" if premium is None else "number"
    if column == "basis":
        if not market.mark or not market.index:
            return fmt.MISSING, "dim"
        text = fmt.signed((market.mark / market.index - 1) * 1e4, 2)
        return text, "text"
    if column == "next":
        return fmt.countdown(next_payment_s(market, readings.now_ns)), "text"
    pinned = terms.interest_8h / 8 if terms else None
    return fmt.rate(pinned, readings.ui.unit), "dim"


def _is_basis_old(readings: Readings, market: MarketRead) -> bool:
    """Its prices have ages of their own, beside that of the rate."""
    return any(market.is_stale(price, readings.now_ns) for price in ("mark", "index"))


def pin_words(premium: float | None, terms: FundingTerms | None) -> tuple[str, str]:
    """How far the premium (a fraction) is from the edges of the pin, in words, and their role."""
    if terms is None:
        return "its formula is not known", "dim"
    low, high = terms.pin
    if high <= low:
        return "no pin: it follows", "dim"
    if premium is None:
        return f"pin at {fmt.signed(low * 1e4, 1)} to {fmt.signed(high * 1e4, 1)}", "dim"
    if premium > high:
        return f"above by {(premium - high) * 1e4:.1f}", "warn"
    if premium < low:
        return f"below by {(low - premium) * 1e4:.1f}", "warn"
    up, down = (high - premium) * 1e4, (premium - low) * 1e4
    side = f"{up:.1f} to the top" if up <= down else f"{down:.1f} to the foot"
    return f"pinned, {side}", "text"
