"""What the machine refuses: a home that is read-only, a disk that is full, an interrupt."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.exchange import COCKPIT, exchange, running
from tests.support import PATIENCE_S

GOLDEN = Path(__file__).resolve().parents[1] / "captures" / "bybit.jsonl"
READ_ONLY = "/proc/nowhere"
LOGGING = """
import logging, sys
from cockpit.cli.logs import start_logging
path = start_logging("info")
start_logging("info")
logging.getLogger("cockpit").error("a line")
print(path)
"""


def run_python(program, home):
    env = {**os.environ, "COCKPIT_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=env, timeout=PATIENCE_S
    )


def test_a_home_that_is_read_only_costs_the_log_and_one_sentence():
    done = run_python(LOGGING, READ_ONLY)
    assert (done.returncode, done.stdout) == (0, "None\n")
    assert done.stderr == (
        f"cockpit: no log: {READ_ONLY}/log/cockpit.log: No such file or directory\n"
    )


def test_a_log_on_a_full_disk_loses_its_lines_and_says_nothing(tmp_path):
    limit = "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    done = run_python(limit + LOGGING, tmp_path)
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_stdout_that_is_full_is_one_sentence(tmp_path):
    env = {**os.environ, "COCKPIT_HOME": str(tmp_path)}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COCKPIT, "decode", str(GOLDEN)], stdout=full, stderr=subprocess.PIPE, env=env,
            timeout=PATIENCE_S,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == b"cockpit: stdout cannot be written: No space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_table_that_is_printed_meets_a_full_disk_in_one_sentence(tmp_path, unbuffered):
    env = {**os.environ, "COCKPIT_HOME": str(tmp_path), "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COCKPIT, "config", "show"], stdout=full, stderr=subprocess.PIPE, env=env,
            timeout=PATIENCE_S,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == b"cockpit: stdout cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("snapshot --schema", 2),
        ("config show", 2),
        ("config path --json", 2),
        ("history status", 2),
        ("history status --json", 2),
        ("history query 'SELECT 1' --csv", 2),
        ("sim --venues bybit --symbols BTC", 2),
        ("config init", 0),
    ],
)
def test_without_a_stdout_data_is_refused_and_the_rest_is_done(tmp_path, words, code):
    env = {**os.environ, "COCKPIT_HOME": str(tmp_path)}
    line = f"{shlex.join(COCKPIT)} {words} >&-"
    done = subprocess.run(
        ["sh", "-c", line], stderr=subprocess.PIPE, text=True, env=env, timeout=PATIENCE_S
    )
    assert done.returncode == code
    assert done.stderr.count("\n") == 1
    assert ("stdout is closed" in done.stderr) == (code == 2)


@pytest.mark.parametrize("words", ["demo", "check --for 1ms --venues bybit --endpoints ready"])
def test_without_a_stdin_there_is_no_terminal(tmp_path, words):
    ready = '{"venues":{"bybit":{"rest_url":"http://127.0.0.1:9","ws_urls":{"main":"ws://127.0.0.1:9"}}}}'
    (tmp_path / "ready").write_text(ready)
    env = {**os.environ, "COCKPIT_HOME": str(tmp_path), "TERM": "xterm"}
    done = subprocess.run(
        ["sh", "-c", f"{shlex.join(COCKPIT)} {words} <&-"], capture_output=True, text=True, env=env,
        timeout=PATIENCE_S, cwd=tmp_path,
    )  # fmt: skip
    assert "internal error" not in done.stderr
    assert done.returncode == (2 if words == "demo" else 1)
    assert "terminal" in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("words", "code_of_a_term"),
    [(["watch", "--json"], 0), (["record", "--out", "tapes"], 0)],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_130_and_a_request_to_end_is_not(words, code_of_a_term, number, tmp_path):
    with exchange(tmp_path, "--venues", "bybit", "--symbols", "BTC") as sim:
        words = (*words, "--endpoints", str(sim.endpoints), "--symbols", "BTC")
        with running(*words, home=tmp_path / "home", cwd=tmp_path) as program:
            program.wait(lambda: program.lines or has_tape(tmp_path))
            code = program.end(number)
    assert code == (130 if number == signal.SIGINT else code_of_a_term)
    said = "\n".join(program.errors)
    assert "Traceback" not in said
    if words[0] == "record":
        assert "bybit: live" in said, "the report is printed whatever ended it"


def has_tape(folder):
    """Whether a tape has something in it: the recorder runs."""
    return any(path.stat().st_size > 200 for path in folder.glob("tapes/*.gz"))
