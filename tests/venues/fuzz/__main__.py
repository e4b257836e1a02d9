"""`python -m tests.venues.fuzz [VENUE…] [--inputs N] [--seed N]`: no venue's nonsense raises.

A line a venue: inputs, inputs a second, and what came out of `handle`, with the first input of
each place that raised. Exit 1 if anything did. The same seed gives the same inputs.
"""

import argparse
import sys
import time

from cockpit.venues import REGISTRY
from cockpit.venues.contract import Frame, Input, Reply
from tests.venues.fuzz.life import GOLDEN, Outcome, run

SHOWN_CHARS = 600


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.venues.fuzz", description=__doc__)
    parser.add_argument("venues", nargs="*", metavar="VENUE", default=sorted(REGISTRY))
    parser.add_argument("--inputs", type=int, default=300_000, help="broken inputs a venue")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    unknown = sorted(set(args.venues) - set(REGISTRY))
    if unknown:
        parser.error(f"unknown venue {', '.join(unknown)}; expected {', '.join(sorted(REGISTRY))}")
    for name in args.venues:
        if not (GOLDEN / f"{name}.jsonl").is_file():
            parser.error(f"tests/captures/{name}.jsonl is missing: see docs/adding-a-venue.md")
    raised = 0
    for name in args.venues:
        started = time.monotonic()
        outcome = run(name, args.inputs, args.seed)
        report(name, outcome, time.monotonic() - started)
        raised += outcome.raised.total()
    return 1 if raised else 0


def report(name: str, outcome: Outcome, seconds: float) -> None:
    rate = outcome.inputs / seconds
    print(
        f"{name:<12} {outcome.inputs:>8,} inputs in {outcome.lives:>5,} sessions "
        f"{rate:>7,.0f}/s {outcome.raised.total():>5,} exceptions",
        flush=True,
    )
    for place, failure in sorted(outcome.failures.items()):
        print(f"  {outcome.raised[place]:>5,} {place}: {failure.error}")
        print(f"        {shown(failure.input)}", flush=True)


def shown(item: Input) -> str:
    """The beginning of an input, in printable characters."""
    if isinstance(item, Frame):
        return f"frame {item.data[:SHOWN_CHARS]!r}"
    if isinstance(item, Reply):
        return f"reply {item.name} {item.key!r} {item.status} {item.body[:SHOWN_CHARS]!r}"
    return repr(item)


if __name__ == "__main__":
    sys.exit(main())
