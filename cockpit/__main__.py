"""The one front door: `python -m cockpit` and the `cockpit` command."""

import sys

from cockpit.cli.interrupts import leave_at_interrupt


def main() -> int:
    """Run the command line of this process; returns the exit code."""
    leave_at_interrupt()
    from cockpit.cli.main import main as run

    try:
        return run()
    finally:
        leave_at_interrupt()


if __name__ == "__main__":
    sys.exit(main())
