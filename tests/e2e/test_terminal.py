"""The screen in a real terminal: it paints, obeys, and leaves the shell as it found it."""

import json
import re
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from cockpit.venues import REGISTRY
from tests.e2e.exchange import FOUR
from tests.e2e.ptys import COCKPIT, Terminal, terminal
from tests.support import PATIENCE_S

ENTERED = b"\x1b[?1049h"
LEFT = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?1004l")
COLOUR = re.compile(rb"\x1b\[[0-9;]*?(?<![0-9])(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")


SMALL = ("--venues", FOUR, "--symbols", "BTC")


@pytest.fixture
def home(tmp_path):
    return {"COCKPIT_HOME": str(tmp_path)}


@pytest.fixture
def nowhere(tmp_path) -> str:
    """Endpoints at which nobody listens: the screen alone, without an exchange."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    path = Path(tmp_path) / "endpoints.json"
    endpoint = {"rest_url": f"http://{host}", "ws_urls": {"main": f"ws://{host}/"}}
    path.write_text(json.dumps({"venues": {"bybit": endpoint}}))
    return str(path)


def live(nowhere: str) -> tuple[str, ...]:
    return (*COCKPIT, "--endpoints", nowhere)


def assert_restored(screen: Terminal, before: list[object]) -> None:
    assert screen.modes() == before
    after = screen.output.rpartition(ENTERED)[2]
    for sequence in LEFT:
        assert sequence in after
    assert screen.output.rindex(b"\x1b[0m") < screen.output.rindex(b"\x1b[?1049l")


def test_the_demo_paints_obeys_and_leaves(home):
    with terminal(*COCKPIT, "demo", "--seed", "7", size=(160, 45), env=home) as screen:
        before = screen.modes()
        screen.wait_for("READ-ONLY  BTC")
        screen.wait_for_live(len(REGISTRY))
        screen.send("j")
        screen.wait_for("READ-ONLY  ETH")
        screen.send("q")
        screen.wait(screen.has_ended)
        assert screen.code == 0
        assert_restored(screen, before)
        screen.wait(screen.is_deserted)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
@pytest.mark.parametrize("inherited", ["as usual", "ignored"])
def test_a_signal_restores_the_terminal(home, nowhere, number, code, inherited):
    ignore = number if inherited == "ignored" else None
    with terminal(*live(nowhere), env=home, ignore=ignore) as screen:
        before = screen.modes()
        screen.wait_for("READ-ONLY")
        screen.wait(lambda: has_handlers(screen.pid))
        screen.signal(number)
        screen.wait(screen.has_ended)
        assert screen.code == code
        assert_restored(screen, before)
        screen.wait(screen.is_deserted)


def test_a_terminal_that_hangs_up_takes_the_demo_and_its_exchange_with_it(home):
    with terminal(*COCKPIT, "demo", *SMALL, size=(160, 45), env=home) as screen:
        screen.wait_for_live(4)
        screen.hang_up()
        screen.wait(screen.has_ended)
        screen.wait(screen.is_deserted)


def test_a_hang_up_ends_it_even_where_the_signal_is_ignored(home, nowhere):
    with terminal(*live(nowhere), env=home, ignore=signal.SIGHUP) as screen:
        screen.wait_for("READ-ONLY")
        screen.wait(lambda: has_handlers(screen.pid))
        screen.hang_up()
        screen.wait(screen.has_ended)
        assert screen.code == 129


def test_a_terminal_that_does_not_read_cannot_keep_it_from_leaving(home, nowhere):
    with terminal(*live(nowhere), size=(200, 60), env=home) as screen:
        screen.wait_for("READ-ONLY")
        screen.wait(lambda: has_handlers(screen.pid))
        for _ in range(40):
            screen.send("\x0c")
        screen.signal(signal.SIGTERM)
        deadline_s = time.monotonic() + PATIENCE_S
        while not screen.has_ended():
            assert time.monotonic() < deadline_s
            time.sleep(0.02)
        assert screen.code == 143


def test_ctrl_z_gives_the_terminal_back_and_fg_draws_everything_again(home, nowhere):
    with terminal(*live(nowhere), env=home) as screen:
        before = screen.modes()
        screen.wait_for("READ-ONLY")
        screen.send("\x1a")
        screen.wait(screen.has_stopped)
        screen.wait(lambda: LEFT[0] in screen.output)
        assert screen.modes() == before
        screen.screen.reset()
        screen.signal(signal.SIGCONT)
        screen.wait_for("READ-ONLY")
        screen.send("q")
        screen.wait(screen.has_ended)
        assert_restored(screen, before)


def test_a_process_that_was_stopped_from_outside_draws_everything_again(home, nowhere):
    with terminal(*live(nowhere), env=home) as screen:
        screen.wait_for("READ-ONLY")
        screen.signal(signal.SIGSTOP)
        screen.wait(screen.has_stopped)
        screen.screen.reset()
        screen.signal(signal.SIGCONT)
        screen.wait_for("READ-ONLY")
        screen.wait_for("quit")


@pytest.mark.parametrize("options", [("--color", "none"), ()])
def test_without_colour_not_one_colour_is_sent(home, nowhere, options):
    env = home if options else home | {"NO_COLOR": "1"}
    with terminal(*live(nowhere), *options, env=env) as screen:
        screen.wait_for("READ-ONLY")
        screen.send("jzq")
        screen.wait(screen.has_ended)
        assert COLOUR.findall(screen.output) == []


def test_sixteen_colours_are_sixteen(home, nowhere):
    with terminal(*live(nowhere), "--color", "16", env=home) as screen:
        screen.wait_for("READ-ONLY")
        assert b"38;" not in screen.output
        assert b"48;" not in screen.output
        assert COLOUR.search(screen.output)


def test_a_latin_terminal_gets_ascii(home, nowhere):
    env = home | {"PYTHONIOENCODING": "latin-1"}
    with terminal(*live(nowhere), env=env) as screen:
        screen.wait_for("READ-ONLY")
        screen.wait_for("+")
        assert screen.output.split(ENTERED)[1].isascii()
        assert b"\\u" not in screen.output


def test_a_dumb_terminal_is_refused_with_advice(home):
    with terminal(*COCKPIT, "demo", env=home | {"TERM": "dumb"}) as screen:
        screen.wait(screen.has_ended)
        assert screen.code == 2
        assert b"TERM" in screen.output
        assert ENTERED not in screen.output


def test_whole_lines_can_be_had_instead_of_cells(home, nowhere):
    with terminal(*live(nowhere), "--no-diff", env=home) as screen:
        screen.wait_for("READ-ONLY")
        screen.send("q")
        screen.wait(screen.has_ended)
        assert screen.code == 0


def has_handlers(pid: int) -> bool:
    """Whether the process catches SIGTERM and SIGHUP by now."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(re.search(r"SigCgt:\s+([0-9a-f]+)", status)[1], 16)
    return all(caught >> (number - 1) & 1 for number in (signal.SIGTERM, signal.SIGHUP))


BLOCKED = """
import asyncio, time
from cockpit.terminal.shutdown import Lifeline

async def main():
    Lifeline(lambda code: None)
    time.sleep(3600)

asyncio.run(main())
"""


def test_a_blocked_loop_can_be_ended_and_gives_the_terminal_back():
    with terminal(sys.executable, "-c", BLOCKED) as screen:
        screen.wait(lambda: has_handlers(screen.pid))
        screen.signal(signal.SIGTERM)
        screen.wait(screen.has_ended)
        assert screen.code == 143
        screen.wait(lambda: LEFT[0] in screen.output)


def test_a_blocked_loop_does_not_outlive_its_terminal():
    with terminal(sys.executable, "-c", BLOCKED, ignore=signal.SIGHUP) as screen:
        screen.wait(lambda: has_handlers(screen.pid))
        screen.hang_up()
        screen.wait(screen.has_ended)
        assert screen.code == 129


def test_a_mistake_takes_the_place_of_the_greeting(home):
    with terminal(*COCKPIT, "--venues", "nowhere", env=home) as screen:
        screen.wait(screen.has_ended)
        assert screen.code == 2
        assert b"starting" in screen.output
        assert "starting" not in screen.text()
        assert "cockpit: " in screen.screen.display[0]
