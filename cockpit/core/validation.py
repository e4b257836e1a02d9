"""A msgspec error as the place and the sentence that a person can act on."""

import msgspec

_PLACE = " - at `$"


def explain(error: msgspec.ValidationError) -> tuple[str, str]:
    """Where (`markets[3].tick`, empty for the whole) and what is wrong (`expected float`)."""
    what, _, where = str(error).partition(_PLACE)
    return where.rstrip("`").lstrip("."), what[:1].lower() + what[1:].replace("`", "")


def sentence(error: Exception) -> str:
    """The same in one line, the place first; another error in its own words."""
    if not isinstance(error, msgspec.ValidationError):
        return str(error)
    place, words = explain(error)
    return f"{place}: {words}" if place else words
