"""Proxies by environment, as other programs read it: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY.

One reading for HTTP and for WebSockets. The small letters win over the capitals, and a variable
that is empty is not set. Loopback is always reached directly. NO_PROXY takes names with their
subdomains, `host:port`, addresses, networks such as 10.0.0.0/8, and `*`.
"""

import importlib.util
import ipaddress
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

SCHEMES = ("http", "https", "socks5", "socks5h")
_VARIABLES = {
    "http": "HTTP_PROXY", "ws": "HTTP_PROXY", "https": "HTTPS_PROXY", "wss": "HTTPS_PROXY",
}  # fmt: skip
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


class Proxy(NamedTuple):
    """A proxy and the environment variable that names it. `url` may carry a password."""

    url: str
    variable: str

    @property
    def shown(self) -> str:
        """Scheme, host and port, without name and password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def problem(self) -> str:
        """Why it cannot be used, in words; empty if it can."""
        parts = urlsplit(self.url)
        if parts.scheme not in SCHEMES or not parts.hostname or not _port_is_valid(parts):
            return f"{self.variable} is no proxy: expected a URL such as http://proxy:3128"
        if parts.scheme.startswith("socks") and not _has_socks():
            needs = "the packages python-socks and socksio"
            return f"{self.variable} is a SOCKS proxy, which needs {needs}"
        return ""


def proxy_for(url: str, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy through which an http, https, ws or wss URL is reached; None is directly."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    variables = (_VARIABLES.get(parts.scheme, "ALL_PROXY"), "ALL_PROXY")
    found = next(((v, value) for v in variables if (value := _value(environ, v))), None)
    if found is None or _is_loopback(host):
        return None
    port = parts.port or _PORTS.get(parts.scheme, 0)
    if any(_matches(entry, host, port) for entry in _value(environ, "NO_PROXY").split(",")):
        return None
    variable, value = found
    return Proxy(value if "://" in value else f"http://{value}", variable)


def _value(environ: Mapping[str, str], variable: str) -> str:
    return environ.get(variable.lower(), environ.get(variable, "")).strip()


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _matches(entry: str, host: str, port: int) -> bool:
    entry = entry.strip().lower()
    if not entry:
        return False
    if entry == "*":
        return True
    address = _address(host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            pass
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal():
        if int(number) != port:
            return False
        entry = name
    entry = entry.removeprefix("*").removeprefix(".")
    return host == entry or host.endswith(f".{entry}")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _port_is_valid(parts: SplitResult) -> bool:
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def _has_socks() -> bool:
    return all(importlib.util.find_spec(name) for name in ("python_socks", "socksio"))
