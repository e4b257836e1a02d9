"""A kept plan: what is left, what stands open, what it has cost, and what is written of it."""

import csv
import io
import tomllib

import msgspec
import pytest

from cockpit.calculators.saved_plans import (
    Expected,
    SavedPlan,
    as_csv,
    as_json,
    as_toml,
    check_name,
    delete,
    export,
    fill,
    free_name,
    load_all,
    progress,
    read_json,
    read_toml,
    remaining,
    save,
    tickets,
    unfill,
)
from cockpit.core.errors import InputError
from cockpit.core.market import Side
from cockpit.core.plan import Leg

AT_NS = 1_760_000_000_000_000_000
LONG = Leg(venue="alphaswap", symbol="BTC", side=Side.BUY, size=2.0, limit=50_010.0)
SHORT = Leg(
    venue="bravo", symbol="BTC", side=Side.SELL, size=2.0, limit=50_100.5,
    not_before_ns=AT_NS + 90_000_000_000, note="after the long leg",
)  # fmt: skip


def pair(name="btc-carry"):
    return SavedPlan(
        name=name, at_ns=AT_NS, calculator="carry", verdict="Long here, short there.",
        legs=(LONG, SHORT),
        expected=(
            Expected(mid=50_000.0, cost_frac=0.0006, fee_frac=0.0005),
            Expected(mid=50_100.0, cost_frac=0.0004, fee_frac=0.0003),
        ),
    )  # fmt: skip


def hedge():
    leg = Leg(venue="bravo", symbol="ETH", side=Side.SELL, size=3.0)
    expected = (Expected(mid=2_500.0, cost_frac=0.0004, fee_frac=0.0003),)
    return SavedPlan(
        name="eth-hedge", at_ns=AT_NS, calculator="hedge", verdict="", legs=(leg,),
        expected=expected,
    )  # fmt: skip


def test_nothing_filled_of_a_neutral_pair_leaves_nothing_unhedged():
    done = progress(pair())
    assert done.unhedged == {"BTC": 0.0}
    assert [leg.left for leg in done.legs] == [2.0, 2.0]
    assert not done.is_done


def test_one_filled_leg_of_a_pair_stands_alone():
    done = progress(fill(pair(), 0, 50_005.0, 1.5, AT_NS))
    assert done.unhedged == {"BTC": pytest.approx(1.5)}
    assert done.legs[0].left == pytest.approx(0.5)
    assert done.filled_frac == pytest.approx(1.5 / 4)


@pytest.mark.parametrize(("mids", "filled"), [((50_000.0, 0.1), 0.1), ((50_000.0, None), 0.5)])
def test_of_legs_of_two_coins_what_is_filled_counts_by_its_worth(mids, filled):
    """100,000 coins of 10 cents, all of them, beside none of 1.8 BTC: a tenth is done, not all."""
    legs = (
        msgspec.structs.replace(SHORT, size=1.8),
        Leg(venue="bravo", symbol="DOGE", side=Side.SELL, size=100_000.0),
    )
    plan = msgspec.structs.replace(pair(), legs=legs, expected=tuple(Expected(mid=m) for m in mids))
    assert progress(plan).filled_frac == 0
    half_done = progress(fill(plan, 1, 0.1, 100_000.0, AT_NS))
    assert half_done.filled_frac == pytest.approx(filled)


def test_a_hedge_that_is_not_traded_leaves_the_exposure_it_was_for():
    assert progress(hedge()).unhedged == {"ETH": pytest.approx(3.0)}
    half = fill(hedge(), 0, 2_499.0, 1.0, AT_NS)
    assert progress(half).unhedged == {"ETH": pytest.approx(2.0)}


def test_costs_count_the_drift_from_the_mid_of_the_plan_and_the_fee():
    done = progress(fill(pair(), 0, 50_005.0, 2.0, AT_NS))
    # 2 base bought 5 above the mid, and 5 bps of 100,010 USD.
    assert done.cost_usd == pytest.approx(10.0 + 50.005)
    assert done.estimate_usd == pytest.approx(0.0006 * 50_000.0 * 2.0)


def test_selling_above_the_mid_is_a_gain():
    done = progress(fill(pair(), 1, 50_110.0, 1.0, AT_NS, fee_usd=0.0))
    assert done.cost_usd == pytest.approx(-10.0)


def test_a_fee_that_the_venue_said_replaces_the_expected_one():
    done = progress(fill(pair(), 0, 50_000.0, 1.0, AT_NS, fee_usd=-2.5))
    assert done.cost_usd == pytest.approx(-2.5)


def test_costs_are_unknown_where_the_market_had_no_price():
    plan = SavedPlan(
        name="x", at_ns=AT_NS, calculator="hedge", verdict="", legs=(LONG,), expected=(Expected(),)
    )
    done = progress(fill(plan, 0, 50_000.0, 1.0, AT_NS))
    assert done.cost_usd is None
    assert done.estimate_usd is None


def test_a_plan_whose_legs_are_all_filled_is_done_and_leaves_nothing():
    plan = pair()
    for leg in (0, 1):
        for _ in range(20):
            plan = fill(plan, leg, 50_000.0, 0.1, AT_NS)
    done = progress(plan)
    assert done.is_done
    assert done.unhedged == {"BTC": 0.0}
    assert remaining(plan) == ()


def test_the_last_fill_of_a_leg_can_be_taken_back():
    plan = fill(fill(pair(), 0, 50_000.0, 0.5, AT_NS), 1, 50_100.0, 0.7, AT_NS)
    assert [one.leg for one in unfill(plan, 0).fills] == [1]
    assert unfill(pair(), 0) == pair()


@pytest.mark.parametrize(
    ("leg", "price", "size", "words"),
    [
        (2, 1.0, 1.0, "has 2 legs; there is no leg 3"),
        (0, 0.0, 1.0, "price: expected a number above 0"),
        (0, 1.0, -1.0, "size: expected a number above 0"),
        (0, float("nan"), 1.0, "price: expected a number above 0"),
    ],
)
def test_a_fill_that_cannot_be_is_refused_in_words(leg, price, size, words):
    with pytest.raises(InputError, match=words):
        fill(pair(), leg, price, size, AT_NS)


def test_a_ticket_is_one_line_that_can_be_read_out():
    assert tickets((LONG, SHORT)).splitlines() == [
        "buy 2 BTC on alphaswap at 50010 or better",
        "sell 2 BTC on bravo at 50100.5 or better, not before 2025-10-09T08:54:50Z "
        "(after the long leg)",
    ]


def test_a_leg_without_a_limit_goes_at_market_and_small_sizes_have_no_exponent():
    leg = Leg(venue="bravo", symbol="BTC", side=Side.SELL, size=0.00001)
    assert tickets((leg,)) == "sell 0.00001 BTC on bravo at market\n"


def test_json_and_toml_give_back_the_plan():
    plan = fill(pair(), 1, 50_100.0, 0.7, AT_NS, fee_usd=0.1)
    assert read_json(as_json(plan)) == plan
    assert read_toml(as_toml(plan).decode()) == plan
    assert tomllib.loads(as_toml(plan).decode())["legs"][0]["side"] == "buy"


def test_csv_has_a_row_a_leg_with_what_is_left():
    text = as_csv(fill(pair(), 0, 50_004.0, 0.5, AT_NS)).decode()
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["size"], first["filled"], first["left"]) == ("2.0", "0.5", "1.5")
    assert first["average_price"] == "50004.0"
    assert (second["side"], second["average_price"]) == ("sell", "")


def test_a_plan_is_kept_in_one_file_that_only_its_owner_reads(tmp_path):
    path = save(tmp_path / "plans", pair())
    assert list((tmp_path / "plans").iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_all(tmp_path / "plans") == ([pair()], [])


def test_a_plan_is_exported_for_programs_and_for_reading_out(tmp_path):
    plan = fill(pair(), 0, 50_004.0, 0.5, AT_NS)
    toml, table, lines = export(tmp_path, plan)
    assert read_toml(toml.read_text()) == plan
    assert [row["left"] for row in csv.DictReader(table.open())] == ["1.5", "2.0"]
    assert lines.read_text().startswith("buy 1.5 BTC on alphaswap")


def test_a_plan_that_an_older_version_kept_in_four_forms_is_read_and_becomes_one(tmp_path):
    export(tmp_path, pair())
    (tmp_path / "btc-carry.json").write_bytes(as_json(pair()))
    (old,) = load_all(tmp_path)[0]
    assert old == pair()
    path = save(tmp_path, fill(old, 0, 50_004.0, 0.5, AT_NS))
    assert list(tmp_path.iterdir()) == [path], "the old tickets would still say 2 BTC"


def test_a_broken_plan_is_named_and_the_others_are_read(tmp_path):
    save(tmp_path, pair())
    (tmp_path / "torn.json").write_text('{"name":"torn"')
    found, problems = load_all(tmp_path)
    assert [plan.name for plan in found] == ["btc-carry"]
    assert len(problems) == 1
    assert "torn.json" in problems[0]


def test_a_plan_is_deleted_with_its_old_forms_and_others_stay(tmp_path):
    save(tmp_path, pair("one"))
    export(tmp_path, pair("one"))
    other = save(tmp_path, pair("one.more"))
    delete(tmp_path, "one")
    assert list(tmp_path.iterdir()) == [other]
    delete(tmp_path, "one")


def test_a_name_that_leads_elsewhere_deletes_nothing(tmp_path):
    (tmp_path / "kept.json").write_text("mine")
    with pytest.raises(InputError):
        delete(tmp_path / "plans", "../kept")
    assert (tmp_path / "kept.json").exists()


def test_a_name_that_is_taken_gets_a_number():
    assert free_name({"btc-carry", "btc-carry-2"}, "btc-carry") == "btc-carry-3"
    assert free_name({"btc-carry"}, "eth-carry") == "eth-carry"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "BTC", "x" * 65])
def test_a_name_that_cannot_be_a_files_is_refused(name):
    with pytest.raises(InputError, match="cannot be the name of a plan"):
        check_name(name)
