"""The named values of a request, read or refused.

They come as text (query, path) or as JSON (body, params of a call); both are read the same way.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from cockpit.core.units import NS_PER_MS

MOST_DIGITS = 19
LARGEST_WHOLE = 2**63 - 1


class Refusal(Exception):
    """An answer that is not data. `code` is the venue's own, `status` that of HTTP."""

    def __init__(self, code: int | str, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


class Parameters:
    """`refusal` makes the venue's answer to a value that is missing or wrong, by its name.

    An empty text counts as missing: that is how clients leave a query parameter out.
    """

    def __init__(self, values: Mapping[str, Any], refusal: Callable[[str], Exception]) -> None:
        self._values = values
        self.refusal = refusal

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) not in (None, "")

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.get(name) or default
        if not isinstance(value, str):
            raise self.refusal(name)
        return value

    def many(self, name: str) -> list[Any]:
        """A JSON array, its members as they came."""
        values = self._values.get(name)
        if not isinstance(values, list):
            raise self.refusal(name)
        return values

    def choice(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise self.refusal(name)
        return value

    def whole(
        self, name: str, default: int | None = None, *, low: int = 0, high: int = LARGEST_WHOLE
    ) -> int:
        """A whole number within bounds, from a JSON number or from digits."""
        value = self._values.get(name)
        if value in (None, "") and default is not None:
            return default
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            value = int(value) if len(value) <= MOST_DIGITS else None
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.refusal(name)
        return value

    def limit(self, default: int, most: int, name: str = "limit") -> int:
        """A number of rows; outside its bounds it counts as the nearest one inside."""
        return max(1, min(most, self.whole(name, default)))

    def moment_ns(self, name: str, default_ns: int, unit_ns: int = NS_PER_MS) -> int:
        """A moment that the venue counts in `unit_ns`."""
        return self.whole(name) * unit_ns if name in self else default_ns
