"""A file is the old one or the new one, whatever interrupts the writing."""

import errno
import os
import re
from pathlib import Path

import pytest

from cockpit.storage.atomic import create_atomically, write_atomically
from cockpit.storage.streams import Stream, append_line

OLD, NEW = b"old", b"new" * 100


def test_a_written_file_is_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "made" / "on the way" / "plan.json"
    write_atomically(path, NEW)
    assert path.read_bytes() == NEW
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_file_that_is_replaced_becomes_private(tmp_path):
    path = tmp_path / "positions.toml"
    path.write_bytes(OLD)
    path.chmod(0o644)
    write_atomically(path, NEW)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_a_link_to_the_written_file(tmp_path):
    kept = tmp_path / "dotfiles" / "positions.toml"
    link = tmp_path / "positions.toml"
    kept.parent.mkdir()
    kept.write_bytes(OLD)
    link.symlink_to(kept)
    write_atomically(link, NEW)
    assert link.is_symlink()
    assert kept.read_bytes() == NEW


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, full_disk):
    full_disk(64)
    path = tmp_path / "state.toml"
    path.write_bytes(OLD)
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        write_atomically(path, NEW)
    assert path.read_bytes() == OLD
    assert os.listdir(tmp_path) == ["state.toml"]


def test_an_interrupt_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    def interrupt(fd):
        raise KeyboardInterrupt

    path = tmp_path / "state.toml"
    path.write_bytes(OLD)
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, NEW)
    assert path.read_bytes() == OLD
    assert os.listdir(tmp_path) == ["state.toml"]


def test_data_reaches_the_disk_before_its_name_and_the_name_before_the_return(
    tmp_path, monkeypatch
):
    happened = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(fd):
        happened.append("folder" if os.path.isdir(f"/proc/self/fd/{fd}") else "file")
        fsync(fd)

    def noted_replace(source, target):
        happened.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    write_atomically(tmp_path / "plan.json", NEW)
    assert happened == ["file", "rename", "folder"]


def test_a_new_file_is_never_written_over_another(tmp_path):
    path = tmp_path / "config.toml"
    create_atomically(path, OLD)
    with pytest.raises(FileExistsError):
        create_atomically(path, NEW)
    assert path.read_bytes() == OLD


def test_a_new_file_that_cannot_be_completed_does_not_stand_there_empty(tmp_path, full_disk):
    full_disk(64)
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        create_atomically(tmp_path / "config.toml", NEW)
    assert os.listdir(tmp_path) == []


def test_a_stream_is_new_private_and_grows(tmp_path):
    path = tmp_path / "tapes" / "bravo.jsonl"
    path.parent.mkdir()
    stream = Stream(path)
    stream.write(b"one\n")
    stream.close()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        Stream(path)
    append_line(path, b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"


def test_no_other_module_of_the_cockpit_writes_files():
    cockpit = Path(__file__).resolve().parents[2] / "cockpit"
    writes = re.compile(
        r"write_text|write_bytes|O_CREAT|mkstemp|NamedTemporaryFile|os\.replace|os\.rename"
        r"|\bopen\([^)]*[\"'][waxr]?b?\+?[wax]b?[\"']"
    )
    found = {
        str(path.relative_to(cockpit))
        for path in cockpit.rglob("*.py")
        if writes.search(path.read_text())
    }
    assert found == {"storage/atomic.py", "storage/locks.py", "storage/streams.py"}
