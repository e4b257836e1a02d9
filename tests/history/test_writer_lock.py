"""One writer a host; a recorder before a cockpit; never over a network."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.history.errors import HistoryError
from cockpit.history.writer_lock import (
    WriterLock,
    current_writer,
    network_file_system,
    refuse_network,
)
from tests.history.kit import DAY, Folder

MOUNTS = (
    "sysfs /sys sysfs rw 0 0\n"
    "/dev/sda1 / ext4 rw 0 0\n"
    "server:/home /home nfs4 rw 0 0\n"
    "//nas/my\\040things /mnt/my\\040things cifs rw 0 0\n"
    "/dev/sdb1 /home/trader/local xfs rw 0 0\n"
)


@pytest.fixture
def folder(tmp_path):
    found = Folder(tmp_path / "history")
    found.create()
    return found


def test_one_writes_and_the_other_takes_over_when_it_leaves(folder):
    first, second = WriterLock(folder, "cockpit"), WriterLock(folder, "cockpit")
    assert first.try_take(1, DAY)
    assert first.try_take(1, DAY)
    assert not second.try_take(2, DAY)
    writer = current_writer(folder)
    assert (writer.pid, writer.since_ns, writer.role) == (1, DAY, "cockpit")
    first.leave()
    assert current_writer(folder) is None
    assert second.try_take(2, DAY)
    second.leave()


def test_a_recorder_goes_before_a_cockpit_that_writes_already(folder):
    cockpit, recorder = WriterLock(folder, "cockpit"), WriterLock(folder, "recorder")
    assert cockpit.try_take(1, DAY)
    assert not cockpit.must_yield()
    assert not recorder.try_take(2, DAY)
    assert cockpit.must_yield()
    cockpit.release()
    assert not cockpit.try_take(1, DAY)
    assert recorder.try_take(2, DAY)
    assert not recorder.must_yield()
    recorder.leave()
    assert cockpit.try_take(1, DAY)
    cockpit.leave()


def test_two_recorders_take_turns(folder):
    first, second = WriterLock(folder, "recorder"), WriterLock(folder, "recorder")
    assert first.try_take(1, DAY)
    assert not second.try_take(2, DAY)
    first.leave()
    assert second.try_take(2, DAY)
    second.leave()


def test_the_lock_of_a_process_that_was_killed_is_free_at_once(folder):
    program = (
        "import sys, time; from pathlib import Path\n"
        "from cockpit.history.layout import Folder\n"
        "from cockpit.history.writer_lock import WriterLock\n"
        "lock = WriterLock(Folder(Path(sys.argv[1])), 'recorder')\n"
        "print(lock.try_take(7, 1), flush=True)\n"
        "time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(folder.path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "True\n"
    mine = WriterLock(folder, "cockpit")
    assert not mine.try_take(os.getpid(), DAY)
    assert current_writer(folder).pid == 7
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert mine.try_take(os.getpid(), DAY)
    mine.leave()


def test_asking_who_writes_creates_nothing(tmp_path):
    assert current_writer(Folder(tmp_path / "none")) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/trader/history", "nfs4"),
        ("/home", "nfs4"),
        ("/home/trader/local/history", None),
        ("/homestead/history", None),
        ("/mnt/my things/history", "cifs"),
        ("/var/history", None),
    ],
)
def test_the_nearest_mount_says_what_kind_of_disk_it_is(tmp_path, folder, kind):
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    assert network_file_system(Path(folder), mounts) == kind


def test_a_network_home_is_refused_with_a_sentence(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path} nfs rw 0 0\n")
    with pytest.raises(HistoryError) as refused:
        refuse_network(tmp_path / "history", mounts)
    assert "network file system (nfs)" in refused.value.ui_message
    assert "COCKPIT_HOME" in refused.value.ui_message
    refuse_network(tmp_path / "history", tmp_path / "no-such-list")
