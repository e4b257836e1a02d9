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

PROCESSES = Path(__file__).parent / "e2e"
LONGEST_ID = 100


def pytest_configure(config: pytest.Config) -> None:
    """Several workers keep the order of the groups that is made here, the largest not first.

    A shell lets what it starts in the background ignore Ctrl-C, and a test would start its programs
    so in turn: they hear it again.
    """
    config.option.loadscopereorder = False
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected lives until the end: no garbage collection looks through it again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A text that is too long to be read is called by its parameter.

    A packed file holds the second in which it was packed: workers that collected in two seconds
    had two names for one test, and the run ended before it began.
    """
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_ID else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests go to one worker together, and in which order.

    Those of a file do. Tests with processes of their own wait more than they compute, so each goes
    alone, and they are dealt out evenly among the others, which have the machine meanwhile; the
    longest, which share what they wait for, first, so that none is left alone at the end.
    """
    computing: dict[str, list[pytest.Item]] = {}
    waiting: dict[str, list[pytest.Item]] = {}
    for item in items:
        has_processes = item.path.is_relative_to(PROCESSES)
        group = item.nodeid
        if not has_processes or _made_once(item):
            group = _made_for(item)
            item.add_marker(pytest.mark.xdist_group(group))
        (waiting if has_processes else computing).setdefault(group, []).append(item)
    dealt = [
        ((number + 0.5) / len(groups), group)
        for groups in (sorted(waiting.values(), key=len, reverse=True), list(computing.values()))
        for number, group in enumerate(groups)
    ]
    dealt.sort(key=lambda one: one[0])
    items[:] = [item for _, group in dealt for item in group]


def _made_for(item: pytest.Item) -> str:
    """The module of a test, with the parameters of what is made once for the module: a fixture with
    parameters is made once for each."""
    module = item.nodeid.partition("::")[0]
    given = item.callspec.params if hasattr(item, "callspec") else {}
    return " ".join([module, *(str(given[name]) for name in _made_once(item) if name in given)])


def _made_once(item: pytest.Item) -> list[str]:
    """The fixtures of a test that are made once for its module."""
    if not isinstance(item, pytest.Function):
        return []
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
