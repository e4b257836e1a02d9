"""Every word and abbreviation that panes print as a label, in a sentence each.

Labels are looked up as they stand on the screen: a number in one, and what follows it, do not
matter (`25 bps bid/ask`, `in 40m`), nor a unit behind it (`net $`).
"""

import re
from collections.abc import Mapping

from cockpit.ui.help.result_words import RESULT_WORDS

SIGNS: Mapping[str, str] = {
    "·": "missing: the venue has not said it",
    "~": "before a figure: stale, or from less than it should rest on; alone: not known yet",
    "!": "our reading of the venue failed; its input is kept in a tape",
    "—": "the venue does not list this market",
    "≥": "at least: the venue shows no more of it; of a sum, a figure in it is not known or old",
    "≤": "at most, for the same reason",
    "?": "before a fee: the documented base tier, not known to be yours",
    "●": "live; beside an alert or a rule: it is on",
    "◐": "connecting, silent for too long, or live over a chain that is late",
    "○": "down; beside an alert: it is over, beside a rule: in its cool-down",
    "▲": "alerts that nobody has seen; in a curve: a jump, or a stall of a chain",
    "Δ": "net delta: what is held, long less short, in USD at mark",
    "▌": "the cursor",
    "*": "pinned: two pins are the pair that rows speak of; in SCAN a coin of the watch list",
    "×": "an end of a gap: nothing is known in between; in an hour of a venue: a reconnect",
}
"""Signs that stand for words."""

WORDS: Mapping[str, str] = {
    **RESULT_WORDS,
    "1 d": "mean of what was paid over so many days",
    "because": "what the forecast goes by",
    "coin": "the coin, whatever it is called at each venue",
    "depth": "what rests near mid, as a multiple of your size",
    "even": "hours of hold until the costs are earned",
    "gate": "the first condition that fails, in words; passes: none does",
    "halves": "time in which a spread has come half way back to its usual level",
    "odds": "how often such a pair has been worth its costs",
    "oi": "open interest in USD: of a pair the smaller leg's, of a coin all venues'",
    "oi change": "of open interest in coins within 24 h, all venues; only where all are kept",
    "change": "of the price within 24 h, at the venue with most open interest",
    "range": "lowest / highest basis of the last day, as far as it is kept",
    "( )": "a figure that is not counted or not of now: its market fails a gate of its own",
    "P(flip)": "chance that the rate changes its sign within the hours named",
    "P(spike)": "chance that the rate leaves its usual range within the hours named",
    "quote": "what prices are quoted in: long / short leg",
    "pays": "how often each leg pays, in hours: long / short",
    "return": "net a year on the margin of both legs",
    "sign": "share of the past in which the spread had this sign",
    "since": "hours since the spread last changed its sign",
    "of within": "where the rate will be four times of five",
    "volume": "traded in 24 hours in USD",
    "≈": "before a cost: guessed from touch or volume, no book stands behind it",
    "$/h": "funding in USD an hour; plus is received",
    "correlation": "how much two prices move together: 1 is exactly",
    "hold": "how long the position is meant to stand",
    "horizon": "how far ahead the random futures reach",
    "how many futures": "random futures that are drawn: more are slower and steadier",
    "ladder step": "how far apart limit orders of a ladder stand",
    "paths": "random futures that are drawn: more are slower and steadier",
    "risk aversion": "what a dollar of variance is worth avoiding: 0 takes cost alone",
    "steps": "moments at which a random future is looked at",
    "steps of each": "moments at which a random future is looked at",
    "account": "the public address, or the name you gave it",
    "age": "how long ago the newest fact arrived",
    "ask": "the best price at which somebody sells",
    "asks": "questions that wait for the venue's request budget",
    "asset": "one coin, whatever it is called at each venue",
    "at": "where the price of liquidation stands",
    "block age": "age of the chain's newest block by our clock, the worst of each moment",
    "latency": "our receive time less the venue's own stamp, the middle of the last messages",
    "up": "the part of the hour, as far as it is known, in which the venue was live",
    "b.age": "age of the chain's newest block by our clock",
    "band": "the net position that still counts as hedged: :band USD",
    "basis": "mark less index, in bps of the index",
    "bid": "the best price at which somebody buys",
    "block": "seconds between blocks of the chain, on average",
    "bps": "basis points: hundredths of a per cent",
    "budget": "requests that the venue's limit allows now, of how many at once",
    "buy/sell": "cost of taking your size at once, in bps of mid, the fee in it",
    "bytes": "what the venue has sent since the start",
    "carry": "funding of what is held, USD an hour; plus is received",
    "carry now": "the same at the rates of this moment",
    "concentration": "sum of squared shares: 1 is all in one place",
    "cost": "to open and close both legs at your size, fees included",
    "covers": "how far from mid the visible book reaches",
    "earned": "hours of hold until payments have covered the costs",
    "entry": "the average price at which the position was opened",
    "equity": "collateral and profit that carry the account",
    "expected": "over the time ahead, as the forecast says; without one, rates revert as they did",
    "fee": "taker fee in bps; ?: base tier assumed",
    "frames drawn": "pictures a second that went to the terminal, of how many there might be",
    "frames skipped": "pictures that the terminal was not ready for",
    "gaps": "books that lost their sequence and were asked for anew",
    "gross": "long and short added up",
    "h1 h4 h8": "the market pays funding every 1, 4 or 8 hours",
    "height": "number of the chain's newest block",
    "history": "what is kept on this machine, and who writes it",
    "imb": "imbalance within the band: +1 all bids, −1 all asks",
    "last": "how the figure moved in the time named",
    "in": "change over the time named",
    "legs": "positions that are counted",
    "leverage": "gross over equity",
    "lev": "leverage of the position; iso: isolated margin",
    "liq": "the price at which the venue closes the position",
    "live": "the rate that holds now",
    "long": "the venue to buy at: its longs pay less",
    "loop lag": "how late the program's own clock ticks, now and at worst",
    "mark": "the price that margin and funding are counted by",
    "memory": "what the program holds of it",
    "messages": "facts from all venues, a second or since the start",
    "micro": "microprice less mid: towards the thinner side",
    "mid": "half way between the best bid and the best ask",
    "net": "long less short",
    "next": "time to the next payment of funding",
    "next 8 h": "expected mean of the hours ahead",
    "note": "your own words, or why a figure is missing",
    "notional": "size at mark, in USD",
    "of gross": "share of everything that is held",
    "oi-w": "rate over all venues, weighted by their open interest",
    "oi-weighted": "the same",
    "open interest": "what is held by all longs, once, in USD at mark",
    "p50 ms": "half of all messages arrived faster, by the venue's own stamps",
    "p99 ms": "99 of 100 arrived faster",
    "paid": "funding received or paid since it was opened, as the venue counts it",
    "pin": "while the premium is inside it the rate stands still",
    "pinned at": "the rate that holds inside the pin",
    "pred": "what the venue itself predicts for the running interval",
    "premium": "how far the venue's own price is above its index: what its rate is made of",
    "ratio": "maintenance margin of equity: liquidation at 100 %",
    "reading": "whether facts are taken one by one, or several at once when many come",
    "recon": "reconnects since the start",
    "recording": "whether tapes are being written",
    "rejects": "figures of the venue that made no sense and were left out",
    "rtt ms": "round trip of a ping",
    "settings": "the config that was read, or that none was",
    "sh/long": "short the first venue, long the second",
    "share": "of the open interest of all venues",
    "short": "the venue to sell at: its longs pay more",
    "short less long": "what the pair received in each hour at both venues' stamps",
    "side": "long or short; of an order: buy or sell",
    "size": "in coins; of a position signed: long is plus",
    "skew ms": "newest stamp less our clock; minus: our clock is behind",
    "source": "who said the liquidation price: the venue, or computed here",
    "spread": "of rates: what a pair receives; of a book: ask less bid in bps",
    "state": "of the venue's links",
    "symbol": "the coin",
    "a frame costs": "time that drawing a picture takes",
    "thin": "the visible book does not hold the size",
    "to liq": "how far the price is from liquidation",
    "to liquidation": "the same, drawn",
    "to the edge of the pin": "how far the premium is from where the rate begins to move",
    "to the terminal": "what drawing sends, and how long your terminal takes to answer",
    "uPnL": "profit that is not taken, at mark",
    "unhedged": "net beyond the band",
    "usd": "open interest in USD at mark",
    "used": "margin that positions and orders take",
    "venue": "the exchange",
    "vol 24h": "traded in 24 hours in USD, all venues that say it; ≥: not all do",
    "x depth": "open interest as a multiple of what rests within 25 bps",
    "z": "how unusual a rate is: robust deviations from its median of 30 days",
    "APR": "a year at this rate, never compounded",
    "ADL": "auto-deleveraging: the venue closes winners when losers cannot pay",
    "AS OF": "the picture is of that past moment",
    "FROZEN": "the picture stands, the data go on",
    "REC": "tapes are being written",
    "READ-ONLY": "no key, no signature: nothing but questions is ever sent",
    "paced": "more changes than a terminal of this size is sent",
    "VaR": "the loss that so many of a hundred futures stay under",
    "ES": "the mean loss of the futures beyond VaR",
}
"""Word as it is printed -> its meaning."""

_NUMBER = re.compile(r"\d[\d.,]*\s?[a-zA-Z%]{0,5}\b")
_UNITS = (" $", " %", " bps", " usd")


def meaning(label: str) -> str | None:
    """What a label means; None if it is no word of the glossary. A bare number has no need."""
    text = label.strip().strip(":,")
    if text in WORDS:
        return WORDS[text]
    if text in SIGNS:
        return SIGNS[text]
    plain = " ".join(_NUMBER.sub(" ", text).split())
    for unit in _UNITS:
        plain = plain.removesuffix(unit)
    if not any(char.isalpha() for char in plain):
        return ""
    return WORDS.get(plain) or WORDS.get(plain.casefold()) or _both_sides(plain)


def _both_sides(text: str) -> str | None:
    return "USD resting on the two sides of the book" if text == "bid/ask" else None
