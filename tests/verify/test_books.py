"""Chains that break and sizes that add are told from those that hold and replace."""

from cockpit.core.events import BookDelta, BookReset, BookSnapshot
from cockpit.venues.contract import Restart
from cockpit.verify.books import SequenceHolds, SizesAreAbsolute
from cockpit.verify.evidence import Evidence
from tests.support import AT_NS, closed
from tests.verify.hearing import hear

MARKET = {"venue": "v", "symbol": "BTC", "recv_ns": AT_NS}
LEVELS = tuple((100.0 - number, 5.0) for number in range(30))


def delta(*bids):
    return BookDelta(**MARKET, bids=bids, asks=())


def whole(levels=LEVELS):
    return BookSnapshot(**MARKET, bids=tuple(levels), asks=())


def reset(reason="gap"):
    return BookReset(**MARKET, reason=reason)


def heard(judge, *facts):
    for fact in facts:
        hear(judge, fact)
    return judge.finding()


def test_changes_that_link_confirm_the_rule():
    assert heard(SequenceHolds(), whole(), *[delta((100.0, 1.0))] * 30).verdict == "confirmed"


def test_one_lost_message_in_a_hundred_is_the_line_and_not_the_rule():
    facts = [whole(), *[delta((100.0, 1.0))] * 100, reset(), whole()]
    assert heard(SequenceHolds(), *facts).verdict == "confirmed"


def test_a_rule_that_breaks_again_and_again_is_contradicted_with_its_reason():
    facts = [whole(), delta((100.0, 1.0)), reset("gap before 7")] * 4
    found = heard(SequenceHolds(), *facts)
    assert (found.verdict, "gap before 7" in found.why) == ("contradicted", True)


def test_a_session_that_asks_for_its_link_anew_has_lost_its_chain_too():
    found = heard(SequenceHolds(), *[whole(), Restart("frame 8 after 6")] * 4)
    assert found.verdict == "contradicted"


def test_books_that_go_with_their_link_are_no_breaks():
    judge = SequenceHolds()
    heard(judge, *[whole()] * 30)
    for _ in range(10):
        judge.hear(Evidence(item=closed(), outcomes=[reset("link down")]))
    assert judge.finding().verdict == "confirmed"


def test_too_few_messages_confirm_no_rule():
    assert heard(SequenceHolds(), whole(), delta((100.0, 1.0))).verdict == "not seen"


def test_a_later_whole_book_that_is_what_changes_left_confirms_that_sizes_replace():
    changes = [delta((price, 7.0)) for price, _ in LEVELS]
    after = whole((price, 7.0) for price, _ in LEVELS)
    assert heard(SizesAreAbsolute(), whole(), *changes, after).verdict == "confirmed"


def test_sizes_that_add_up_leave_another_book_and_the_level_is_named():
    """5 stood, 7 was said: 7 if it replaces, 12 if it adds."""
    changes = [delta((price, 7.0)) for price, _ in LEVELS]
    after = whole((price, 12.0) for price, _ in LEVELS)
    found = heard(SizesAreAbsolute(), whole(), *changes, after)
    assert found.verdict == "contradicted"
    assert "changes left 7, the whole book has 12" in found.why


def test_levels_that_no_change_touched_prove_nothing():
    assert heard(SizesAreAbsolute(), *[whole()] * 5).verdict == "not seen"


def test_sizes_of_zero_that_take_standing_levels_cannot_be_sums():
    removals = [delta((price, 0.0)) for price, _ in LEVELS]
    assert heard(SizesAreAbsolute(), whole(), *removals).verdict == "confirmed"


def test_a_book_that_was_lost_is_not_compared_with_the_next():
    changes = [delta((price, 7.0)) for price, _ in LEVELS]
    facts = (whole(), *changes, reset(), whole())
    assert heard(SizesAreAbsolute(), *facts).verdict == "not seen"
