"""What a cockpit holds: rows in without a wait, one writer of many, a clean end."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from cockpit.core.clock import WallClock
from cockpit.history.service import HistoryService
from cockpit.history.settings import HistorySettings
from cockpit.history.writer_lock import current_writer
from tests.history.kit import DAY, HOUR_NS, SETTINGS, FastClock, Folder, marks, rows
from tests.support import PATIENCE_S


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "history")


@pytest.fixture
def services(folder):
    made = []
    clock = FastClock(DAY, time.monotonic_ns(), 1)

    def make(role="cockpit", settings=SETTINGS):
        service = HistoryService(folder, settings, clock, role)
        made.append(service)
        service.start()
        return service

    yield make
    for service in made:
        service.stop()


def until(condition):
    """Wait for another thread or process; the test fails if it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    waiting = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not come in time"
        waiting.wait(0.01)


def test_offered_rows_are_written_when_it_stops(folder, services):
    service = services()
    service.offer(marks(DAY, 5))
    service.stop()
    assert len(rows(folder)) == 5
    assert service.status.standing == "off"
    assert current_writer(folder) is None


def test_offering_never_waits_for_the_disk(folder, services):
    service = services()
    service.offer(marks(DAY, 1))
    until(lambda: service.status.standing == "writing")
    other = sqlite3.connect(folder.hot, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    for i in range(100):
        service.offer(marks(DAY + (i + 1) * HOUR_NS, 1))
    assert time.monotonic() - began < 2.0, "the lock is held: who waits for it waits longer"
    other.execute("ROLLBACK")
    other.close()


def test_switched_off_it_writes_nothing(folder, services):
    service = services(settings=HistorySettings(enabled=False))
    service.offer(marks(DAY, 5))
    service.stop()
    assert service.status.standing == "off"
    assert not folder.path.exists()


def test_one_of_two_writes_and_the_other_follows(folder, services):
    first = services()
    first.offer(marks(DAY, 1))
    until(lambda: first.status.standing == "writing")
    second = services()
    until(lambda: second.status.standing == "following")
    second.offer(marks(DAY, 7, venue="dydx"))
    first.stop()
    until(lambda: second.status.standing == "writing")
    # What the follower was offered last is written by it, so that nothing is missing between.
    until(lambda: len(rows(folder)) == 8)


def test_a_recorder_takes_the_pen_from_a_cockpit(folder, services):
    cockpit = services()
    until(lambda: cockpit.status.standing == "writing")
    recorder = services(role="recorder")
    until(lambda: recorder.status.standing == "writing")
    assert cockpit.status.standing == "following"
    assert current_writer(folder).role == "recorder"


def test_when_the_writer_is_killed_another_writes(folder, services):
    program = (
        "import sys, time; from pathlib import Path\n"
        "from cockpit.core.clock import WallClock\n"
        "from cockpit.history.layout import Folder\n"
        "from cockpit.history.service import HistoryService\n"
        "from cockpit.history.settings import HistorySettings\n"
        "service = HistoryService(Folder(Path(sys.argv[1])), HistorySettings(), WallClock())\n"
        "service.start()\n"
        "while service.status.standing != 'writing': time.sleep(0.01)\n"
        "print('\"writing\"', flush=True)\n"
        "time.sleep(3600)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(folder.path)], stdout=subprocess.PIPE, text=True
    )
    assert json.loads(other.stdout.readline()) == "writing"
    service = services()
    until(lambda: service.status.standing == "following")
    other.kill()
    other.wait()
    other.stdout.close()
    until(lambda: service.status.standing == "writing")


def test_closed_hours_are_put_away_by_a_process_of_their_own(folder, services):
    service = services()
    service.offer(marks(DAY - 3 * HOUR_NS, 60, step_s=60))
    until(lambda: list(folder.cold.glob("*.parquet")))
    service.stop()
    assert len(rows(folder)) == 60


def test_a_network_home_writes_nothing_and_says_why(folder, tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path} nfs rw 0 0\n")
    service = HistoryService(folder, SETTINGS, WallClock(), mounts=mounts)
    service.start()
    service.offer(marks(DAY, 1))
    assert service.status.standing == "off"
    assert "network file system" in service.status.problem
    assert not folder.path.exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(folder, services):
    folder.path.parent.mkdir(exist_ok=True)
    folder.path.write_text("a file")
    service = services()
    service.offer(marks(DAY, 1))
    until(lambda: service.status.problem)
    assert service.status.standing == "waiting"
    folder.path.unlink()
    until(lambda: service.status.standing == "writing")
    until(lambda: len(rows(folder)) == 1)


def test_a_folder_removed_while_running_is_made_anew_by_one_of_two(folder, services):
    first, second = services(), services()
    until(lambda: {first.status.standing, second.status.standing} == {"writing", "following"})
    shutil.rmtree(folder.path)
    until(lambda: current_writer(folder) is not None)
    first.offer(marks(DAY, 3))
    second.offer(marks(DAY, 3))
    until(lambda: {first.status.standing, second.status.standing} == {"writing", "following"})
    until(lambda: len(rows(folder)) == 3)
