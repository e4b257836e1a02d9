"""`cockpit`: finds the command, runs it, and turns errors into sentences and exit codes."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from cockpit import __version__
from cockpit.cli.interrupts import INTERRUPTED, raise_at_interrupt
from cockpit.core.errors import CockpitError, NoVenueError

OK, NO, USAGE, NO_VENUE, STALE = 0, 1, 2, 3, 4

COMMANDS: dict[str, str] = {
    "demo": "cockpit.cli.demo",
    "replay": "cockpit.cli.replay",
    "record": "cockpit.cli.record",
    "sim": "cockpit.cli.sim",
    "decode": "cockpit.cli.decode",
    "snapshot": "cockpit.cli.snapshot",
    "watch": "cockpit.cli.watch",
    "calc": "cockpit.cli.calc",
    "exposure": "cockpit.cli.exposure",
    "trades": "cockpit.cli.trades",
    "scan": "cockpit.cli.scan",
    "history": "cockpit.cli.history",
    "backtest": "cockpit.cli.backtest",
    "bench": "cockpit.cli.bench",
    "check": "cockpit.cli.check",
    "verify": "cockpit.cli.verify",
    "config": "cockpit.cli.config",
}
"""Each module has `HELP`, `add_arguments(parser)` and `run(args) -> exit code`."""

LIVE = "cockpit.cli.live"

EPILOG = """exit codes: 0 ok, 1 the answer is no, 2 usage or configuration, 3 no venue reached,
4 answered from stale or incomplete data, 130 interrupted"""


class _Parser(argparse.ArgumentParser):
    """argparse, with one sentence on stderr in place of the usage block."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see `{self.prog} --help`", file=sys.stderr)
        raise SystemExit(USAGE)


def parser_for(
    command: str | None, *, with_listing: bool = True
) -> tuple[argparse.ArgumentParser, object]:
    """The parser of one command (None: the live screen), importing only that command.

    `with_listing` adds a line for every command, which imports them all: for help only.
    """
    module = importlib.import_module(COMMANDS[command] if command else LIVE)
    description = module.HELP
    if command is None and with_listing:
        listing = "\n".join(f"  {name:<10}{_help_of(name)}" for name in COMMANDS)
        description = f"{module.HELP}\n\ncommands:\n{listing}"
    parser = _Parser(
        prog=f"cockpit {command}" if command else "cockpit",
        description=description,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if command is None:
        parser.add_argument("--version", action="version", version=f"cockpit {__version__}")
    module.add_arguments(parser)
    return parser, module


def _help_of(command: str) -> str:
    text: str = importlib.import_module(COMMANDS[command]).HELP
    return text.partition("\n")[0]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = words[0] if words and not words[0].startswith("-") else None
    if command is not None and command not in COMMANDS:
        from cockpit.core.names import did_you_mean

        print(
            f"cockpit: unknown command {command!r}{did_you_mean(command, COMMANDS)}; "
            f"expected one of {', '.join(COMMANDS)}",
            file=sys.stderr,
        )
        return USAGE
    try:
        asks_for_help = not {"-h", "--help"}.isdisjoint(words)
        parser, module = parser_for(command, with_listing=asks_for_help)
        args = parser.parse_args(words[1:] if command else words)
        from cockpit.cli.output import is_open, stdout

        raise_at_interrupt()
        code: int = module.run(args)  # type: ignore[attr-defined]
        if is_open():
            with stdout():
                return code
        return code
    except NoVenueError as error:
        return _complain(error, NO_VENUE)
    except CockpitError as error:
        return _complain(error, USAGE)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our stdout has gone (`| head`): nothing is left to say, and to nobody.
        sys.stderr.close()
        return OK
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else USAGE
    except MemoryError:
        print("cockpit: there is not enough memory for this; ask for less", file=sys.stderr)
        return USAGE
    except Exception as error:
        import errno
        import logging

        if isinstance(error, OSError) and (error.errno, error.filename) == (errno.ENOSPC, None):
            # Of a file the name is known; what was printed meets the full disk where it is printed.
            from cockpit.cli.output import give_up_stdout

            give_up_stdout()
            print(f"cockpit: stdout cannot be written: {error.strerror}", file=sys.stderr)
            return USAGE
        if isinstance(error, OSError) and isinstance(error.filename, str):
            print(f"cockpit: {error.filename}: {error.strerror}", file=sys.stderr)
            return USAGE
        from cockpit.cli.logs import start_logging

        path = start_logging("error")
        logging.getLogger("cockpit").exception("command failed command=%s", command or "live")
        where = f"the traceback is in {path}" if path else f"{type(error).__name__}: {error}"
        print(f"cockpit: internal error; {where}", file=sys.stderr)
        return NO


def _complain(error: CockpitError, code: int) -> int:
    if error.detail:
        import logging

        log = logging.getLogger("cockpit")
        # Without a file to write to it would be a second sentence on stderr.
        if log.hasHandlers():
            log.error("detail=%s", error.detail)
    print(f"cockpit: {error.ui_message}", file=sys.stderr)
    return code
