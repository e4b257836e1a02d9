"""No test of the screen reads the settings or the memory of this machine."""

import pytest


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    """A home of the test's own; what the program keeps goes there."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    return tmp_path
