"""How fast this machine is today: the same work everywhere, none of it ours.

Shared machines differ by a factor of two, and one differs from itself within minutes. A figure in
microseconds can be compared with another machine's only beside this one: the typed decoding of one
book of twenty levels a side, 1.5 KB, by msgspec alone.
"""

import time

import msgspec

LEVELS = range(1, 21)
REPEATS = 4000


class _Level(msgspec.Struct, gc=False):
    px: float
    sz: float
    n: int


class _Book(msgspec.Struct, gc=False):
    coin: str
    time: int
    levels: tuple[list[_Level], list[_Level]]


class _Message(msgspec.Struct, gc=False, tag_field="channel", tag="l2Book"):
    data: _Book


_DECODER = msgspec.json.Decoder(_Message, strict=False)


def frame() -> str:
    """The book that is decoded: the shape of a whole-book message, numbers as text."""
    levels = [
        [{"px": f"{64000 + side * i:.1f}", "sz": f"{0.125 * i:.5f}", "n": i} for i in LEVELS]
        for side in (-1, 1)
    ]
    data = {"coin": "BTC", "time": 1_760_000_000_000, "levels": levels}
    return msgspec.json.encode({"channel": "l2Book", "data": data}).decode()


def yardstick_us() -> float:
    """Microseconds of CPU for one decoding."""
    text, decode = frame(), _DECODER.decode
    began = time.process_time()
    for _ in range(REPEATS):
        decode(text)
    return (time.process_time() - began) / REPEATS * 1e6
