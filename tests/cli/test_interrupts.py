"""Ctrl-C while a command is made ready, and while it works."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from cockpit.cli.loops import StopSignals
from tests.support import PATIENCE_S

READY = "from cockpit.cli.interrupts import leave_at_interrupt, raise_at_interrupt\n"


def interrupted(program):
    """(exit code, stderr) of a Python program that interrupts itself."""
    done = subprocess.run(
        [sys.executable, "-c", READY + program], capture_output=True, text=True, timeout=PATIENCE_S
    )
    return done.returncode, done.stderr


def test_an_interrupt_while_a_program_is_made_ready_ends_it_without_a_word():
    program = "import os, signal\nleave_at_interrupt()\nos.kill(os.getpid(), signal.SIGINT)\n"
    assert interrupted(program + "print('still here')") == (130, "")


def test_an_interrupt_of_the_work_is_an_exception_so_that_it_is_put_in_order():
    program = """
import os, signal
leave_at_interrupt()
raise_at_interrupt()
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    os._exit(7)
"""
    assert interrupted(program) == (7, "")


def test_who_inherited_that_interrupts_are_ignored_goes_on():
    program = """
import os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
leave_at_interrupt()
raise_at_interrupt()
os.kill(os.getpid(), signal.SIGINT)
os._exit(7)
"""
    assert interrupted(program) == (7, "")


def test_a_command_that_waits_for_its_file_is_interrupted_with_130(tmp_path):
    pipe = tmp_path / "view.json"
    os.mkfifo(pipe)
    env = {**os.environ, "COCKPIT_HOME": str(tmp_path)}
    words = ("exposure", "--json", "--view", str(pipe))
    process = subprocess.Popen(
        [sys.executable, "-m", "cockpit", *words], env=env, stderr=subprocess.PIPE, text=True
    )
    # Whoever opens a pipe to write waits until it is opened to be read.
    with pipe.open("w"):
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, said) == (130, "")


@pytest.mark.parametrize(
    ("number", "told"), [(signal.SIGTERM, (True, False)), (signal.SIGINT, (True, True))]
)
def test_who_is_told_to_end_has_not_had_its_time(number, told):
    async def end():
        stop = StopSignals(PATIENCE_S)
        os.kill(os.getpid(), number)
        assert await stop.within(PATIENCE_S)
        return stop.told, stop.interrupted

    assert asyncio.run(end()) == told


def test_time_that_is_over_was_told_by_nobody():
    async def end():
        stop = StopSignals(0.001)
        assert await stop.within(PATIENCE_S)
        return stop.told, stop.interrupted

    assert asyncio.run(end()) == (False, False)
