"""Where a venue is reached when not at its own addresses: the built-in exchange, a testnet."""

import codecs
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from cockpit.core.errors import InputError
from cockpit.core.urls import is_loopback, url_problem
from cockpit.core.validation import sentence
from cockpit.storage.reading import as_utf8
from cockpit.venues.contract import VenueSpec
from cockpit.wire.tape import Origin


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One venue's root URL and the URL of each link.

    InputError on an address that we do not talk to: plain ws:// or http:// off this machine.
    """

    rest_url: str
    ws_urls: Mapping[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        for url in (self.rest_url, *self.ws_urls.values()):
            if problem := url_problem(url):
                raise InputError(problem)

    def require(self, spec: VenueSpec) -> None:
        """InputError unless every link that the venue needs has a URL."""
        for name, link in spec.links.items():
            if name not in self.ws_urls and not link.telemetry:
                raise InputError(f"{spec.name}: the endpoint has no ws_urls.{name}")

    @property
    def origin(self) -> Origin:
        """What a tape recorded here says about itself."""
        host = urlsplit(self.rest_url).hostname or ""
        return "sim" if is_loopback(host) else "testnet"


class _Ready(msgspec.Struct):
    venues: dict[str, Endpoint]


def load_endpoints(path: Path | str) -> dict[str, Endpoint]:
    """Endpoints by venue from a file that holds the ready line. InputError names file and key."""
    try:
        with Path(path).open("rb") as file:
            line = file.readline(2**20)
            if line.startswith(codecs.BOM_UTF16_LE):
                # The newline's other half.
                line += file.read(1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", str(error)) from None
    try:
        return parse_endpoints(as_utf8(line), str(path))
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not text: {error.reason}") from None


def parse_endpoints(line: bytes, source: str) -> dict[str, Endpoint]:
    """Endpoints by venue from the ready line of `cockpit sim`. InputError names source and key."""
    try:
        return msgspec.json.decode(line, type=_Ready).venues
    except InputError as error:
        raise InputError(f"{source}: {error.ui_message}") from None
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise InputError(
            f"{source}: expected the ready line of `cockpit sim`: {sentence(error)}"
        ) from None
