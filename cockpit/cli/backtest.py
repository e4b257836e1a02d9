"""`cockpit backtest forecast|carry`: forecasts and carry run over the past."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cockpit.cli import output
from cockpit.core.errors import InputError

if TYPE_CHECKING:
    from cockpit.backtest.carry_terms import LegTerms
    from cockpit.backtest.kept import Kept
    from cockpit.backtest.rows import Loaded
    from cockpit.core.typed import Unit

HELP = "forecasts and carry over the past: what they were worth"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="forecast|carry", required=True)
    _add_files(
        kinds.add_parser(
            "forecast", help="walk-forward forecasts of funding against historical averages"
        )
    )
    carry = kinds.add_parser("carry", help="long one venue, short another, while the spread pays")
    _add_files(carry)
    legs = carry.add_argument_group("each leg (one value for both, or A,B in the files' order)")
    legs.add_argument("--fee-bps", metavar="A[,B]", help="taker fee (default 4.5)")
    legs.add_argument("--impact-bps", metavar="A[,B]", help="stated impact of a fill (default 1)")
    legs.add_argument("--fill-fraction", metavar="A[,B]", help="filled at once (default 1)")
    legs.add_argument("--settle-delay", metavar="A[,B]", help="until a fill counts (default 0s)")
    legs.add_argument("--latency", metavar="A[,B]", help="decision to fill (default 1s)")
    legs.add_argument("--margin", metavar="A[,B]", help="put up of the notional (default 20%%)")
    rule = carry.add_argument_group("the rule")
    rule.add_argument("--usd", metavar="N", help="notional of a leg (default 100k)")
    rule.add_argument("--hold", metavar="D", help="time that a spread is trusted (default 7d)")
    rule.add_argument(
        "--prices",
        metavar="FILE",
        help="mid prices (time_ms, coin, mid) of coins whose rows came without a price",
    )


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="settled funding as CSV (also .gz): time_ms, coin, funding_rate[, premium]",
    )
    kept = parser.add_argument_group("in place of files")
    kept.add_argument(
        "--history",
        nargs="?",
        const="",
        metavar="DIR",
        help="what the cockpit remembers: settlements and telemetry (default: your own history)",
    )
    kept.add_argument("--venues", metavar="A,B", help="of the history, these venues alone")
    kept.add_argument("--symbols", metavar="X,Y", help="of the history, these coins alone")
    parser.add_argument(
        "--interval", metavar="D", help="time a rate covers, such as 1h (default: from the rows)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    # One core: the matrices are small, and figures then do not hang on how many there are.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return _carry(args) if args.kind == "carry" else _forecast(args)


def _forecast(args: argparse.Namespace) -> int:
    from cockpit.backtest import forecast_run, forecast_table
    from cockpit.forecast.reference import decode as decode_reference
    from cockpit.venues.kit.facts import documented_incidents

    loaded = _loaded(args)
    document = forecast_run.run(
        loaded.series,
        loaded.warnings,
        loaded.notes,
        is_history=args.history is not None,
        reference=decode_reference(_packaged("forecast_reference.json")),
        incidents=documented_incidents(),
    )
    return _say(document, args.json, forecast_table.text)


def _carry(args: argparse.Namespace) -> int:
    from cockpit.backtest import carry_run, carry_table
    from cockpit.backtest.carry_inputs import pairs_of
    from cockpit.backtest.carry_prices import Prices, load_prices, prices_in, prices_of
    from cockpit.backtest.carry_terms import Rule
    from cockpit.backtest.measured import recorded

    kept = _kept(args)
    loaded = kept.loaded if kept else _loaded(args)
    prices = Prices(
        recorded=prices_of(kept.hourly) if kept else prices_in(loaded.series),
        stated=load_prices(Path(args.prices)) if args.prices else {},
    )
    rule: dict[str, float] = {}
    if args.usd:
        rule["notional_usd"] = _number(args.usd, "--usd", _Bounds("usd", 1.0, 1e12))
    if args.hold:
        rule["hold_h"] = _duration_s(args.hold, "--hold") / 3600.0
    measured = None
    if kept is not None and not _states_fills(args):
        measured = recorded(kept.hourly)
    source = "FILE" if kept is None else "--history"
    paired = pairs_of(loaded.series, _terms(args), prices, measured, source)
    lacking = (*loaded.warnings, *paired.left_out)
    document = carry_run.run(
        paired.pairs, Rule(**rule), lacking, loaded.notes, is_history=kept is not None
    )
    return _say(document, args.json, carry_table.text)


def _loaded(args: argparse.Namespace) -> "Loaded":
    """The series of the files, or of the history; InputError where there is neither or both."""
    from cockpit.backtest import rows

    kept = _kept(args)
    if kept is not None:
        return kept.loaded
    return rows.load([Path(name) for name in args.files], _interval_s(args.interval))


def _kept(args: argparse.Namespace) -> "Kept | None":
    """What `--history` asks for; None where files were given."""
    if args.history is None:
        for option in ("venues", "symbols"):
            if getattr(args, option):
                raise InputError(f"--{option}: chooses of --history, and files were given")
        if not args.files:
            raise InputError("FILE: expected settled funding as CSV, or --history")
        return None
    if args.files:
        raise InputError(f"--history: replaces files, and {args.files[0]} was given too")
    if args.interval:
        raise InputError("--interval: is of files; history knows the interval of each payment")
    from cockpit import venues
    from cockpit.backtest import kept
    from cockpit.cli.options import parse_symbols, parse_venues
    from cockpit.history.layout import Folder, default_folder
    from cockpit.history.reader import HistoryReader

    names = parse_venues(args.venues, "--venues", venues.REGISTRY) if args.venues else ()
    reader = HistoryReader(Folder(Path(args.history) if args.history else default_folder()))
    try:
        return kept.load(
            reader,
            {name: venues.spec(name).funding_terms for name in venues.REGISTRY},
            names,
            parse_symbols(args.symbols, "--symbols") if args.symbols else (),
        )
    finally:
        reader.close()


def _states_fills(args: argparse.Namespace) -> bool:
    """Whether the trader says how orders fill: then nothing that was recorded does."""
    stated = (args.impact_bps, args.fill_fraction, args.settle_delay, args.latency)
    return any(value is not None for value in stated)


def _say(document: Any, as_json: bool, text: Any) -> int:
    if as_json:
        output.write_document(document)
    else:
        output.write_lines([text(document)])
    return 4 if document.is_incomplete else 0


def _terms(args: argparse.Namespace) -> "tuple[LegTerms, LegTerms]":
    """Both legs' frictions; InputError names the option."""
    from cockpit.backtest.carry_terms import LegTerms

    plain: tuple[tuple[str, str | None, str, _Bounds], ...] = (
        ("fee_bps", args.fee_bps, "--fee-bps", _Bounds("bps", 0.0, 1000.0)),
        ("impact_bps", args.impact_bps, "--impact-bps", _Bounds("bps", 0.0, 1000.0)),
        ("fill_fraction", args.fill_fraction, "--fill-fraction", _Bounds("frac", 0.0, 1.0)),
        ("margin_frac", args.margin, "--margin", _Bounds("frac", 0.01, 1.0)),
    )
    legs: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for field, given, option, bounds in plain:
        for leg, word in zip(legs, _both(given, option), strict=False):
            leg[field] = _number(word, option, bounds)
    for field, given, option in (
        ("settle_delay_s", args.settle_delay, "--settle-delay"),
        ("latency_s", args.latency, "--latency"),
    ):
        for leg, word in zip(legs, _both(given, option), strict=False):
            leg[field] = _duration_s(word, option)
    return LegTerms(**legs[0]), LegTerms(**legs[1])


def _both(given: str | None, option: str) -> tuple[str, ...]:
    """`A` or `A,B` as two words; nothing as none."""
    if given is None:
        return ()
    words = [word.strip() for word in given.split(",")]
    if len(words) > 2 or not all(words):
        raise InputError(f"{option}: expected one value or two with a comma, got {given!r}")
    return (words[0], words[-1])


class _Bounds(NamedTuple):
    """What a figure is measured in, and between which figures it lies."""

    unit: "Unit"
    least: float
    most: float


def _number(text: str, option: str, bounds: _Bounds) -> float:
    """As figures are typed everywhere, within bounds; InputError names the option."""
    from cockpit.core.typed import parse_number

    try:
        value = parse_number(text, bounds.unit)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from None
    if not bounds.least <= value <= bounds.most:
        raise InputError(
            f"{option}: expected a number from {bounds.least:g} to {bounds.most:g}, got {text!r}"
        )
    return value


def _duration_s(text: str, option: str) -> float:
    from cockpit.cli.options import parse_duration

    return parse_duration("0s" if text == "0" else text, option)


def _interval_s(text: str | None) -> float | None:
    return _duration_s(text, "--interval") if text else None


def _packaged(name: str) -> bytes:
    from importlib import resources

    return (resources.files("cockpit") / "data" / name).read_bytes()
