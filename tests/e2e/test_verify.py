"""`cockpit verify` on real sockets: what its table says, and its exit codes."""

import json
from pathlib import Path

import pytest

from cockpit.desk.recordings import open_recording
from tests.e2e.exchange import exchange, run, running
from tests.e2e.tapes import WHOLE, heard

VENUES = ("bybit", "orderly")


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    """The document, the exit code and the home of a few seconds on the built-in exchange."""
    home = tmp_path_factory.mktemp("verify")
    with exchange(home, "--venues", ",".join(VENUES), "--symbols", "BTC,ETH") as sim:
        words = ("--symbols", "BTC,ETH", "--endpoints", str(sim.endpoints), "--json")
        with running("verify", *VENUES, *words, home=home) as verify:
            tapes = [f"{venue}.jsonl.gz" for venue in VENUES]
            verify.wait(
                lambda: (
                    [path.name for path in sorted(home.rglob("*.jsonl.gz"))] == tapes
                    and all(is_enough(heard(path)) for path in home.rglob("*.jsonl.gz"))
                )
            )
            code = verify.end()
    return json.loads("\n".join(verify.lines)), code


def is_enough(said):
    return said.keys() >= WHOLE and said.total() > 100


def test_the_built_in_exchange_contradicts_nothing(verified):
    document, code = verified
    assert code == 0
    assert [row for row in document["claims"] if row["verdict"] == "contradicted"] == []
    for venue in VENUES:
        rows = {row["proof"]: row for row in document["claims"] if row["venue"] == venue}
        assert rows["rate_is_fraction"]["verdict"] == "confirmed", rows["rate_is_fraction"]
        assert rows["wire_is_known"]["verdict"] == "confirmed", rows["wire_is_known"]
        assert rows["live_becomes_settled"]["verdict"] in ("confirmed", "not seen")


def test_what_it_judged_is_on_a_tape_that_can_be_read_by_others(verified):
    document, _ = verified
    for watched in document["venues"]:
        tape, spec, _ = open_recording(Path(watched["tape"]))
        assert spec.name == watched["venue"]
        assert tape.header.origin == "sim"
        assert tape.header.wants.accounts == ()
        assert watched["messages"] > 20
        assert watched["problem"] == ""


def nowhere(folder: Path) -> Path:
    """Endpoints at which nobody listens."""
    venue = {"rest_url": "http://127.0.0.1:9", "ws_urls": {"main": "ws://127.0.0.1:9/ws"}}
    path = folder / "endpoints.json"
    path.write_text(json.dumps({"venues": {"bybit": venue}}))
    return path


def test_a_venue_that_is_not_reached_is_exit_3_and_says_why(tmp_path):
    words = ("--for", "1s", "--json", "--endpoints", str(nowhere(tmp_path)))
    done = run("verify", "bybit", *words, home=tmp_path)
    assert done.returncode == 3, done.stderr
    document = json.loads(done.stdout)
    assert document["venues"][0]["problem"] == "connection refused"
    assert {row["verdict"] for row in document["claims"]} == {"not seen"}


def test_a_venue_that_nobody_knows_is_usage_and_nothing_is_recorded(tmp_path):
    done = run("verify", "bybt", home=tmp_path)
    assert done.returncode == 2
    assert "'bybit'" in done.stderr
    assert not (tmp_path / "state" / "tapes").exists()
