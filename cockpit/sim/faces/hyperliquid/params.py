"""The fields of a Hyperliquid request: read, or refused as a whole.

Source: https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/info-endpoint.
"""

import re

from cockpit.sim.faces.hyperliquid.messages import Json

Request = dict[str, Json]

ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


class Unprocessable(Exception):
    """The request does not have the shape that its type needs."""


def user_of(request: Request) -> str:
    """The address, in lower case."""
    user = request.get("user")
    if not isinstance(user, str) or not ADDRESS.fullmatch(user):
        raise Unprocessable
    return user.lower()


def text_of(request: Request, name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str):
        raise Unprocessable
    return value


def time_ms_of(request: Request, name: str, default: int | None = None) -> int:
    value = request.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unprocessable
    return value
