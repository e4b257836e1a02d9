"""One exchange for the tests of one stock client."""

from collections.abc import Iterator

import pytest

from tests.e2e.exchange import Exchange, exchange


@pytest.fixture(scope="module")
def sim(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Exchange]:
    """The exchange as a process, with the module's VENUE alone and its SYMBOLS."""
    venue, symbols = request.module.VENUE, request.module.SYMBOLS
    folder = tmp_path_factory.mktemp(venue)
    with exchange(folder, "--venues", venue, "--symbols", symbols) as running:
        yield running
