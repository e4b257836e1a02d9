"""Which addresses we are willing to talk to."""

import ipaddress
from urllib.parse import urlsplit

_ENCRYPTED = ("https", "wss")
_PLAIN = ("http", "ws")


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def url_problem(url: str) -> str | None:
    """Why a URL may not be used, as a sentence; None if it may.

    Encrypted URLs may go anywhere, plain ones only to this machine: an unencrypted price can be
    changed on its way, and somebody would trade on it.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        return f"{url!r} is not a URL: {error}"
    if parts.scheme not in _ENCRYPTED + _PLAIN or not host:
        return f"{url!r} is not a URL such as https://host or wss://host/path"
    if parts.username or parts.password:
        return f"a URL for {host} must not carry a user name or password"
    if parts.scheme in _PLAIN and not is_loopback(host):
        return f"{parts.scheme}:// is only for this machine; use {parts.scheme}s:// for {host}"
    return None
