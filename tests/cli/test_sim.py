"""`cockpit sim` as a process: its first line, its ends, and its refusals."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support import PATIENCE_S

COMMAND = (
    sys.executable,
    "-m",
    "cockpit",
    "sim",
    "--symbols",
    "BTC",
    "--venues",
    "hyperliquid,dydx",
)


@contextmanager
def running(*options: str, stdin: Any = subprocess.PIPE) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [*COMMAND, *options],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_S)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def ready(process: "subprocess.Popen[str]") -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def refusal(*options: str) -> str:
    done = subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_a_venue_lists_as_many_markets_as_asked_for() -> None:
    with running("--markets", "40") as process:
        with urllib.request.urlopen(ready(process)["truth_url"], timeout=PATIENCE_S) as answer:
            rows = json.load(answer)["markets"]
        for venue in ("hyperliquid", "dydx"):
            assert len({row["symbol"] for row in rows if row["venue"] == venue}) == 40


def test_names_are_understood_as_everywhere_else() -> None:
    with running("--venues", "Lighter,hl", "--symbols", "ethusdt") as process:
        line = ready(process)
        assert set(line["venues"]) == {"lighter", "hyperliquid"}
        with urllib.request.urlopen(line["truth_url"], timeout=PATIENCE_S) as answer:
            assert {row["symbol"] for row in json.load(answer)["markets"]} == {"ETH"}


def test_a_number_of_markets_out_of_bounds_is_refused() -> None:
    assert "--markets" in refusal("--markets", "-1")


def test_the_first_line_says_where_everything_is_and_it_ends_with_its_stdin() -> None:
    with running("--seed", "11") as process:
        line = ready(process)
        assert line["ready"] is True
        assert line["seed"] == 11
        assert set(line["venues"]) == {"hyperliquid", "dydx"}
        for venue in line["venues"].values():
            urls = [venue["rest_url"], *venue["ws_urls"].values()]
            assert {urlsplit(url).hostname for url in urls} == {"127.0.0.1"}
            assert "main" in venue["ws_urls"]
        with urllib.request.urlopen(line["truth_url"], timeout=PATIENCE_S) as truth:
            told = json.load(truth)
        assert {(m["venue"], m["symbol"]) for m in told["markets"]} == {
            ("hyperliquid", "BTC"),
            ("dydx", "BTC"),
        }
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_a_signal(number: int) -> None:
    with running() as process:
        ready(process)
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0


def test_it_ends_after_its_time_and_needs_no_terminal() -> None:
    with running("--for", "300ms", stdin=subprocess.DEVNULL) as process:
        ready(process)
        assert process.wait(PATIENCE_S) == 0


def test_wrong_options_are_one_sentence_with_the_nearest_name(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("drp = 0.1\n")
    assert "'squeeze'" in refusal("--scenario", "squeez")
    assert "'lighter'" in refusal("--venues", "ligther")
    assert "'ETH'" in refusal("--symbols", "ETHH")
    assert "--for" in refusal("--for", "10")
    sentence = refusal("--faults", str(plan))
    assert "plan.toml" in sentence
    assert "'drop'" in sentence
    assert "none.toml" in refusal("--faults", str(tmp_path / "none.toml"))
