"""Under which addresses a venue is reached: its own, the config's, or those of `--endpoints`."""

from collections.abc import Mapping

from cockpit.config import Config
from cockpit.venues.contract import VenueSpec
from cockpit.wire.endpoints import Endpoint


def endpoint_of(spec: VenueSpec, config: Config, given: Mapping[str, Endpoint]) -> Endpoint | None:
    """The URLs to use in place of the venue's own: `--endpoints` before the config."""
    if spec.name in given:
        return given[spec.name]
    own = config.venue.get(spec.name)
    if own is None or not (own.rest_url or own.ws_urls):
        return None
    public = {name: link.url for name, link in spec.links.items()}
    return Endpoint(rest_url=own.rest_url or spec.rest_url, ws_urls={**public, **own.ws_urls})


def urls_of(spec: VenueSpec, config: Config, given: Mapping[str, Endpoint]) -> list[str]:
    """Every address of the venue."""
    endpoint = endpoint_of(spec, config, given)
    if endpoint is not None:
        return [endpoint.rest_url, *endpoint.ws_urls.values()]
    links = (link.url for link in spec.links.values())
    return [spec.rest_url, *spec.hosts.values(), *links]
