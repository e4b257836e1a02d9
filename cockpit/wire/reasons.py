"""Why a link is down: the cause, and the few fixed words that fit on the screen."""

import errno
import socket
import ssl
from typing import TYPE_CHECKING, Final, NamedTuple

from cockpit.core.events import LinkCause

if TYPE_CHECKING:
    from websockets.exceptions import ConnectionClosed

MAX_WORDS = 80
_TOO_BIG = 1009
_INTERNAL_ERROR = 1011
_NO_REASON = 1005
_BAD_REQUEST = 400


class Ending(NamedTuple):
    """Why a connection ended, or did not come about."""

    cause: LinkCause
    words: str


_OF_THE_SYSTEM: Final = {
    errno.ECONNREFUSED: Ending("refused", "connection refused"),
    errno.ECONNRESET: Ending("lost", "connection reset"),
    errno.EPIPE: Ending("lost", "connection reset"),
    errno.ENETUNREACH: Ending("unreachable", "network unreachable"),
    errno.EHOSTUNREACH: Ending("unreachable", "host unreachable"),
    errno.ENETDOWN: Ending("unreachable", "network unreachable"),
    errno.ETIMEDOUT: Ending("timeout", "timeout"),
    errno.EMFILE: Ending("unreachable", "too many open files"),
    errno.ENFILE: Ending("unreachable", "too many open files"),
}


def restarted(reason: str) -> Ending:
    """We ended it ourselves."""
    return Ending("restart", f"restart: {reason}")


def is_too_big(error: "ConnectionClosed") -> bool:
    """Whether we ended it, because of a frame larger than any of the venue's."""
    return error.rcvd is None and error.sent is not None and error.sent.code == _TOO_BIG


def is_bad_request(error: Exception) -> bool:
    """Whether the venue is there and refused the upgrade as it was asked for: HTTP 400."""
    from websockets.exceptions import InvalidStatus

    return isinstance(error, InvalidStatus) and error.response.status_code == _BAD_REQUEST


def not_connected(error: Exception) -> Ending:
    """Why a connection did not come about."""
    from websockets.exceptions import (
        InvalidHandshake,
        InvalidProxyStatus,
        InvalidStatus,
        ProxyError,
    )

    if isinstance(error, socket.gaierror):
        return Ending("unreachable", "DNS failure")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Ending("tls", "TLS failure: certificate not trusted")
    if isinstance(error, ssl.SSLError) or _hung_up_during_tls(error):
        return Ending("tls", "TLS failure")
    if isinstance(error, TimeoutError):
        return Ending("timeout", "timeout")
    # A redirect that may not be followed is the cause of the error that says so.
    for answer in (error, error.__cause__):
        if isinstance(answer, InvalidStatus | InvalidProxyStatus):
            return Ending("refused", f"HTTP {answer.response.status_code}")
    if isinstance(error, ProxyError):
        return Ending("proxy", "no proxy there")
    if isinstance(error, InvalidHandshake | EOFError):
        return Ending("protocol", "no WebSocket there")
    if isinstance(error, OSError):
        return _of_the_system(error)
    return Ending("address", "invalid address")


def closed(error: "ConnectionClosed", max_bytes: int) -> Ending:
    """Why a connection ended."""
    if error.rcvd is not None:
        code = "" if error.rcvd.code == _NO_REASON else f" {error.rcvd.code}"
        return Ending("closed", printable(f"closed{code} {error.rcvd.reason}".strip()))
    if is_too_big(error):
        return Ending("frame_size", f"frame larger than {max_bytes / 2**20:.3g} MB")
    if error.sent is not None and error.sent.code == _INTERNAL_ERROR:
        return Ending("no_pong", "no pong")
    if error.sent is not None:
        return Ending("protocol", f"protocol error {error.sent.code}")
    return Ending("lost", "connection lost")


def printable(text: str) -> str:
    """A venue's own words, cut and without control characters."""
    return "".join(c if c.isprintable() else " " for c in text[:MAX_WORDS])


def _hung_up_during_tls(error: Exception) -> bool:
    """asyncio says so by a reset that has no number, because no system call failed."""
    return isinstance(error, ConnectionResetError) and error.errno is None


def _of_the_system(error: OSError) -> Ending:
    if error.errno in _OF_THE_SYSTEM:
        return _OF_THE_SYSTEM[error.errno]
    # Several addresses were tried: asyncio joins their errors into one text without a number.
    for number, ending in _OF_THE_SYSTEM.items():
        if f"[Errno {number}]" in str(error):
            return ending
    return Ending("unreachable", "network error")
