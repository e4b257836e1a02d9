"""Recording: what cannot be written costs one tape and is said."""

import pytest

from cockpit.core.errors import TapeError
from cockpit.desk.recorder import Recorder, TapeOrder
from cockpit.venues.contract import Frame, Tick, Wants
from cockpit.wire.tape import read_tape
from tests.support import AT_NS

WANTS = Wants(symbols=("BTC",))


def noise(count):
    """Text that hardly shrinks: each piece is unlike the others."""
    return " ".join(str(number * 7919 % 104729) for number in range(count))


def test_every_venue_gets_a_tape_and_a_second_recording_gets_other_names(tmp_path):
    for _ in range(2):
        recorder = Recorder(TapeOrder(tmp_path))
        for venue in ("alphaswap", "bravo"):
            assert recorder.start(venue, WANTS, AT_NS) is not None
        recorder.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "alphaswap-20251009T085320Z.jsonl.gz", "alphaswap.jsonl.gz",
        "bravo-20251009T085320Z.jsonl.gz", "bravo.jsonl.gz",
    ]  # fmt: skip


def test_a_tape_whose_file_cannot_be_made_leaves_the_others_alone(tmp_path):
    for name in ("alphaswap.jsonl.gz", "alphaswap-20251009T085320Z.jsonl.gz"):
        (tmp_path / name).write_text("in the way")
    recorder = Recorder(TapeOrder(tmp_path))
    assert recorder.start("alphaswap", WANTS, AT_NS) is None
    assert recorder.start("bravo", WANTS, AT_NS) is not None
    recorder.check()
    assert "alphaswap-20251009T085320Z.jsonl.gz exists" in recorder.errors["alphaswap"]
    assert "bravo" not in recorder.errors


def test_a_recording_that_nothing_can_be_written_of_does_not_begin(tmp_path):
    recorder = Recorder(TapeOrder(tmp_path / "not there"))
    for venue in ("alphaswap", "bravo"):
        recorder.start(venue, WANTS, AT_NS)
    with pytest.raises(TapeError, match=r"alphaswap\.jsonl\.gz cannot be written: No such file"):
        recorder.check()


def test_a_disk_that_is_full_at_the_end_is_said_and_every_tape_ends_well(tmp_path, full_disk):
    recorder = Recorder(TapeOrder(tmp_path))
    large, small = (recorder.start(venue, WANTS, AT_NS) for venue in ("alphaswap", "bravo"))
    for writer in (large, small):
        writer.write(Tick(at_ns=AT_NS + 1))
    full_disk(1000)
    large.write(Frame(at_ns=AT_NS + 2, data=noise(5000)))
    recorder.close()
    assert recorder.errors == {"alphaswap": f"{large.path}: File too large"}
    for writer in (large, small):
        tape = read_tape(writer.path)
        assert list(tape) == [Tick(at_ns=AT_NS + 1)]
        assert tape.torn is None
