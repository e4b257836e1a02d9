"""What is decided about a terminal before anything is drawn on it."""

from pathlib import Path

import pytest

from cockpit.config import Config, load
from cockpit.ui.theme.capabilities import decide, decide_mouse

HOME_TERMINAL = {"TERM": "xterm-256color"}
SSH = [{"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}, {"SSH_TTY": "/dev/pts/3"}]


def config(tmp_path: Path, text: str = "", **flags: object) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return load(path, {key.replace("_", "."): value for key, value in flags.items()})


def test_the_mouse_is_taken_where_the_terminal_is_near(tmp_path):
    assert decide_mouse(config(tmp_path), HOME_TERMINAL)[0]


@pytest.mark.parametrize("ssh", SSH)
def test_the_mouse_is_left_alone_over_ssh_unless_it_is_asked_for(tmp_path, ssh):
    environ = {**HOME_TERMINAL, **ssh}
    is_on, why = decide_mouse(config(tmp_path), environ)
    assert not is_on
    assert "--mouse" in why
    assert decide_mouse(config(tmp_path, screen_mouse=True), environ)[0]
    assert decide_mouse(config(tmp_path, "[screen]\nmouse = true\n"), environ)[0]


def test_the_mouse_is_left_alone_where_that_is_configured(tmp_path):
    assert not decide_mouse(config(tmp_path, screen_mouse=False), HOME_TERMINAL)[0]


@pytest.mark.parametrize("ssh", SSH)
def test_over_ssh_an_escape_waits_longer_for_what_may_follow_it(tmp_path, ssh):
    screen = config(tmp_path).screen
    near = decide(screen, HOME_TERMINAL, None)
    far = decide(screen, {**HOME_TERMINAL, **ssh}, None)
    assert int(far.environment["ESCDELAY"]) > int(near.environment["ESCDELAY"])
    assert (near.over_ssh, far.over_ssh) == (False, True)
    given = decide(screen, {**HOME_TERMINAL, **ssh, "ESCDELAY": "10"}, None)
    assert given.environment["ESCDELAY"] == "10"
