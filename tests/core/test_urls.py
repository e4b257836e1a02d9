"""Plain connections stay on this machine."""

import pytest

from cockpit.core.urls import url_problem


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org", "wss://api.example.org/ws", "http://127.0.0.1:4001",
        "ws://127.8.9.1/ws", "ws://[::1]:80/ws", "ws://localhost:9/ws",
    ],
)  # fmt: skip
def test_encrypted_anywhere_and_plain_to_this_machine_is_fine(url):
    assert url_problem(url) is None


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("ws://api.example.org/ws", "use wss://"),
        ("http://10.0.0.1", "use https://"),
        ("http://127.0.0.1.example.org", "use https://"),
        ("http://0.0.0.0", "use https://"),
        ("ftp://127.0.0.1", "not a URL"),
        ("api.example.org", "not a URL"),
        ("https://", "not a URL"),
        ("http://[::1", "not a URL"),
        ("https://host:99999", "not a URL"),
        ("https://me:secret@host", "user name"),
    ],
)
def test_everything_else_is_refused_in_words(url, because):
    assert because in url_problem(url)


def test_a_password_in_a_url_is_not_repeated():
    assert "secret" not in url_problem("https://me:secret@host")
