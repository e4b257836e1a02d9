"""What each pane is for: a sentence or two, the keys that matter in it, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneGuide:
    """`name` is the pane's title; `keys` are ids of actions, at most five; `words` are of the
    glossary."""

    name: str
    shows: str
    keys: tuple[str, ...]
    words: tuple[str, ...] = ()


PANE_GUIDES: Mapping[str, PaneGuide] = {
    "funding": PaneGuide(
        name="funding",
        shows="Funding of every coin at every venue, a year unless you change it. Warm: longs pay, "
        "cool: shorts pay. The sentence below says what the best pair of the row earns and costs.",
        keys=("view.cell", "view.unit", "view.sort", "view.pin", "calc.carry"),
        words=("sh/long", "spread", "h1 h4 h8", "oi-w", "vol 24h", "z"),
    ),
    "curves": PaneGuide(
        name="funding history",
        shows="What was paid through time at each venue, and the live rate at the right end.",
        keys=("view.span", "symbol.next", "view.unit", "view.pin", "pane.zoom"),
        words=("×", "live"),
    ),
    "depth": PaneGuide(
        name="books",
        shows="The books of one coin side by side, or a line a venue where room is short. A book "
        "whose link is lost is gone, with the reason: old depth is never shown.",
        keys=("view.books", "symbol.next", "view.size_up", "calc.stagger", "pane.zoom"),
        words=("≥", "imb", "covers", "buy/sell", "thin"),
    ),
    "interest": PaneGuide(
        name="open interest",
        shows="Open interest of one coin: where it is, how it moves, over how much depth.",
        keys=("symbol.next", "cursor.right", "pane.zoom", "pane.write", "pane.focus"),
        words=("open interest", "share", "x depth", "≤"),
    ),
    "health": PaneGuide(
        name="health",
        shows="A line a venue: its link, its chain, how late messages are and what was lost.",
        keys=("cursor.right", "pane.focus", "pane.zoom", "tape.record", "workspace.health"),
        words=(
            "block",
            "b.age",
            "p50 ms",
            "p99 ms",
            "rtt ms",
            "skew ms",
            "gaps",
            "recon",
            "rejects",
        ),
    ),
    "alerts": PaneGuide(
        name="alerts",
        shows="What fires now, worst first, then what fired before; or every rule, how it stands.",
        keys=("alert.acknowledge", "alert.mute", "rule.list", "rule.try", "pane.zoom"),
        words=("●", "○"),
    ),
    "merged": PaneGuide(
        name="consolidated",
        shows="All venues as one book, fees included: where the next unit is really cheapest.",
        keys=("symbol.next", "calc.stagger", "view.size_up", "pane.zoom", "pane.write"),
        words=("fee",),
    ),
    "liquidity": PaneGuide(
        name="liquidity",
        shows="How good each book is: what rests within 10, 25 and 50 bps of its own mid.",
        keys=("symbol.next", "cursor.right", "pane.zoom", "pane.write", "calc.stagger"),
        words=("mid", "micro", "imb", "covers", "≥"),
    ),
    "costs": PaneGuide(
        name="cost",
        shows="What a taker pays now to buy and to sell each size, bps of mid with the fee; green "
        "is the cheapest venue.",
        keys=("view.size_up", "view.size_down", "symbol.next", "calc.stagger", "pane.zoom"),
        words=("fee", "?", "thin"),
    ),
    "depth_chart": PaneGuide(
        name="depth chart",
        shows="Depth added up outwards from each venue's own mid, bids left, asks right.",
        keys=("symbol.next", "view.pin", "cursor.right", "pane.zoom", "pane.write"),
        words=("mid",),
    ),
    "terms": PaneGuide(
        name="funding curve",
        shows="The funding curve of one coin: what was paid over 30 days to an hour, live, "
        "predicted, and what is expected.",
        keys=("view.tenor", "view.unit", "symbol.next", "cursor.right", "pane.zoom"),
        words=("live", "pred", "next 8 h", "oi-weighted"),
    ),
    "term_plot": PaneGuide(
        name="curve",
        shows="The same curve drawn: paid at the left, live, and expected at the right end.",
        keys=("symbol.next", "view.unit", "view.pin", "cursor.right", "pane.zoom"),
        words=("live", "pred"),
    ),
    "premium": PaneGuide(
        name="premium and pin",
        shows="What each rate is made of, and how far the premium is from where the rate moves.",
        keys=("symbol.next", "view.unit", "cursor.right", "pane.zoom", "pane.write"),
        words=("premium", "basis", "pin", "pinned at"),
    ),
    "spreads": PaneGuide(
        name="spreads",
        shows="Every venue against every other at the rates of now: what a pair receives, and the "
        "hours until that has covered its costs. Many venues are ranked as pairs.",
        keys=("calc.carry", "view.pin", "view.size_up", "symbol.next", "pane.zoom"),
        words=("spread", "earned", "cost", "~"),
    ),
    "pair": PaneGuide(
        name="pair",
        shows="The past of the chosen pair: what short less long received, hour by hour, and what "
        "that adds up to against its costs.",
        keys=("view.pin", "view.span", "symbol.next", "calc.carry", "pane.zoom"),
        words=("short", "long", "spread", "cost"),
    ),
    "positions": PaneGuide(
        name="positions",
        shows="Every position of the followed public addresses and those you typed, with what it "
        "earns and how far it is from liquidation.",
        keys=("position.group", "position.mark", "position.add", "calc.hedge", "calc.stress"),
        words=("uPnL", "paid", "liq", "to liq", "lev", "source", "age"),
    ),
    "exposure": PaneGuide(
        name="exposure",
        shows="What is held of each coin in all, and what no other leg hedges.",
        keys=("app.command", "calc.hedge", "cursor.down", "pane.zoom", "pane.write"),
        words=("net", "gross", "unhedged", "band"),
    ),
    "margins": PaneGuide(
        name="margin",
        shows="Equity and margin at each venue, the tightest named below.",
        keys=("pane.zoom", "calc.stress", "pane.write", "cursor.down", "pane.focus"),
        words=("equity", "used", "ratio"),
    ),
    "carry_spark": PaneGuide(
        name="carry and totals",
        shows="The whole book: what it earns now, what is expected of the next day, how it stands.",
        keys=("pane.zoom", "calc.stress", "calc.hedge", "pane.write", "pane.focus"),
        words=("carry now", "expected", "leverage", "concentration"),
    ),
    "exposure_history": PaneGuide(
        name="through time",
        shows="Net delta, carry and margin through time; a mark is a jump, with what caused it.",
        keys=("pane.zoom", "past.back", "pane.write", "cursor.down", "pane.focus"),
        words=("▲", "Δ", "ratio"),
    ),
    "form": PaneGuide(
        name="inputs",
        shows="What the calculator is asked. Each value says where it comes from; type over any.",
        keys=("pane.focus", "cursor.left", "cursor.right", "pane.next", "pane.write"),
    ),
    "result": PaneGuide(
        name="result",
        shows="The answer in a sentence, then its figures and what was assumed.",
        keys=("pane.next", "pane.write", "pane.copy", "pane.zoom", "calc.stress"),
        words=("bps", "APR"),
    ),
    "legs": PaneGuide(
        name="legs",
        shows="What to trade where, and what of it is done: mark a leg filled with price and size.",
        keys=("plan.fill", "plan.unfill", "pane.copy", "pane.write", "pane.zoom"),
        words=("side", "size", "cost"),
    ),
    "plans": PaneGuide(
        name="plans",
        shows="The plans you kept, and what is left of each.",
        keys=("pane.focus", "plan.delete", "cursor.down", "pane.zoom", "pane.write"),
    ),
    "stress_form": PaneGuide(
        name="inputs",
        shows="What the shock is. A scenario by name, or shocks of your own.",
        keys=("pane.focus", "cursor.left", "cursor.right", "pane.next", "pane.write"),
    ),
    "stress": PaneGuide(
        name="result",
        shows="What each scenario would cost, beside every other.",
        keys=("pane.next", "pane.zoom", "pane.write", "pane.copy", "calc.hedge"),
        words=("uPnL", "ADL"),
    ),
    "histogram": PaneGuide(
        name="futures",
        shows="Losses and gains of thousands of random futures, and what is in the worst of them.",
        keys=("pane.zoom", "pane.write", "pane.next", "calc.hedge", "pane.copy"),
        words=("VaR", "ES"),
    ),
    "scan": PaneGuide(
        name="scan",
        shows="Every pair of every coin on every venue, ranked by what it leaves net at your size "
        "over the hold, with the first gate that fails. Enter shows all pairs of the coin.",
        keys=("scan.failing", "scan.coins", "view.filter", "view.pin", "calc.carry"),
        words=(
            "net",
            "return",
            "gate",
            "even",
            "odds",
            "halves",
            "range",
            "oi change",
            "≈",
            "~",
            "( )",
        ),
    ),
    "scan_pair": PaneGuide(
        name="pair",
        shows="The pair under the cursor: its rates, its past and what the answer rests on.",
        keys=("calc.carry", "pane.next", "pane.zoom"),
        words=("spread", "expected", "cost", "~"),
    ),
    "outlook": PaneGuide(
        name="forecast",
        shows="What is expected of each rate over the next hours, how sure that is, and why.",
        keys=("view.unit", "symbol.next", "cursor.right", "pane.zoom"),
        words=("expected", "P(flip)", "P(spike)", "because"),
    ),
    "scores": PaneGuide(
        name="scoreboard",
        shows="How good the forecasts were: whether expected rates came nearer, and odds truer, "
        "than the plain average of the past would have; n is how many were scored.",
        keys=("view.cell", "cursor.right", "pane.zoom", "pane.next", "pane.write"),
    ),
    "picture": PaneGuide(
        name="picture",
        shows="The answer drawn: what is expected, what it costs, what is traded when.",
        keys=("pane.next", "pane.zoom", "pane.write"),
        words=("carry", "cost"),
    ),
    "depth_history": PaneGuide(
        name="depth through time",
        shows="What rested near mid at each venue through time, as far as it is kept.",
        keys=("view.span", "symbol.next", "pane.zoom", "pane.write"),
        words=("mid", "×"),
    ),
    "links": PaneGuide(
        name="links and chains",
        shows="Every venue's links and chain in full, counted since the start.",
        keys=("cursor.right", "pane.zoom", "tape.record", "pane.write", "pane.next"),
        words=("b.age", "p99 ms", "rtt ms", "skew ms", "budget", "asks", "gaps", "rejects"),
    ),
    "pulse": PaneGuide(
        name="an hour of each venue",
        shows="An hour of each venue's machinery on its own scale: how old its newest block was, "
        "how late its messages, where it stalled or linked anew, and how long it was up.",
        keys=("cursor.right", "pane.zoom", "past.back", "pane.next", "tape.record"),
        words=("block age", "latency", "up"),
    ),
    "trouble": PaneGuide(
        name="trouble",
        shows="What went wrong at each venue, in its own last words.",
        keys=("pane.zoom", "pane.next", "pane.write", "tape.record", "pane.copy"),
        words=("rejects", "budget"),
    ),
    "program": PaneGuide(
        name="this program",
        shows="The program itself: its settings, its clock, its pictures, its memory.",
        keys=("pane.zoom", "pane.next", "pane.write", "view.repaint", "app.command"),
        words=("loop lag", "frames drawn", "history", "reading"),
    ),
    "log": PaneGuide(
        name="log",
        shows="What happened to links and books, newest first.",
        keys=("pane.zoom", "pane.next", "pane.write", "pane.copy", "pane.focus"),
    ),
}
"""Every pane of the layouts; a test holds the two together."""
