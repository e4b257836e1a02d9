"""A frozen file: lines in gzip, and what differs between two of them, readable.

A line is `[run, place, kind, fields]`: the run within its file, the number of the input that it
answers, the type's name, and what it says, keys sorted.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

ASKED = frozenset({"Send", "Fetch"})
SHOWN = 400
MAX_FIELDS = 6
_encoder = msgspec.json.Encoder(order="sorted")


class Case(NamedTuple):
    """One frozen file. `place(run, number)` says in words which input a line answers."""

    name: str
    lines: Callable[[], Iterable[bytes]]
    place: Callable[[str, int], str] = lambda run, number: ""

    @property
    def group(self) -> str:
        return self.name.partition("/")[0]


class Difference(NamedTuple):
    """`kind` is `facts`, `asked`, or `order` where only the order of what is asked is another.

    `text` shows the first of it in a few lines.
    """

    kind: str
    text: str


def line(run: str, place: int, kind: str, fields: Any) -> bytes:
    return _encoder.encode((run, place, kind, fields))


def path_of(folder: Path, case: Case) -> Path:
    return folder / "frozen" / f"{case.name}.jsonl.gz"


def write(path: Path, lines: Iterable[bytes]) -> int:
    """How many lines were written. The same lines give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        for said in lines:
            file.write(said + b"\n")
            count += 1
    return count


def read(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).split(b"\n")[:-1]


def differences(case: Case, frozen: list[bytes], now: list[bytes]) -> list[Difference]:
    """At most one of each kind; none where the lines are the same."""
    if frozen == now:
        return []
    found = []
    for kind, wanted in (("facts", False), ("asked", True)):
        before = [said for said in frozen if _is_asked(said) == wanted]
        after = [said for said in now if _is_asked(said) == wanted]
        if kind == "asked":
            # What one input asks may be asked in another order: that is less than another question.
            before, after = _by_input(before), _by_input(after)
        if before != after:
            found.append(Difference(kind, _first(case, before, after)))
    return found or [Difference("order", _first(case, frozen, now))]


def _is_asked(said: bytes) -> bool:
    kind: str = msgspec.json.decode(said)[2]
    return kind in ASKED


def _by_input(lines: list[bytes]) -> list[bytes]:
    """The lines of each input sorted; the inputs in their order."""
    groups = groupby(lines, key=lambda said: tuple(msgspec.json.decode(said)[:2]))
    return [said for _, group in groups for said in sorted(group)]


def _first(case: Case, before: list[bytes], after: list[bytes]) -> str:
    shared = min(len(before), len(after))
    at = next((i for i in range(shared) if before[i] != after[i]), shared)
    old: Any = msgspec.json.decode(before[at]) if at < len(before) else None
    new: Any = msgspec.json.decode(after[at]) if at < len(after) else None
    run, number = (new if old is None else old)[:2]
    gone, come = Counter(before), Counter(after)
    text = [
        f"line {at + 1} of {len(before)}; {(gone - come).total()} only frozen, "
        f"{(come - gone).total()} only now",
        f"run    {run}",
        f"input  {number} {case.place(run, number)}"[:SHOWN],
        f"frozen {_shown(old)}",
        f"now    {_shown(new)}",
    ]
    if old is not None and new is not None and old[:3] == new[:3]:
        text += [f"field  {field}" for field in list(_fields(old[3], new[3], ""))[:MAX_FIELDS]]
    return "\n".join(f"      {row}" for row in text)


def _shown(said: Any) -> str:
    if said is None:
        return "(nothing)"
    text = msgspec.json.encode(said[3]).decode()
    return f"[{said[1]}] {said[2]} {text}"[:SHOWN]


def _fields(old: Any, new: Any, path: str) -> Iterator[str]:
    """Where two values differ, down to the single figure."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            if key not in new or key not in old:
                gone = key not in new
                yield f"{path}.{key}: {'only frozen' if gone else 'only now'}"
            else:
                yield from _fields(old[key], new[key], f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _fields(one, other, f"{path}[{number}]")
    elif old != new or type(old) is not type(new):
        yield f"{path}: {str(old)[:120]} -> {str(new)[:120]}"
