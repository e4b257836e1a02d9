"""What became of an intent is told once, and nothing else of the log is."""

from cockpit.desk.contract import Notice
from cockpit.ui.answers import Answers


def test_an_answer_is_told_once_and_a_notice_of_a_venue_never():
    answers = Answers()
    link, done = Notice(1, "bravo", "main link live"), Notice(2, "", "recording", is_answer=True)
    assert answers.new([]) == []
    assert answers.new([link]) == []
    assert answers.new([link, done]) == [done]
    assert answers.new([link, done]) == []


def test_the_same_words_twice_are_two_answers():
    answers = Answers()
    first = Notice(1, "", "recording ended", is_answer=True)
    again = Notice(1, "", "recording ended", is_answer=True)
    assert answers.new([first]) == [first]
    assert answers.new([first, again]) == [again]


def test_answers_are_told_in_order_also_after_the_log_forgot_where_it_was():
    answers = Answers()
    assert answers.new([Notice(1, "", "old", is_answer=True)])
    later = [Notice(n, "", str(n), is_answer=True) for n in (2, 3)]
    assert answers.new(later) == later
