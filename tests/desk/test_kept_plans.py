"""Plans that the desk keeps: what is marked is on the disk, and no cockpit undoes another's."""

import msgspec
import pytest

from cockpit.calculators import saved_plans
from cockpit.calculators.plan_fills import taken
from cockpit.calculators.saved_plans import Fill, load_all
from cockpit.core.errors import InputError
from cockpit.desk.contract import DropPlan, FillLeg, KeepPlan, UnfillLeg
from cockpit.desk.kept_plans import KeptPlans
from tests.desk.plans import pair
from tests.support import AT_NS

FILL = Fill(leg=0, price=64_010.0, size=0.25, at_ns=AT_NS)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "plans"


def names(kept):
    return [plan.name for plan in kept.plans]


def test_what_is_kept_is_there_at_the_next_start_newest_first(folder):
    kept = KeptPlans(folder)
    assert kept.do(KeepPlan(pair("monday"))) == f"kept as {folder / 'monday.json'}"
    kept.do(KeepPlan(pair("tuesday", AT_NS + 1)))
    again = KeptPlans(folder)
    assert again.read() == []
    assert names(again) == names(kept) == ["tuesday", "monday"]


def test_a_file_that_is_no_plan_is_named_and_the_others_are_read(folder):
    KeptPlans(folder).do(KeepPlan(pair("monday")))
    (folder / "torn.json").write_text('{"name": "to')
    kept = KeptPlans(folder)
    [problem] = kept.read()
    assert problem.startswith(f"{folder / 'torn.json'}: is not a plan")
    assert names(kept) == ["monday"]


def test_a_fill_is_on_the_disk_and_can_be_taken_back(folder):
    kept = KeptPlans(folder)
    kept.do(KeepPlan(pair("monday")))
    assert kept.do(FillLeg("monday", FILL)) == ""
    assert kept.plans[0].fills == load_all(folder)[0][0].fills == (FILL,)
    kept.do(UnfillLeg("monday", 1))
    assert kept.plans[0].fills == (FILL,), "the other leg had no fill"
    kept.do(UnfillLeg("monday", 0))
    assert kept.plans[0].fills == load_all(folder)[0][0].fills == ()


def test_a_fill_that_was_taken_from_an_account_is_known_by_its_mark_and_counts_once(folder):
    """Without its mark it would be proposed again, and taken twice with the next press."""
    told = msgspec.structs.replace(FILL, venue_fill="alphaswap/0xab/991")
    mine, theirs = KeptPlans(folder), KeptPlans(folder)
    mine.do(KeepPlan(pair("monday")))
    theirs.read()
    mine.do(FillLeg("monday", told))
    assert load_all(folder)[0][0].fills == (told,)
    assert taken(mine.plans) == {"alphaswap/0xab/991"}
    with pytest.raises(InputError, match="leg 1 has taken this fill already"):
        theirs.do(FillLeg("monday", told))
    mine.do(FillLeg("monday", msgspec.structs.replace(told, leg=1)))
    assert len(load_all(folder)[0][0].fills) == 2, "what is left of a fill goes on to the next leg"


def test_a_fill_does_not_undo_one_that_another_cockpit_marked(folder):
    mine, theirs = KeptPlans(folder), KeptPlans(folder)
    mine.do(KeepPlan(pair("monday")))
    theirs.read()
    theirs.do(FillLeg("monday", FILL))
    other = Fill(leg=1, price=64_020.0, size=0.25, at_ns=AT_NS + 1)
    mine.do(FillLeg("monday", other))
    assert mine.plans[0].fills == (FILL, other)


def test_a_fill_of_a_plan_that_another_cockpit_deleted_is_not_lost(folder):
    kept = KeptPlans(folder)
    kept.do(KeepPlan(pair("monday")))
    (folder / "monday.json").unlink()
    kept.do(FillLeg("monday", FILL))
    assert load_all(folder)[0][0].fills == (FILL,)


def test_a_fill_that_cannot_be_written_stays_and_is_written_with_the_next(folder, monkeypatch):
    kept = KeptPlans(folder)
    kept.do(KeepPlan(pair("monday")))

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(saved_plans, "write_atomically", full)
        with pytest.raises(OSError, match="No space"):
            kept.do(FillLeg("monday", FILL))
        with pytest.raises(OSError, match="No space"):
            kept.do(KeepPlan(pair("tuesday")))
    assert names(kept) == ["monday"], "what was never kept is not shown as kept"
    kept.read()
    assert kept.plans[0].fills == (FILL,), "and reading the folder does not forget it"
    second = Fill(leg=1, price=64_020.0, size=0.25, at_ns=AT_NS + 1)
    kept.do(FillLeg("monday", second))
    assert load_all(folder)[0][0].fills == (FILL, second)


def test_a_new_plan_does_not_replace_one_of_another_cockpit(folder):
    mine, theirs = KeptPlans(folder), KeptPlans(folder)
    theirs.do(KeepPlan(pair("monday")))
    theirs.do(FillLeg("monday", FILL))
    with pytest.raises(InputError, match="there is a plan of this name already"):
        mine.do(KeepPlan(pair("monday"), is_new=True))
    assert mine.plans[0].fills == (FILL,), "and it is known here from then on"


def test_a_plan_is_deleted_with_its_file(folder):
    kept = KeptPlans(folder)
    kept.do(KeepPlan(pair("monday")))
    assert kept.do(DropPlan("monday")) == "deleted monday"
    assert kept.plans == ()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("intent", "says"),
    [
        (FillLeg("friday", FILL), "friday: no plan of this name"),
        (FillLeg("monday", Fill(leg=7, price=1.0, size=1.0, at_ns=0)), "there is no leg 8"),
        (FillLeg("monday", Fill(leg=0, price=-1.0, size=1.0, at_ns=0)), "price: expected"),
        (KeepPlan(pair("../monday")), "cannot be the name of a plan"),
        (DropPlan("../monday"), "cannot be the name of a plan"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(folder, intent, says):
    kept = KeptPlans(folder)
    kept.do(KeepPlan(pair("monday")))
    with pytest.raises(InputError, match=says):
        kept.do(intent)
    assert kept.plans == (pair("monday"),)


def test_without_a_folder_plans_are_kept_until_the_end():
    kept = KeptPlans(None)
    assert kept.do(KeepPlan(pair("monday"))).startswith("kept until the end")
    kept.do(FillLeg("monday", FILL))
    assert kept.read() == []
    assert kept.plans[0].fills == (FILL,)


def test_of_a_folder_that_is_only_read_plans_are_shown_and_no_file_changes(folder):
    KeptPlans(folder).do(KeepPlan(pair("monday")))
    KeptPlans(folder).do(KeepPlan(pair("tuesday", AT_NS + 1)))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    kept = KeptPlans(folder, is_read_only=True)
    kept.read()
    assert kept.do(FillLeg("monday", FILL)) == "kept until the end: nothing is written here"
    assert kept.do(DropPlan("tuesday")) == "tuesday is gone until the end: its file stays"
    assert kept.do(KeepPlan(pair("friday", AT_NS + 2), is_new=True)).startswith("kept until")
    with pytest.raises(InputError, match="there is a plan of this name already"):
        kept.do(KeepPlan(pair("friday"), is_new=True))
    assert names(kept) == ["friday", "monday"]
    assert kept.plans[1].fills == (FILL,)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
