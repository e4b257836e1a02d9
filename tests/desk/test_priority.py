"""Where the screen and a process beside it want the same core, the screen has it."""

import os

from cockpit.desk.forecast_protocol import Hear
from cockpit.desk.forecasts import ForecastProcess
from cockpit.desk.worker import Background
from cockpit.history.client import Worker
from cockpit.history.layout import Folder
from cockpit.history.protocol import HourlyAnswer, HourlyQuestion

OWN = os.getpriority(os.PRIO_PROCESS, 0)


def niceness(_job, _keep_going):
    return os.getpriority(os.PRIO_PROCESS, 0)


def beside(pid):
    """How much nicer a process is than this one; nobody is nicer than 19."""
    return os.getpriority(os.PRIO_PROCESS, pid) - OWN


LEAST = min(10, 19 - OWN)


def test_the_scan_and_the_calculators_step_back():
    background = Background()
    task = background.start(niceness, None)
    assert task.future.result(timeout=60) - OWN >= LEAST
    background.close()


def test_forecasts_step_back():
    process = ForecastProcess(None)
    process.ask(Hear(now_ns=1, news=()))
    assert beside(process._process.pid) >= LEAST
    process.close()


def test_the_reader_of_history_steps_back(tmp_path):
    worker = Worker(Folder(tmp_path))
    worker.ask(HourlyQuestion(from_ns=0, to_ns=1), HourlyAnswer)
    assert beside(worker._process.pid) >= LEAST
    worker.close()
