"""Options that several commands share."""

import pytest

from cockpit.cli.options import parse_duration, parse_names
from cockpit.core.errors import InputError


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("30s", 30), ("5m", 300), ("2h", 7200), ("1d", 86400)]
)
def test_durations_have_a_unit(text: str, seconds: float) -> None:
    assert parse_duration(text, "--for") == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["30", "s", "-1s", "0s", "1w", "", "1e3s", "nan s"])
def test_anything_else_is_refused_with_the_options_name(text: str) -> None:
    with pytest.raises(InputError, match="--for"):
        parse_duration(text, "--for")


def test_names_keep_their_order_and_come_once() -> None:
    assert parse_names("BTC, ETH,BTC,,SOL ", "--symbols") == ("BTC", "ETH", "SOL")


@pytest.mark.parametrize("text", ["", " , ,"])
def test_no_name_at_all_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--symbols"):
        parse_names(text, "--symbols")
