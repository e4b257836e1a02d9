"""A recording gives back what was heard, whatever happened to the file."""

import errno
import gzip
import hashlib
import itertools
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.errors import TapeError
from cockpit.venues.contract import (
    Closed,
    Frame,
    Input,
    Opened,
    Reply,
    Tick,
    Wanted,
    Wants,
)
from cockpit.wire import tape_text
from cockpit.wire.tape import TapeWriter, read_tape
from tests.support import AT_NS, closed, frame, opened, reply, ticks
from tests.wire.tiny import header, write_tape

HEADER_LINE = (
    b'{"format":"cockpit-tape/1","venue":"tiny","origin":"mainnet","version":"0.1.0",'
    b'"at_ns":1757130041000000000,"wants":{"symbols":["BTC"],"accounts":[],"depth":20}}\n'
)

numbers = st.integers(0, 2**63 - 1)
words = st.text(max_size=20)
inputs = st.one_of(
    st.builds(Opened, at_ns=numbers, link=words),
    st.builds(Frame, at_ns=numbers, data=words | st.binary(max_size=20), link=words),
    st.builds(Reply, at_ns=numbers, name=words, status=st.integers(0, 599), body=words, key=words),
    st.builds(Tick, at_ns=numbers),
    st.builds(
        Wanted,
        at_ns=numbers,
        wants=st.builds(Wants, symbols=st.lists(words, max_size=3).map(tuple)),
    ),
    st.builds(Closed, at_ns=numbers, link=words, reason=words),
)

A_DAY_AT_THE_WIRE: list[Input] = [
    opened(),
    frame("px 64123.5"),
    frame(b"\x00\xff\x8b"),
    reply("instruments", '[{"name":"BTC"}]', key="BTC"),
    *ticks(2),
    frame("px 64124.0", AT_NS + 3, "blocks"),
    Wanted(at_ns=AT_NS + 4, wants=Wants(symbols=("ETH",), depth=5)),
    Wanted(at_ns=AT_NS + 4, wants=Wants(symbols=("ETH",), survey=True)),
    Wanted(at_ns=AT_NS + 4, wants=Wants(survey=True)),
    Wanted(at_ns=AT_NS + 4, wants=Wants()),
    closed(AT_NS + 5, reason="closed 1006\nby the venue"),
]


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
@given(heard=st.lists(inputs, max_size=12))
def test_every_list_of_inputs_reads_back_equal(suffix: str, heard: list[Input]) -> None:
    with TemporaryDirectory() as folder:
        tape = read_tape(write_tape(Path(folder) / f"tape{suffix}", *heard))

        assert list(tape) == heard
        assert (tape.torn, tape.skipped) == (None, [])


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
@given(heard=st.lists(inputs, max_size=12), joined=st.integers(1, 3))
def test_reading_goes_on_from_every_place_of_a_tape(
    suffix: str, heard: list[Input], joined: int
) -> None:
    """Also from one that has been gone to before, and of tapes that were joined by cat."""
    with TemporaryDirectory() as folder:
        path = write_tape(Path(folder) / f"tape{suffix}", *heard)
        path.write_bytes(path.read_bytes() * joined)
        tape = read_tape(path)
        places = [(tape.place, item) for item in tape]

        for number, (place, _) in enumerate(places):
            rest = [item for _, item in places[number + 1 :]]
            assert list(read_tape(path).read_from(place)) == rest
            assert list(tape.read_from(place)) == rest


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_a_tape_cut_at_any_byte_yields_what_came_before_the_cut(
    suffix: str, tmp_path: Path
) -> None:
    whole = write_tape(tmp_path / f"whole{suffix}", *A_DAY_AT_THE_WIRE).read_bytes()
    header_bytes = len(HEADER_LINE) if suffix == ".jsonl" else 12
    lengths: set[int] = set()
    for cut in range(len(whole)):
        torn = tmp_path / f"torn{suffix}"
        torn.write_bytes(whole[:cut])
        try:
            tape = read_tape(torn)
        except TapeError:
            assert not lengths, "a longer piece of the same tape was readable"
            assert cut < len(header_line(whole)) or suffix == ".jsonl.gz"
            continue
        heard = list(tape)
        assert heard == A_DAY_AT_THE_WIRE[: len(heard)]
        assert tape.skipped == []
        assert tape.torn or ends_well(torn)
        lengths.add(len(heard))

    assert header_bytes < len(whole)
    assert max(lengths) >= len(A_DAY_AT_THE_WIRE) - 1


def header_line(whole: bytes) -> bytes:
    return whole.split(b"\n")[0]


def ends_well(path: Path) -> bool:
    """A plain file whose last line is a complete JSON document, newline or not."""
    text = path.read_bytes()
    if path.suffix == ".gz":
        return False
    try:
        json.loads(text.rsplit(b"\n", 1)[-1] or b"{}")
    except ValueError:
        return False
    return True


def test_a_compressed_tape_is_readable_up_to_the_last_tick_while_it_is_being_written(
    tmp_path: Path,
) -> None:
    writer = TapeWriter(tmp_path / "live.jsonl.gz", header())
    heard = [opened(), frame("px 1"), *ticks(1)]
    for item in heard:
        writer.write(item)

    tape = read_tape(writer.path)

    assert list(tape) == heard
    assert tape.torn == "the compressed stream ends early"
    writer.close()
    assert list(tape) == heard
    assert tape.torn is None


def test_the_lines_are_those_of_the_promise(tmp_path: Path) -> None:
    path = write_tape(
        tmp_path / "a.jsonl",
        opened(7),
        frame("hello", 8),
        frame(b"\x01\x02", 9, "blocks"),
        reply("book", "{}", 10),
        reply("book", "{}", 11, key="BTC-USD"),
        Tick(at_ns=12),
        closed(13, reason="gone"),
    )

    head, *lines = [json.loads(line) for line in path.read_text().splitlines()]

    assert head == {
        "format": "cockpit-tape/1",
        "venue": "tiny",
        "origin": "docs",
        "version": "0",
        "at_ns": AT_NS,
        "wants": {"symbols": ["BTC"], "accounts": [], "depth": 20},
    }
    assert lines == [
        {"t": "opened", "at_ns": 7},
        {"t": "frame", "at_ns": 8, "data": "hello"},
        {"t": "frame", "at_ns": 9, "link": "blocks", "b64": "AQI="},
        {"t": "reply", "at_ns": 10, "name": "book", "status": 200, "body": "{}"},
        {"t": "reply", "at_ns": 11, "name": "book", "key": "BTC-USD", "status": 200, "body": "{}"},
        {"t": "tick", "at_ns": 12},
        {"t": "closed", "at_ns": 13, "reason": "gone"},
    ]


def test_a_recording_is_for_its_owner_alone_and_never_replaces_another(tmp_path: Path) -> None:
    path = write_tape(tmp_path / "mine.jsonl", opened())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(TapeError, match=r"mine\.jsonl exists"):
        TapeWriter(path, header())
    with pytest.raises(TapeError, match="cannot be written"):
        TapeWriter(tmp_path / "no" / "such" / "folder.jsonl", header())


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_a_long_recording_goes_on_in_numbered_tapes_that_read_by_themselves(
    suffix: str, tmp_path: Path
) -> None:
    writer = TapeWriter(tmp_path / f"long{suffix}", header(), rotate_bytes=1000)
    heard: list[Input] = [Wanted(at_ns=AT_NS, wants=Wants(symbols=("SOL",)))]
    heard += itertools.chain.from_iterable(
        (frame(f"px {second}" + str(hash(str(second))) * 5, tick.at_ns), tick)
        for second, tick in enumerate(ticks(60))
    )
    for item in heard:
        writer.write(item)
    writer.close()

    tapes = [read_tape(path) for path in writer.paths]

    assert [path.name for path in writer.paths[:3]] == [
        f"long{suffix}",
        f"long.0001{suffix}",
        f"long.0002{suffix}",
    ]
    assert [item for tape in tapes for item in tape] == heard
    assert all(tape.header.wants.symbols == ("SOL",) for tape in tapes[1:])
    assert all(tape.header.at_ns <= next(iter(tape)).at_ns for tape in tapes)
    assert writer.messages == len(heard)
    assert writer.bytes_written == sum(path.stat().st_size for path in writer.paths)


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_a_tape_on_a_full_disk_ends_well_at_its_last_tick(
    suffix: str, tmp_path: Path, full_disk: Callable[[int], None]
) -> None:
    writer = TapeWriter(tmp_path / f"day{suffix}", header())
    full_disk(20_000)
    heard: list[Input] = []

    def write_for_hours() -> None:
        for second, tick in enumerate(ticks(10_000)):
            noise = hashlib.sha256(str(second).encode()).hexdigest()
            for item in (frame(f"px {noise}", tick.at_ns), tick):
                writer.write(item)
                heard.append(item)

    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        write_for_hours()
    writer.close()
    tape = read_tape(writer.path)
    kept = list(tape)
    assert tape.torn is None
    assert isinstance(kept[-1], Tick)
    assert kept == heard[: len(kept)]
    # The tick that did not fit any more may come with its frame, and with the frame alone.
    assert len(heard) - len(kept) <= 2
    assert writer.path.stat().st_size <= 20_000


def test_a_tape_that_cannot_even_begin_leaves_no_empty_file(
    tmp_path: Path, full_disk: Callable[[int], None]
) -> None:
    full_disk(10)
    with pytest.raises(TapeError, match=r"day\.jsonl\.gz cannot be written: File too large"):
        TapeWriter(tmp_path / "day.jsonl.gz", header())
    assert list(tmp_path.iterdir()) == []


def test_garbage_in_the_middle_is_counted_and_skipped(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_bytes(
        HEADER_LINE
        + b'{"t":"tick","at_ns":1}\n'
        + b"\xff\xfe\x00\n"
        + b'{"t":"frame","at_ns":2}\n'
        + b'{"t":"frame","at_ns":2,"b64":"!"}\n'
        + b'{"t":"tick","at_ns":-3}\n'
        + b'{"t":"dance","at_ns":3}\n'
        + b"[" * 100_000
        + b"\n\n"
        + b'{"t":"tick","at_ns":4}\n'
    )
    tape = read_tape(path)

    assert list(tape) == [Tick(at_ns=1), Tick(at_ns=4)]
    assert [number for number, _ in tape.skipped] == [3, 4, 5, 6, 7, 8]
    assert "needs `data` or `b64`" in tape.skipped[1][1]
    assert tape.skipped_total == 6
    assert tape.torn is None


def test_a_torn_last_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "torn.jsonl"
    path.write_bytes(HEADER_LINE + b'{"t":"tick","at_ns":1}\n{"t":"frame","at_ns":2,"da')
    tape = read_tape(path)

    assert list(tape) == [Tick(at_ns=1)]
    assert tape.torn == "line 3 is cut off"


def test_a_fixture_without_a_final_newline_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "typed.jsonl"
    path.write_bytes(HEADER_LINE + b'{"t":"tick","at_ns":1}')
    tape = read_tape(path)

    assert list(tape) == [Tick(at_ns=1)]
    assert tape.torn is None


def test_a_line_without_end_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tape_text, "MAX_LINE_BYTES", 1000)
    path = tmp_path / "long.jsonl"
    path.write_bytes(HEADER_LINE + b"x" * 500_000 + b'\n{"t":"tick","at_ns":1}\n')
    tape = read_tape(path)

    assert list(tape) == [Tick(at_ns=1)]
    assert tape.skipped == [(2, "the line is longer than 64 MiB")]


def test_damage_inside_a_compressed_tape_ends_it_there(tmp_path: Path) -> None:
    said: list[Input] = [
        frame(hashlib.sha256(str(n).encode()).hexdigest(), AT_NS + n) for n in range(500)
    ]
    whole = bytearray(write_tape(tmp_path / "a.jsonl.gz", *said).read_bytes())
    whole[len(whole) // 2 :] = b"\xff" * (len(whole) - len(whole) // 2)
    (tmp_path / "b.jsonl.gz").write_bytes(whole)
    tape = read_tape(tmp_path / "b.jsonl.gz")

    heard = list(tape)

    assert 200 < len(heard) < 300
    assert heard[:200] == said[:200]
    assert tape.torn


def test_tapes_joined_by_cat_lose_only_the_second_header(tmp_path: Path) -> None:
    one = write_tape(tmp_path / "1.jsonl.gz", Tick(at_ns=1))
    two = write_tape(tmp_path / "2.jsonl.gz", Tick(at_ns=2))
    both = tmp_path / "both.jsonl.gz"
    both.write_bytes(one.read_bytes() + two.read_bytes())
    tape = read_tape(both)

    assert list(tape) == [Tick(at_ns=1), Tick(at_ns=2)]
    assert [number for number, _ in tape.skipped] == [3]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n", "line 1: expected a cockpit-tape/1 header"),
        (b'{"channel":"book"}\n', "line 1: expected a cockpit-tape/1 header"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "line 1: expected a cockpit-tape/1 header"),
        (b"[" * 100_000, "line 1: expected a cockpit-tape/1 header"),
        (HEADER_LINE.replace(b"tape/1", b"tape/2"), "found 'cockpit-tape/2'"),
        (HEADER_LINE.replace(b"mainnet", b"moon"), r"header: Invalid enum value 'moon'.*origin"),
        (HEADER_LINE.replace(b'"venue":"tiny",', b""), "header: .*venue"),
    ],
)
def test_what_is_no_tape_is_said_in_one_sentence(
    content: bytes, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "file.jsonl"
    path.write_bytes(content)

    with pytest.raises(TapeError, match=sentence) as caught:
        read_tape(path)

    assert str(path) in caught.value.ui_message
    assert "\n" not in caught.value.ui_message


def test_a_name_that_says_gzip_must_be_gzip(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl.gz"
    path.write_bytes(HEADER_LINE)
    with pytest.raises(TapeError, match="is not gzip"):
        read_tape(path)
    path.write_bytes(gzip.compress(b"not a header"))
    with pytest.raises(TapeError, match="line 1"):
        read_tape(path)
    with pytest.raises(TapeError, match="cannot be read: No such file"):
        read_tape(tmp_path / "absent.jsonl")


def test_a_file_whose_first_line_has_no_end_is_no_tape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tape_text, "MAX_LINE_BYTES", 1000)
    path = tmp_path / "zeros.jsonl"
    with path.open("wb") as file:
        file.truncate(2**20)
    with pytest.raises(TapeError, match="line 1: expected a cockpit-tape/1 header, found no end"):
        read_tape(path)


def test_a_tape_of_before_the_survey_without_symbols_wanted_every_market(tmp_path: Path) -> None:
    old = HEADER_LINE.replace(b'["BTC"]', b"[]")
    changed = b'{"t":"wanted","at_ns":1757130041000000001,"wants":{"symbols":["ETH"]}}\n'
    path = tmp_path / "old.jsonl"
    path.write_bytes(old + changed)
    tape = read_tape(path)
    assert tape.header.wants.survey
    assert [item.wants.survey for item in tape if isinstance(item, Wanted)] == [False]
