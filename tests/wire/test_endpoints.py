"""Prices travel encrypted, or not beyond this machine."""

import json
from pathlib import Path

import pytest

from cockpit.core.errors import InputError
from cockpit.wire.endpoints import Endpoint, load_endpoints
from tests.wire.tiny import SPEC

READY = {
    "ready": True,
    "truth_url": "http://127.0.0.1:40001/truth",
    "seed": 7,
    "venues": {
        "tiny": {
            "rest_url": "http://127.0.0.1:40002",
            "ws_urls": {"main": "ws://127.0.0.1:40002/ws"},
        }
    },
}


@pytest.mark.parametrize("host", ["127.0.0.1:1", "127.9.9.9", "[::1]:80", "localhost:5"])
def test_plain_links_to_this_machine_are_allowed(host: str) -> None:
    endpoint = Endpoint(rest_url=f"http://{host}", ws_urls={"main": f"ws://{host}/ws"})
    assert endpoint.origin == "sim"


@pytest.mark.parametrize(
    "url",
    [
        "ws://tiny.example/ws",
        "ws://10.0.0.1/ws",
        "ws://127.0.0.1.tiny.example/ws",
        "ws://localhost.tiny.example/ws",
        "http://192.168.1.1",
        "ws://user@127.0.0.1/",
        "file:///etc/hosts",
        "wss://",
        "ws://[::1",
        "",
    ],
)
def test_plain_links_to_other_machines_are_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        Endpoint(rest_url="https://tiny.example", ws_urls={"main": url})
    assert "\n" not in caught.value.ui_message
    with pytest.raises(InputError):
        Endpoint(rest_url=url)


def test_the_refusal_names_the_host_and_what_to_do() -> None:
    with pytest.raises(InputError, match=r"use wss:// for tiny\.example"):
        Endpoint(rest_url="https://tiny.example", ws_urls={"main": "ws://tiny.example/ws"})


def test_an_encrypted_stranger_is_a_testnet() -> None:
    assert Endpoint(rest_url="https://test.tiny.example").origin == "testnet"


def test_the_ready_line_of_the_built_in_exchange_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps(READY) + "\nlater lines do not matter\n")

    assert load_endpoints(path) == {
        "tiny": Endpoint(
            rest_url="http://127.0.0.1:40002", ws_urls={"main": "ws://127.0.0.1:40002/ws"}
        )
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_ready_line_is_read_as_windows_tools_write_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ready.json"
    path.write_text(json.dumps(READY) + "\r\n", encoding=encoding, newline="")
    assert set(load_endpoints(path)) == {"tiny"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "expected the ready line"),
        ("nonsense", "expected the ready line"),
        ("[" * 100_000, "expected the ready line"),
        ('{"ready":true}', "venues"),
        ('{"venues":{"tiny":{"ws_urls":{}}}}', "rest_url"),
        ('{"venues":{"tiny":{"rest_url":7}}}', r"rest_url"),
        ('{"venues":{"tiny":{"rest_url":"http://evil.example"}}}', r"evil\.example"),
    ],
)
def test_a_wrong_endpoints_file_is_named_with_its_key(
    text: str, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "ready.json"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence) as caught:
        load_endpoints(path)
    assert str(path) in caught.value.ui_message


def test_a_missing_endpoints_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.json cannot be read: No such file"):
        load_endpoints(tmp_path / "absent.json")


def test_every_link_but_telemetry_needs_a_url() -> None:
    Endpoint(rest_url="http://[::1]:1", ws_urls={"main": "ws://[::1]:1/"}).require(SPEC)
    with pytest.raises(InputError, match=r"tiny: the endpoint has no ws_urls\.main"):
        Endpoint(rest_url="http://[::1]:1", ws_urls={"blocks": "ws://[::1]:1/"}).require(SPEC)
