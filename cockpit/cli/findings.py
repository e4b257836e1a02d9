"""What `cockpit check` found out: one line a thing, and what to do about it."""

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    """One line. `advice` is empty when nothing is to be done."""

    name: str
    status: Literal["ok", "warn", "fail"]
    detail: str
    advice: str = ""
