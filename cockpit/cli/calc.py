"""`cockpit calc NAME`: a calculator's answer as JSON, on a live snapshot or on a saved one."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.cli import common, output
from cockpit.cli.options import parse_duration
from cockpit.core.errors import InputError
from cockpit.core.names import did_you_mean
from cockpit.desk import reach

if TYPE_CHECKING:
    from cockpit.calculators.common.form import FormField
    from cockpit.config import Config
    from cockpit.documents.saved_view import SnapshotView

HELP = "a calculator: slippage, carry, stagger … as one JSON document"


class _Name(argparse.Action):
    """Takes the calculator's name, and lets `--help` go on to say what it takes."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        from cockpit.calculators import CALCULATORS

        name = str(values)
        if name not in CALCULATORS:
            raise argparse.ArgumentError(
                self,
                f"there is no calculator {name!r}{did_you_mean(name, CALCULATORS)}; "
                f"expected one of {', '.join(CALCULATORS)}",
            )
        setattr(namespace, self.dest, name)
        if {"-h", "--help"} & set(sys.argv):
            parser.epilog = _inputs_help(name)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", metavar="NAME", action=_Name, help="which; `NAME --help` for its inputs"
    )
    parser.add_argument(
        "--view", metavar="FILE", help="compute on a saved `cockpit snapshot --json`"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="an input; may be repeated"
    )
    parser.add_argument("--input", metavar="FILE", help="inputs as a JSON object; --set wins")
    common.add_live_options(parser)
    parser.add_argument(
        "--for", dest="duration", default="10s", metavar="D", help="wait at most (default 10s)"
    )
    parser.add_argument("--depth", type=common.positive_int, metavar="N", help="levels a side")
    parser.add_argument("--json", action="store_true", help="print JSON (the only format)")


def run(args: argparse.Namespace) -> int:
    common.require_json(args)
    duration_s = parse_duration(args.duration, "--for")

    from msgspec.structs import replace

    from cockpit import calculators, venues
    from cockpit.calculators.common.form import read
    from cockpit.calculators.common.result import document
    from cockpit.desk.calculator_settings import settings_for
    from cockpit.documents.saved_view import load_view

    calculator = calculators.load(args.name)
    given = {**_file(args.input), **_pairs(args.set)}
    if isinstance(symbol := given.get("symbol"), str) and symbol and not args.symbols:
        args.symbols = symbol
    config = common.load_config(args)
    saved = load_view(Path(args.view)) if args.view else None
    among = [venue.name for venue in saved.venues()] if saved else config.watch.venues
    inputs = read(calculator.Inputs, given, among)
    unlisted: list[str] = []
    view = saved
    if view is None:
        view, unlisted = _live_view(args, config, duration_s)
    view.asset_rules, view.own_margins = config.assets, config.own_margins
    specs = venues.specs(venues.REGISTRY)
    settings = settings_for(config, specs, view.at_ns, view.clock_offset_ns)
    result = calculator.compute(inputs, view, settings)
    result = replace(result, warnings=(*unlisted, *result.warnings))
    output.write_document(document(args.name, inputs, result))
    if result.infeasible is not None:
        return 1
    return 4 if result.is_incomplete or unlisted else 0


def _live_view(
    args: argparse.Namespace, config: "Config", duration_s: float
) -> "tuple[SnapshotView, list[str]]":
    """A snapshot taken now, through the same document as a saved one, and what nobody lists."""
    import msgspec

    from cockpit.cli.headless import make_desk
    from cockpit.cli.snapshot import collect
    from cockpit.documents.saved_view import view_of

    desk, wanted = make_desk(args, config), config.watch.symbols
    saved = asyncio.run(collect(desk, wanted, duration_s, args.depth))
    return view_of(msgspec.to_builtins(saved)), reach.unlisted(desk.view, wanted)


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    """`KEY=VALUE` texts, the last of a key wins. InputError for one without an equals sign."""
    pairs = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not (equals and key.strip()):
            raise InputError(f"--set: expected KEY=VALUE, got {text!r}")
        pairs[key.strip()] = value
    return pairs


def _file(name: str | None) -> dict[str, Any]:
    """The inputs of a JSON file, none without one. InputError if it holds no object."""
    if name is None:
        return {}
    import msgspec

    from cockpit.storage.reading import read_utf8

    try:
        values = msgspec.json.decode(read_utf8(Path(name)))
    except OSError as error:
        raise InputError(f"--input {name}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"--input {name}: is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise InputError(f"--input {name}: expected an object of inputs")
    return values


def _inputs_help(name: str) -> str:
    from cockpit import calculators
    from cockpit.calculators.common.form import form_fields

    calculator = calculators.load(name)
    lines = [f"{name}: {calculator.HELP}", "", "inputs (--set KEY=VALUE):"]
    lines += [_field_help(field) for field in form_fields(calculator.Inputs)]
    return "\n".join(lines)


def _field_help(field: "FormField") -> str:
    takes = " ".join(filter(None, (field.expected, f"[{field.unit}]" * bool(field.unit))))
    if field.is_required:
        takes += ", needed"
    elif field.default not in (None, (), {}, ""):
        default = str(field.default).lower() if field.kind == "flag" else field.default
        takes += f", default {default}"
    # Where a field says no more than what it takes, it is said once.
    help_line = "" if field.help in ("", field.expected) else f"\n{'':<23}{field.help}"
    return f"  {field.name:<20} {takes}{help_line}"
