"""`cockpit decode`: a tape's events as JSON lines, in order, flat out."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.output import stdout

if TYPE_CHECKING:
    from cockpit.wire.tape import Tape

HELP = "the facts in a recording as JSON lines"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tape", metavar="TAPE", help="a .jsonl or .jsonl.gz recording")
    parser.add_argument("--json", action="store_true", help="print JSON lines (the only format)")


def run(args: argparse.Namespace) -> int:
    import msgspec

    from cockpit.desk.recordings import open_recording
    from cockpit.wire.replay import decode_tape

    tape, spec, make_session = open_recording(Path(args.tape))
    encoder = msgspec.json.Encoder()
    buffer = bytearray()
    with stdout() as out:
        for event in decode_tape(tape, spec, make_session):
            encoder.encode_into(event, buffer)
            out.write(buffer + b"\n")
    return report_damage(tape)


def report_damage(tape: "Tape") -> int:
    """Say on stderr what could not be read; damage does not make the rest wrong."""
    if tape.torn:
        print(f"cockpit: the tail is torn and was dropped: {tape.torn}", file=sys.stderr)
    for number, reason in tape.skipped[:5]:
        print(f"cockpit: line {number} was skipped: {reason}", file=sys.stderr)
    if tape.skipped_total > 5:
        print(f"cockpit: {tape.skipped_total} lines were skipped in all", file=sys.stderr)
    return 4 if tape.skipped_total else 0
