"""The funding curve of the selected symbol as a table: paid, live, predicted, expected."""

from cockpit.ui.model.ui_state import TENORS, Scene, Tenor
from cockpit.ui.panes.funding.term_curve import HEADS, plot
from cockpit.ui.readings.funding_rates import MIN_POINTS, live, terms, weighted_terms
from cockpit.ui.readings.heatmap_cells import heat_role
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "terms"
HZ = 1.0
_NAME = 13
_LEAST_PLOT = 9
_DROPPED: tuple[Tenor, ...] = ("30d", "1h", "next_24h", "predicted", "7d", "8h", "next_8h", "24h")
"""What goes first where there is no room."""


def lines(scene: Scene, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    names = scene.listing()
    name_width = _NAME if inner >= _NAME + 5 * _cell(scene) else 5
    blocks = _blocks(scene, inner - name_width, len(names) + 2, height - 2)
    body: list[Line] = []
    if names:
        for tenors in blocks:
            body += [*([[]] if body else []), *_table(scene, names, tenors, name_width, inner)]
        spare = height - 2 - len(body)
        if spare >= _LEAST_PLOT:
            body += [[], *plot(scene, inner, spare - 1)]
    else:
        why = f"no venue lists {scene.symbol}" if scene.symbol else scene.no_symbol
        body = [[], [(f" {why}", "dim")]]
    hidden = len(TENORS) - sum(len(tenors) for tenors in blocks)
    return framed(
        body,
        width,
        height,
        title=[
            ("funding curve", "title"),
            (f" · {scene.symbol or '-'} · {fmt.UNIT_LABEL[scene.unit]}", "dim"),
        ],
        note=f"{hidden} hidden" if names and hidden else "",
        verdict=_verdict(scene, names, width - 4),
        focused=scene.focus == TITLE,
    )


def _cell(scene: Scene) -> int:
    return 11 if scene.unit == "hour" else 10


def _blocks(scene: Scene, room: int, rows: int, height: int) -> list[list[Tenor]]:
    """The tenors that fit side by side, then those that do not in a second table below."""
    shown = list(TENORS)
    for tenor in _DROPPED:
        if len(shown) * _cell(scene) <= room:
            break
        shown.remove(tenor)
    rest = [tenor for tenor in TENORS if tenor not in shown][: max(0, room // _cell(scene))]
    return [shown, rest] if rest and 2 * rows + 1 <= height else [shown]


def _table(
    scene: Scene, names: list[str], tenors: list[Tenor], name_width: int, inner: int
) -> list[Line]:
    body = [_head(scene, tenors, name_width)]
    body += [_row(scene, name, tenors, name_width, inner) for name in names]
    weighted = weighted_terms(scene)
    line: Line = [(fit(" oi-weighted" if name_width > 5 else " oi", name_width), "dim")]
    figures = [span for tenor in tenors for span in _figure(scene, weighted[tenor], tenor)]
    return [*body, [*line, *figures]]


def _head(scene: Scene, tenors: list[Tenor], name_width: int) -> Line:
    line: Line = [(" " * name_width, "dim")]
    for tenor in tenors:
        chosen = tenor == scene.tenor
        line.append((right(HEADS[tenor], _cell(scene)), "accent" if chosen else "dim"))
    return line


def _row(scene: Scene, name: str, tenors: list[Tenor], name_width: int, inner: int) -> Line:
    label = name if name_width >= _NAME else scene.short(name)
    line: Line = [(" " + fit(label, name_width - 1), scene.colour_of(name))]
    curve = terms(scene, name)
    state = scene.view.venue(name)
    if all(rate is None for rate in curve.values()) and live(scene.market(name)) is None:
        why = "waiting for rates" if state and state.state == "live" else "no rates"
        if state and state.state != "live":
            why += f": {state.state}"
        return [*line, (fit(f" {why}", inner - name_width), "stale")]
    old = live(scene.market(name))
    for tenor in tenors:
        if tenor == "live" and curve["live"] is None and old is not None:
            line.append((right(fmt.STALE + fmt.rate(old, scene.unit), _cell(scene)), "stale"))
        else:
            line += _figure(scene, curve[tenor], tenor)
    return line


def _figure(scene: Scene, rate: float | None, tenor: Tenor) -> Line:
    """A cell; heat begins a cell later, so that it does not touch the figure before."""
    text = right(fmt.rate(rate, scene.unit), _cell(scene) - 1)
    role = "dim" if rate is None else heat_role(rate) if tenor == "live" else "text"
    return [(" ", "text"), (text, role)]


def _verdict(scene: Scene, names: list[str], width: int) -> Line:
    """Which way the selected venue's curve points, or what the empty places mean."""
    name = scene.venue if scene.venue in names else None
    if name is None:
        return []
    curve = terms(scene, name)
    day, week = curve["24h"], curve["7d"]
    unknown: Line = [
        (f"·: under 70 % of the window paid, or under {MIN_POINTS} hourly payments", "dim")
    ]
    if day is None or week is None:
        return longest(width, unknown, [("· not known", "dim")])
    slope = day - week
    word = "rising" if slope > 0 else "falling" if slope < 0 else "flat"
    head = f"{name}: {word}, 24 h less 7 d {fmt.rate(slope, scene.unit)}"
    return longest(width, [(f"{head}  ", "text"), *unknown], [(head, "text")], [(word, "text")])
