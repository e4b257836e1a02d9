"""The command line as a promise: exit codes, one sentence, and nothing heavy for help."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.cli import check
from cockpit.cli.main import COMMANDS, main
from cockpit.config import Config
from cockpit.history.layout import default_folder
from cockpit.history.settings import HistorySettings
from cockpit.storage import paths
from tests.e2e.exchange import run
from tests.support import PATIENCE_S

GOLDEN = Path(__file__).resolve().parents[1] / "captures"
HEADER = {
    "format": "cockpit-tape/1", "venue": "bybit", "origin": "docs", "version": "0.1.0",
    "at_ns": 1_760_000_000_000_000_000, "wants": {"symbols": ["BTC"], "accounts": [], "depth": 20},
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    return tmp_path


def one_sentence(capsys) -> str:
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1, caught.err
    assert "Traceback" not in caught.err
    return caught.err


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(command, capsys):
    assert main([*([command] if command else []), "--help"]) == 0
    assert "usage: cockpit" in capsys.readouterr().out


def test_help_imports_nothing_that_is_slow():
    slow = ("textual", "numpy", "httpx", "websockets", "rich")
    program = (
        "import sys\n"
        "from cockpit.cli.main import COMMANDS, main\n"
        "for name in ('', *COMMANDS): main([*([name] if name else []), '--help'])\n"
        f"sys.exit(sum(name in sys.modules for name in {slow!r}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=PATIENCE_S)
    assert done.returncode == 0


def test_an_unknown_command_names_the_nearest(capsys):
    assert main(["snapshto"]) == 2
    assert "'snapshot'" in one_sentence(capsys)


def test_an_unknown_option_is_usage(capsys):
    assert main(["decode", "x.jsonl", "--jsn"]) == 2
    assert "--jsn" in one_sentence(capsys)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["snapshot", "--json", "--venues", "bybt"], "'bybit'"),
        (["snapshot", "--json", "--for", "soon"], "--for"),
        (["snapshot", "--json", "--endpoints", "/no/such/file"], "/no/such/file"),
        (["snapshot", "--json", "--config", "/no/such/file"], "/no/such/file"),
        (["snapshot"], "--json"),
        (["snapshot", "--json", "--symbols", ""], "--symbols"),
        (["snapshot", "--json", "--venues", " "], "--venues"),
        (["snapshot", "--json", "--endpoints", ""], "--endpoints: is empty"),
        (["snapshot", "--json", "--config", ""], "--config: is empty"),
        (["replay", "x" * 5000], "File name too long"),
        (["history", "export", "--out", "x" * 5000, "--format", "csv"], "File name too long"),
        (["sim", "--markets", "some"], "whole number"),
        (["watch", "--json", "--hz", "0"], "--hz"),
        (["replay", "/no/such/tape"], "/no/such/tape"),
        (["replay", "x", "--speed", "fast"], "--speed"),
        (["decode", "/no/such/tape"], "/no/such/tape"),
        (["sim", "--scenario", "clam"], "'calm'"),
        (["sim", "--venues", "hyperlquid"], "'hyperliquid'"),
        (["sim", "--symbols", "BTCC"], "BTCC"),
        (["sim", "--faults", "/no/such/plan"], "/no/such/plan"),
        (["demo", "--scenario", "clam"], "'calm'"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(words, says, capsys):
    assert main(words) == 2
    assert says in one_sentence(capsys)


def test_the_screen_without_a_terminal_gives_advice(capsys):
    assert main(["demo"]) == 2
    assert "snapshot --json" in one_sentence(capsys)


@pytest.mark.parametrize("name", sorted(p.stem for p in GOLDEN.glob("*.jsonl")))
def test_a_golden_tape_decodes_in_order_without_a_reject(name, capfdbinary):
    assert main(["decode", str(GOLDEN / f"{name}.jsonl"), "--json"]) == 0
    events = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert events
    assert not [e for e in events if e["type"] == "reject"]
    assert all(e["venue"] == name for e in events)
    stamps = [e["recv_ns"] for e in events]
    assert stamps == sorted(stamps)


def tape(tmp_path, *lines, header=HEADER, tail="\n") -> Path:
    path = tmp_path / "t.jsonl"
    text = "\n".join([json.dumps(header), *lines]) + tail
    path.write_text(text)
    return path


def test_a_torn_last_line_is_dropped_and_said(tmp_path, capfd):
    path = tape(tmp_path, '{"t":"tick","at_ns":1760000001000000000}', '{"t":"ti', tail="")
    assert main(["decode", str(path)]) == 0
    assert "torn" in capfd.readouterr().err


def test_garbage_in_the_middle_is_skipped_counted_and_exit_4(tmp_path, capfd):
    path = tape(tmp_path, "garbage", '{"t":"tick","at_ns":1760000001000000000}')
    assert main(["decode", str(path)]) == 4
    assert "line 2" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\x00\xff\x1b[31m binary", "header"),
        (b'{"format":"other/1"}\n', "other/1"),
        (b"\x1f\x8b not gzip really", "t.jsonl"),
    ],
)
def test_a_file_that_is_no_tape_is_a_sentence(tmp_path, capfd, content, says):
    path = tmp_path / "t.jsonl"
    path.write_bytes(content)
    assert main(["decode", str(path)]) == 2
    err = capfd.readouterr().err
    assert says in err
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_a_tape_of_an_unknown_venue_names_the_nearest(tmp_path, capsys):
    path = tape(tmp_path, header={**HEADER, "venue": "bibit"})
    assert main(["decode", str(path)]) == 2
    assert "'bybit'" in one_sentence(capsys)


def test_config_init_writes_a_valid_file_once(tmp_path, capsys):
    path = tmp_path / "mine.toml"
    assert main(["config", "init", "--config", str(path)]) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    capsys.readouterr()
    assert main(["config", "init", "--config", str(path)]) == 2
    assert str(path) in one_sentence(capsys)
    assert main(["config", "show", "--json", "--config", str(path)]) == 0
    shown = {row["key"]: row for row in json.loads(capsys.readouterr().out)}
    assert shown["watch.depth"] == {"key": "watch.depth", "value": "20", "origin": str(path)}


def test_config_path_says_where_things_are(home, capsys):
    assert main(["config", "path", "--json"]) == 0
    places = {row["name"]: row["path"] for row in json.loads(capsys.readouterr().out)}
    assert all(str(home) in place for place in places.values())


def test_check_names_what_is_wrong_and_exits_1(tmp_path):
    endpoints = tmp_path / "nowhere.json"
    venue = {"rest_url": "http://127.0.0.1:9", "ws_urls": {"main": "ws://127.0.0.1:9/ws"}}
    endpoints.write_text(json.dumps({"venues": {"bybit": venue}}))
    done = run("check", "--json", "--endpoints", str(endpoints), "--for", "1s", home=tmp_path)
    assert done.returncode == 1
    rows = {row["name"]: row for row in json.loads(done.stdout)["checks"]}
    assert rows["bybit"]["status"] == "fail"
    assert "refused" in rows["bybit"]["detail"]
    assert rows["bybit"]["advice"]
    assert rows["config"]["status"] == "ok"
    assert "unconfirmed: hyperliquid " in rows["claims"]["detail"]
    assert "`cockpit verify`" in rows["claims"]["advice"]


def test_check_says_how_much_is_remembered_and_whether_anybody_writes(home):
    line = check._history(Config())
    assert (line.name, line.status) == ("history", "ok")
    assert line.detail == f"0.00 of 5 GB in {default_folder()}; nobody writes now"
    off = check._history(Config(history=HistorySettings(enabled=False)))
    assert off.detail.endswith("switched off, nothing is written")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--out", "tapes"], "--out is a folder for tapes"),
        (["--endpoints", "nowhere.json"], "needs --history DIR"),
    ],
)
def test_a_recorder_that_would_write_nothing_does_not_start(words, says, home, capsys, monkeypatch):
    monkeypatch.chdir(home)
    venue = {"rest_url": "http://127.0.0.1:9", "ws_urls": {"main": "ws://127.0.0.1:9/ws"}}
    (home / "nowhere.json").write_text(json.dumps({"venues": {"bybit": venue}}))
    assert main(["record", "--history-only", *words]) == 2
    assert says in one_sentence(capsys)


def test_check_gives_the_reason_of_every_decision_about_the_screen(home, monkeypatch, capsys):
    endpoints = home / "nowhere.json"
    venue = {"rest_url": "http://127.0.0.1:9", "ws_urls": {"main": "ws://127.0.0.1:9/ws"}}
    endpoints.write_text(json.dumps({"venues": {"bybit": venue}}))
    state = paths.state_dir() / "state.toml"
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_text('theme = "light"\nlayout = "narrow"\n')
    for name, value in {"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    words = ("check", "--json", "--endpoints", str(endpoints), "--for", "50ms", "--layout", "wide")
    assert main(words) == 1
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["checks"]}
    assert rows["colour"]["detail"] == "none: NO_COLOR is set"
    assert "UTF-8" in rows["glyphs"]["detail"]
    assert rows["theme"]["detail"] == "light: worn last, as state.toml remembers"
    assert rows["layout"]["detail"].startswith("wide: ")
    assert "--layout" in rows["layout"]["detail"]
    assert "set-clipboard on" in rows["clipboard"]["advice"]
    assert "kB a second" in rows["pace"]["detail"]
    assert "shift" in rows["mouse"]["detail"]


def test_typed_positions_lie_beside_the_config_that_was_asked_for(tmp_path, capsys):
    (tmp_path / "desk").mkdir()
    chosen = tmp_path / "desk" / "config.toml"
    chosen.write_text("")
    beside = tmp_path / "desk" / "positions.toml"
    beside.write_text('[[position]]\nvenue = "bybit"\nsymbol = "btc"\nsize = "half"\n')
    assert main(["config", "path", "--json", "--config", str(chosen)]) == 0
    places = {row["name"]: row["path"] for row in json.loads(capsys.readouterr().out)}
    assert places["positions"] == str(beside)
    assert main(["exposure", "--json", "--config", str(chosen)]) == 2
    assert str(beside) in one_sentence(capsys)
    assert main(["config", "path", "--json"]) == 0
    assert str(tmp_path / "home") in capsys.readouterr().out


def test_the_schema_of_a_snapshot_needs_no_venue(capsys):
    assert main(["snapshot", "--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert "MarketDocument" in schema["$defs"]
