"""What the positions amount to in each asset: net, gross, and what no other leg hedges."""

from cockpit.analytics.risk.exposure import AssetExposure, by_asset, total
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings import kept_exposure
from cockpit.ui.readings.position_columns import UNKNOWN, usd
from cockpit.ui.readings.positions import carry_is_old, portfolio, unread_words
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import bar
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "exposure"
HZ = 1.0
_NAME = 8
_COLUMNS = (("net", 11), ("net $", 10), ("gross $", 9), ("unhedged $", 11), ("$/h", 9))
_BAR = 10
_KEPT: tuple[kept_exposure.Column, ...] = (
    ("net $", 11, lambda row: kept_exposure.dollars(row.net_usd)),
    ("gross $", 10, lambda row: kept_exposure.size(row.gross_usd)),
    ("$/h", 10, lambda row: kept_exposure.dollars(row.carry_usd_per_hour, 3)),
)


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    if readings.moment is not None:
        return framed(
            kept_exposure.table(readings, _KEPT, inner),
            width,
            height,
            title=[("exposure", "title"), (" · by account, as kept", "dim")],
            verdict=[(kept_exposure.NOT_KEPT, "dim")],
            focused=readings.ui.focus == TITLE,
        )
    held = portfolio(readings)
    legs = [row.leg for row in held.rows]
    old = {row.leg.asset for row in held.rows if row.is_stale}
    assets = by_asset(legs)
    count = max(1, min(len(_COLUMNS), _fitting(inner)))
    body: list[Line] = []
    if assets:
        head: Line = [(" " + fit("asset", _NAME - 1), "dim")]
        head += [(right(name, size), "dim") for name, size in _COLUMNS[:count]]
        whole = total(asset.gross_usd for asset in assets)
        if _share_fits(inner):
            head.append((fit("  of gross", _BAR + 7), "dim"))
        beyond = "number" if _is_band_idle(readings, assets) else "warn"
        body = [
            head,
            *(_row(readings, a, a.symbol in old, count, inner, whole, beyond) for a in assets),
        ]
    else:
        body = [[], [(" Nothing is held: every asset is flat", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[
            ("exposure", "title"),
            (f" · by asset · band ${fmt.magnitude(readings.ui.band_usd)}", "dim"),
        ],
        verdict=_verdict(readings, assets, old, width - 4) if assets else None,
        focused=readings.ui.focus == TITLE,
    )


def _fitting(inner: int) -> int:
    used, count = _NAME, 0
    for _, size in _COLUMNS:
        used += size
        count += used <= inner
    return count


def _share_fits(inner: int) -> bool:
    return inner >= _NAME + sum(size for _, size in _COLUMNS) + _BAR + 7


def unhedged_usd(readings: Readings, asset: AssetExposure) -> float | None:
    """The net position beyond the band, signed; 0 inside it."""
    if asset.net_usd is None:
        return None
    beyond = abs(asset.net_usd) - readings.ui.band_usd
    return 0.0 if beyond <= 0 else beyond * (1 if asset.net_usd > 0 else -1)


def _is_band_idle(readings: Readings, assets: list[AssetExposure]) -> bool:
    """Whether every one of several assets is beyond the band: then it warns of nothing."""
    return len(assets) > 1 and all(unhedged_usd(readings, asset) for asset in assets)


def net_base(asset: AssetExposure) -> float:
    """Exactly 0 where legs of opposite size cancel but for the last digits of their sum."""
    gross = asset.gross_usd or 0.0
    is_dust = asset.net_usd is not None and abs(asset.net_usd) <= 1e-9 * gross
    return 0.0 if is_dust else asset.net_base


def _row(
    readings: Readings,
    asset: AssetExposure,
    is_old: bool,
    count: int,
    inner: int,
    whole: float | None,
    beyond_role: str,
) -> Line:
    net = net_base(asset)
    beyond = unhedged_usd(readings, asset)
    texts = (
        (("+" if net > 0 else "") + fmt.magnitude(net, 4), "number"),
        (usd(asset.net_usd, 0), "number"),
        (UNKNOWN if asset.gross_usd is None else fmt.magnitude(asset.gross_usd), "text"),
        (usd(beyond, 0), beyond_role if beyond else "dim"),
        (usd(asset.carry_usd_per_hour, 3), _carry_role(asset.carry_usd_per_hour)),
    )
    line: Line = [(" " + fit(asset.symbol, _NAME - 1), "title")]
    mine = [row for row in portfolio(readings).rows if row.leg.asset == asset.symbol]
    is_rate_old = carry_is_old(readings, mine)
    for (text, role), (head, size) in zip(texts[:count], _COLUMNS, strict=False):
        is_past = is_old or (is_rate_old and head == "$/h")
        mark = fmt.STALE if is_past and text != UNKNOWN else ""
        line.append((right(mark + text, size), "stale" if is_past else role))
    if _share_fits(inner) and whole and asset.gross_usd is not None:
        share = asset.gross_usd / whole
        line += [("  " + bar(share, _BAR), "dim"), (right(f"{share:.0%}", 5), "text")]
    return line


def _carry_role(value: float | None) -> str:
    return "dim" if value is None else "gain" if value > 0 else "loss" if value < 0 else "number"


def _verdict(readings: Readings, assets: list[AssetExposure], old: set[str], width: int) -> Line:
    """The asset that is least hedged, of those whose legs are all of the present."""
    known = [a for a in assets if a.net_usd is not None and a.symbol not in old]
    beyond = [(abs(unhedged_usd(readings, a) or 0.0), a) for a in known]
    doubt = len(assets) - len(known)
    stale = sum(a.symbol in old for a in assets)
    doubts = [f"{stale} stale"] if stale else []
    doubts += [f"{doubt - stale} not known"] if doubt > stale else []
    unread = unread_words(readings)
    doubts += [unread] if unread else []
    tail = f"  {', '.join(doubts)}" if doubts else ""
    most = max(beyond, key=lambda item: item[0], default=None)
    if most is None:
        return [(f"no asset's net is {'of the present' if stale else 'known'}", "warn")]
    if most[0] == 0:
        everything = "every asset is inside the band"
        words = f"{len(known)} inside the band" if doubt or unread else everything
        # What is still being read may be the other leg: nothing is said to be well.
        role = "warn" if unread else "gain"
        return longest(width, [(words, role), (tail, "warn")], [(words, role)])
    asset = most[1]
    side = "long" if (asset.net_usd or 0) > 0 else "short"
    words = f"{asset.symbol} is ${fmt.magnitude(most[0])} {side} beyond the band"
    if _is_band_idle(readings, assets):
        wider = "; no asset is inside it, :band sets a wider one"
        return longest(width, [(words, "text"), (wider, "dim"), (tail, "warn")], [(words, "text")])
    return longest(width, [(words, "warn"), (tail, "warn")], [(words, "warn")])
