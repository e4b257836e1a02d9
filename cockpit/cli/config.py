"""`cockpit config show|init|path`: what is set, by whom, and where it is kept."""

import argparse
import json
import sys
from importlib import resources
from pathlib import Path

from cockpit.cli import common, output
from cockpit.core.errors import ConfigError
from cockpit.storage import paths
from cockpit.storage.atomic import create_atomically

HELP = "every setting with its origin; a starter file; where things are"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("show", "init", "path"))
    parser.add_argument("--json", action="store_true", help="print JSON")
    common.add_live_options(parser)


def run(args: argparse.Namespace) -> int:
    if args.what == "init":
        return _init(Path(args.config) if args.config else paths.config_file())
    paths.choose_config(Path(args.config) if args.config else None)
    rows = _places() if args.what == "path" else _settings(args)
    if args.json:
        keys = ("name", "path") if args.what == "path" else ("key", "value", "origin")
        output.write_document([dict(zip(keys, row, strict=True)) for row in rows])
        return 0
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]) - 1)]
    texts = [[str(cell) for cell in row] for row in rows]
    output.write_lines(
        "  ".join([*(c.ljust(w) for c, w in zip(cells, widths, strict=True)), last])
        for *cells, last in texts
    )
    return 0


def _places() -> list[tuple[object, ...]]:
    return [
        ("config", str(paths.config_file())),
        ("positions", str(paths.positions_file())),
        ("themes", str(paths.user_themes())),
        ("state", str(paths.state_dir())),
        ("tapes", str(paths.tapes_dir())),
        ("black boxes", str(paths.black_box_dir())),
        ("log", str(paths.log_file())),
    ]


def _settings(args: argparse.Namespace) -> list[tuple[object, ...]]:
    from cockpit.config import values

    return [
        (key, json.dumps(value), origin) for key, value, origin in values(common.load_config(args))
    ]


def _init(path: Path) -> int:
    """Write the commented starter file; never over an existing one."""
    try:
        create_atomically(path, starter_text().encode())
    except FileExistsError:
        raise ConfigError(f"{path}: exists and stays as it is: edit it or move it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    print(path, file=sys.stderr)
    return 0


def starter_text() -> str:
    """`config.example.toml`, from the package or from the checkout beside it."""
    packaged = resources.files("cockpit") / "config.example.toml"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    beside = Path(__file__).resolve().parents[2] / "config.example.toml"
    return beside.read_text(encoding="utf-8")
