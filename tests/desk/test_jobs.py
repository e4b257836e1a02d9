"""A computation beside the screen: how far it is, what came of it, and how it ends early."""

import io
import os
import signal
import sys
import time

import pytest

from cockpit.desk.contract import Cancel, Compute
from cockpit.desk.jobs import Jobs
from cockpit.desk.stats import Computation
from tests.support import PATIENCE_S

LONG = 10**9


def count(most: int, keep_going) -> int:
    """Counts to `most` and reports every step."""
    done = 0
    while done < most and keep_going(done, most):
        done += 1
    return done


def fail(job: str, keep_going) -> None:
    raise ValueError(job)


def shout(job: str, keep_going) -> str:
    os.write(1, job.encode())
    os.write(2, job.encode())
    return job


def die(job: None, keep_going) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def jobs():
    made = Jobs()
    yield made
    made.close()


def wait(jobs: Jobs, until) -> Computation:
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        said = jobs.computation()
        if said is not None and until(said):
            return said
        assert time.monotonic() < deadline_s, said
        time.sleep(0.005)


class Screen(io.StringIO):
    """What stands for stderr while a screen is drawn."""

    def fileno(self) -> int:
        return -1


def test_an_answer_comes_back_with_the_number_of_its_question(jobs, monkeypatch):
    assert jobs.computation() is None
    monkeypatch.setattr(sys, "stderr", Screen())
    jobs.post(Compute(7, count, 50))
    said = wait(jobs, lambda said: said.state == "done")
    assert (said.number, said.result) == (7, 50)


def test_what_runs_says_how_far_it_is_and_a_new_question_ends_it(jobs):
    jobs.post(Compute(1, count, LONG))
    said = wait(jobs, lambda said: said.done > 0)
    assert (said.state, said.asked) == ("running", LONG)
    jobs.post(Compute(2, count, 3))
    assert wait(jobs, lambda said: said.state == "done").result == 3


def test_a_cancelled_question_has_no_answer_and_leaves_the_worker_free(jobs):
    jobs.post(Compute(3, count, LONG))
    wait(jobs, lambda said: said.done > 0)
    jobs.post(Cancel())
    assert jobs.computation() is None
    jobs.post(Compute(4, count, 2))
    assert wait(jobs, lambda said: said.state == "done").result == 2


def test_a_failure_is_an_answer_in_words(jobs):
    jobs.post(Compute(5, fail, "no such market"))
    said = wait(jobs, lambda said: said.state != "running")
    assert (said.state, said.error) == ("failed", "no such market")


def test_the_worker_writes_nothing_to_the_terminal_that_the_screen_is_on(capfd):
    jobs = Jobs()
    try:
        jobs.post(Compute(6, shout, "Traceback (most recent call last)"))
        assert wait(jobs, lambda said: said.state != "running").state == "done"
    finally:
        jobs.close()
    assert capfd.readouterr() == ("", "")


def test_after_the_worker_was_killed_the_next_question_gets_a_new_one(jobs):
    jobs.post(Compute(7, die, None))
    assert wait(jobs, lambda said: said.state != "running").state == "failed"
    jobs.post(Compute(8, count, 2))
    assert wait(jobs, lambda said: said.state == "done").result == 2
