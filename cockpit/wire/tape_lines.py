"""A tape's lines: what each input looks like as JSON, both ways.

The contract's `Frame` holds text or bytes, which JSON cannot tell apart: a line says `data` for
text and `b64` for bytes. What has its usual value (`link` main, `key` empty) is left out.
"""

import base64
import binascii
from typing import Annotated

import msgspec

from cockpit.core.events import LinkCause
from cockpit.venues.contract import (
    MAIN,
    Closed,
    Frame,
    Input,
    Opened,
    Reply,
    Tick,
    Wanted,
    Wants,
)

AtNs = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Status = Annotated[int, msgspec.Meta(ge=0, le=999)]


class _Line(msgspec.Struct, kw_only=True, omit_defaults=True, tag_field="t", gc=False):
    at_ns: AtNs


class _Opened(_Line, tag="opened"):
    link: str = MAIN


class _Frame(_Line, tag="frame"):
    link: str = MAIN
    data: str | None = None
    b64: str | None = None


class _Reply(_Line, kw_only=True, tag="reply"):
    name: str
    key: str = ""
    status: Status
    body: str


class _Tick(_Line, tag="tick"):
    pass


class TapeWants(msgspec.Struct, frozen=True, kw_only=True):
    """`Wants` as tapes have them.

    Tapes of before December 2026 do not say whether there was a survey: on them an empty list of
    symbols stood for every market. `survey` is written only where that reading would be wrong.
    """

    symbols: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    depth: int = 20
    survey: bool | msgspec.UnsetType = msgspec.UNSET

    def read(self) -> Wants:
        survey = not self.symbols if self.survey is msgspec.UNSET else self.survey
        return Wants(symbols=self.symbols, accounts=self.accounts, depth=self.depth, survey=survey)


def as_taped(wants: Wants) -> TapeWants:
    is_plain = wants.survey == (not wants.symbols)
    return TapeWants(
        symbols=wants.symbols,
        accounts=wants.accounts,
        depth=wants.depth,
        survey=msgspec.UNSET if is_plain else wants.survey,
    )


class _Wanted(_Line, tag="wanted"):
    wants: TapeWants


class _Closed(_Line, tag="closed"):
    link: str = MAIN
    reason: str = ""
    cause: LinkCause | msgspec.UnsetType = msgspec.UNSET


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Opened | _Frame | _Reply | _Tick | _Wanted | _Closed).decode


def encode_line(item: Input) -> bytes:
    """One input as one line, newline included."""
    return _encode(_as_line(item)) + b"\n"


def decode_line(line: bytes) -> Input | str:
    """The input that a line says, or why it says none."""
    try:
        return _as_input(_decode(line))
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
        return str(error) or type(error).__name__


def _as_line(item: Input) -> _Line:
    if isinstance(item, Frame):
        if isinstance(item.data, str):
            return _Frame(at_ns=item.at_ns, link=item.link, data=item.data)
        b64 = base64.b64encode(item.data).decode("ascii")
        return _Frame(at_ns=item.at_ns, link=item.link, b64=b64)
    if isinstance(item, Tick):
        return _Tick(at_ns=item.at_ns)
    if isinstance(item, Reply):
        return _Reply(
            at_ns=item.at_ns, name=item.name, key=item.key, status=item.status, body=item.body
        )
    if isinstance(item, Opened):
        return _Opened(at_ns=item.at_ns, link=item.link)
    if isinstance(item, Closed):
        return _Closed(at_ns=item.at_ns, link=item.link, reason=item.reason, cause=item.cause)
    return _Wanted(at_ns=item.at_ns, wants=as_taped(item.wants))


def _as_input(line: _Line) -> Input:
    if isinstance(line, _Frame):
        return Frame(at_ns=line.at_ns, link=line.link, data=_frame_data(line))
    if isinstance(line, _Tick):
        return Tick(at_ns=line.at_ns)
    if isinstance(line, _Reply):
        return Reply(
            at_ns=line.at_ns, name=line.name, key=line.key, status=line.status, body=line.body
        )
    if isinstance(line, _Opened):
        return Opened(at_ns=line.at_ns, link=line.link)
    if isinstance(line, _Closed):
        return Closed(at_ns=line.at_ns, link=line.link, reason=line.reason, cause=line.cause)
    if isinstance(line, _Wanted):
        return Wanted(at_ns=line.at_ns, wants=line.wants.read())
    raise ValueError(f"no input looks like {type(line).__name__}")


def _frame_data(line: _Frame) -> str | bytes:
    if line.data is not None:
        return line.data
    if line.b64 is None:
        raise ValueError("a frame needs `data` or `b64`")
    try:
        return base64.b64decode(line.b64, validate=True)
    except binascii.Error as error:
        raise ValueError(f"`b64`: {error}") from None
