"""How the properties are searched: the same cases every run, or new ones on demand.

`make test` says whether this tree is good, so it must say the same thing twice; a machine that is
busy is no failure either, so no example has a deadline. `make fuzz` looks for cases that nobody
has seen yet.
"""

import gc
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("steady", derandomize=True, **_UNHURRIED)
settings.register_profile("fuzz", max_examples=1000, print_blob=True, **_UNHURRIED)
settings.load_profile("steady")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected lives until the end: no garbage collection looks through it again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is made once for a module is made by one worker: the tests that share it go together.

    A fixture with parameters is made once for each, so its tests are a group for each.
    """
    for item in items:
        if isinstance(item, pytest.Function) and (shared := _made_once(item)):
            given = item.callspec.params if hasattr(item, "callspec") else {}
            parameters = [str(given[name]) for name in shared if name in given]
            module = item.nodeid.partition("::")[0]
            item.add_marker(pytest.mark.xdist_group(" ".join([module, *parameters])))


def _made_once(item: pytest.Function) -> list[str]:
    """The fixtures of a test that are made once for its module."""
    found = item._fixtureinfo.name2fixturedefs
    return sorted(name for name, made in found.items() if made[-1].scope == "module")


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, so that no test reads this machine's settings or memory."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    return tmp_path


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """The disk is full for the test alone: pytest may be writing what it says into a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        return (yield)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def full_disk() -> Iterator[Callable[[int], None]]:
    """Called with a size: no file of this process may grow beyond it, as on a full disk."""
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    yield limit
    signal.signal(signal.SIGXFSZ, handler)
