"""How good each venue's book is: spread, microprice, balance, depth in bands, and its reach."""

from collections.abc import Sequence

from cockpit.analytics.execution.depth import imbalance
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.liquidity import Liquidity, band_words, liquidity
from cockpit.ui.readings.order_books import BANDS_BPS, no_book
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "liquidity"
HZ = 1.0
_NAME = 13
_BAND = 14
_COVERED = 9
_HEAD = (("mid", 11), ("spread", 8), ("micro", 8), ("imb", 7))


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    listing = readings.listing()
    names, note = window(readings, listing, height - 3)
    heads = _heads(readings, names)
    bands, columns = _fitting(inner - _NAME - _COVERED, heads)
    body = _table(readings, names, inner, bands, columns, is_first=True) if names else []
    room = inner - _NAME
    bands = [bps for bps in BANDS_BPS if bps not in bands][: room // _BAND]
    columns = [column for column in heads if column not in columns and not bands]
    if (bands or columns) and body and 2 * len(body) + 1 <= height - 2:
        body += [[], *_table(readings, names, inner, bands, columns, is_first=False)]
    if not names:
        body = [[], [(f" {readings.no_market}", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[
            ("liquidity", "title"),
            (f" · {readings.symbol or '-'} · USD bid/ask, bps of mid", "dim"),
        ],
        note=note,
        verdict=_verdict(readings, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _table(
    readings: Readings,
    names: Sequence[str],
    inner: int,
    bands: Sequence[float],
    columns: Sequence[tuple[str, int]],
    *,
    is_first: bool,
) -> list[Line]:
    """A head and a row a venue. What one table has no room for stands in a second one below."""
    head: Line = [(" " * _NAME, "dim")]
    head += [(right(name, size), "dim") for name, size in columns]
    head += [(right(f"{bps:.0f} bps", _BAND), "dim") for bps in bands]
    if is_first:
        head.append((right("covers", _COVERED), "dim"))
    body = [head]
    for name in names:
        found = liquidity(readings, name)
        line: Line = [(" " + fit(name, _NAME - 1), readings.colour_of(name))]
        if found is not None:
            line += _row(readings, found, columns, bands)
            line += _reach(found, bands) if is_first else []
        elif is_first:
            line.append((fit(f" {no_book(readings, name)}", inner - _NAME), "stale"))
        body.append(line)
    return body


Heads = Sequence[tuple[str, int]]
"""(title, cells) of the columns before the bands."""


def _heads(readings: Readings, names: Sequence[str]) -> Heads:
    """As wide as the longest mid: a coin worth a millionth has many decimals."""
    books = [found for name in names if (found := liquidity(readings, name)) is not None]
    longest_mid = max((len(_mid(readings, found)) for found in books), default=0)
    return (("mid", max(_HEAD[0][1], longest_mid + 2)), *_HEAD[1:])


def _mid(readings: Readings, found: Liquidity) -> str:
    """With half a tick's decimals: it lies between two prices."""
    market = readings.market(found.venue)
    tick = market.instrument.tick if market and market.instrument else None
    return fmt.price(found.mid, tick / 2 if tick else None)


def _fitting(room: int, heads: Heads) -> tuple[list[float], list[tuple[str, int]]]:
    """Bands first, the widest of them last to come; then the touch."""
    bands: list[float] = []
    for bps in (BANDS_BPS[1], BANDS_BPS[0], BANDS_BPS[2]):
        if room >= _BAND:
            bands.append(bps)
            room -= _BAND
        if bps == BANDS_BPS[0]:
            room -= sum(size for _, size in heads[1:])
    room += sum(size for _, size in heads[1:])
    chosen = []
    for name in ("spread", "imb", "micro", "mid"):
        size = dict(heads)[name]
        if room >= size:
            chosen.append(name)
            room -= size
    return sorted(bands), [(name, size) for name, size in heads if name in chosen]


def _row(
    readings: Readings,
    found: Liquidity,
    columns: Sequence[tuple[str, int]],
    bands: Sequence[float],
) -> Line:
    spread, inside = found.spread_bps, found.bands.get(BANDS_BPS[1])
    cells = {
        "mid": _mid(readings, found),
        "spread": "crossed" if spread is not None and spread <= 0 else fmt.bps(spread, 2),
        "micro": fmt.signed(found.micro_bps, 2),
        "imb": fmt.signed(imbalance(*inside), 2) if inside else fmt.MISSING,
    }
    plain = "stale" if found.stale else "text"
    line: Line = []
    for name, size in columns:
        text = (fmt.STALE if found.stale and name == "mid" else "") + cells[name]
        line.append((right(text, size), "warn" if text == "crossed" else plain))
    for bps in bands:
        words = band_words(found, bps) or fmt.MISSING
        line.append((right(words, _BAND), "stale" if found.stale else "number"))
    return line


def _reach(found: Liquidity, bands: Sequence[float]) -> Line:
    """How far the visible book goes; brighter where that is short of a band that is shown."""
    reach = found.reach_bps
    short = reach < max(bands, default=0.0)
    far = f"{fmt.bps(reach, 0)} bps" if reach < 1000 else ">1000 bps"
    return [(right(far, _COVERED), "text" if short else "dim")]


def _verdict(readings: Readings, width: int) -> Line:
    """Where most rests near the touch."""
    best: tuple[float, str] | None = None
    for name in readings.listing():
        found = liquidity(readings, name)
        near = found.bands.get(BANDS_BPS[0]) if found else None
        if found is None or found.stale or near is None:
            continue
        if best is None or sum(near) > best[0]:
            best = sum(near), name
    if best is None:
        return [("no fresh book", "warn")] if readings.symbol else []
    return longest(
        width,
        [(f"deepest within 10 bps: {best[1]} {fmt.magnitude(best[0])}, ", "text"),
         ("≥ where the visible book ends before the band", "dim")],
        [(f"deepest within 10 bps: {best[1]} {fmt.magnitude(best[0])}", "text")],
    )  # fmt: skip
