"""A SIGKILL at any instant: what was acknowledged is there, once."""

from tests.history.kill_run import run


def test_killed_at_random_nothing_acknowledged_is_lost_or_doubled(tmp_path):
    result = run(kills=10, folder=tmp_path / "history", seed=13)
    assert result["acknowledged"] >= 50
    assert result["cold_files"] > 0
