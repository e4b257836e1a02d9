"""Why a link is down, in the few fixed words that fit on the screen."""

import errno
import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from websockets.exceptions import ConnectionClosed

MAX_WORDS = 80
_TOO_BIG = 1009
_INTERNAL_ERROR = 1011
_NO_REASON = 1005
_BAD_REQUEST = 400
_OS_WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "connection reset",
    errno.EPIPE: "connection reset",
    errno.ENETUNREACH: "network unreachable",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETDOWN: "network unreachable",
    errno.ETIMEDOUT: "timeout",
    errno.EMFILE: "too many open files",
    errno.ENFILE: "too many open files",
}


def is_too_big(error: "ConnectionClosed") -> bool:
    """Whether we ended it, because of a frame larger than any of the venue's."""
    return error.rcvd is None and error.sent is not None and error.sent.code == _TOO_BIG


def is_bad_request(error: Exception) -> bool:
    """Whether the venue is there and refused the upgrade as it was asked for: HTTP 400."""
    from websockets.exceptions import InvalidStatus

    return isinstance(error, InvalidStatus) and error.response.status_code == _BAD_REQUEST


def not_connected(error: Exception) -> str:
    """The reason for a connection that did not come about."""
    from websockets.exceptions import (
        InvalidHandshake,
        InvalidProxyStatus,
        InvalidStatus,
        ProxyError,
    )

    if isinstance(error, socket.gaierror):
        return "DNS failure"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "TLS failure: certificate not trusted"
    if isinstance(error, ssl.SSLError) or _hung_up_during_tls(error):
        return "TLS failure"
    if isinstance(error, TimeoutError):
        return "timeout"
    # A redirect that may not be followed is the cause of the error that says so.
    for answer in (error, error.__cause__):
        if isinstance(answer, InvalidStatus | InvalidProxyStatus):
            return f"HTTP {answer.response.status_code}"
    if isinstance(error, ProxyError):
        return "no proxy there"
    if isinstance(error, InvalidHandshake | EOFError):
        return "no WebSocket there"
    if isinstance(error, OSError):
        return _os_words(error)
    return "invalid address"


def closed(error: "ConnectionClosed", max_bytes: int) -> str:
    """The reason for a connection that ended."""
    if error.rcvd is not None:
        code = "" if error.rcvd.code == _NO_REASON else f" {error.rcvd.code}"
        return printable(f"closed{code} {error.rcvd.reason}".strip())
    if is_too_big(error):
        return f"frame larger than {max_bytes / 2**20:.3g} MB"
    if error.sent is not None and error.sent.code == _INTERNAL_ERROR:
        return "no pong"
    if error.sent is not None:
        return f"protocol error {error.sent.code}"
    return "connection lost"


def printable(text: str) -> str:
    """A venue's own words, cut and without control characters."""
    return "".join(c if c.isprintable() else " " for c in text[:MAX_WORDS])


def _hung_up_during_tls(error: Exception) -> bool:
    """asyncio says so by a reset that has no number, because no system call failed."""
    return isinstance(error, ConnectionResetError) and error.errno is None


def _os_words(error: OSError) -> str:
    if error.errno in _OS_WORDS:
        return _OS_WORDS[error.errno]
    # Several addresses were tried: asyncio joins their errors into one text without a number.
    for number, words in _OS_WORDS.items():
        if f"[Errno {number}]" in str(error):
            return words
    return "network error"
