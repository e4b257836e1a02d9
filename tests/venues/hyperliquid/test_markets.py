"""Hyperliquid's listing and contexts: names, steps, margins, live figures, dead markets."""

import json

import pytest

from cockpit.core.events import (
    Funding,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Surveyed,
    Volume,
)
from cockpit.core.units import HOUR_NS
from cockpit.venues.contract import Fetch, Send, Wants
from cockpit.venues.hyperliquid import SPEC
from cockpit.venues.hyperliquid.session import Session
from tests.support import AT_NS, capture_text, feed, frame, only, opened, reply
from tests.venues.hyperliquid.messages import DEAD, active_ctx, asset, ctx, meta, meta_and_ctxs


def session(*symbols: str) -> Session:
    return Session(Wants(symbols=symbols))


def listed(body: object, *symbols: str) -> dict[str, Instrument]:
    facts = feed(session(*symbols), reply("instruments", body))
    return {fact.symbol: fact for fact in only(Instrument, facts)}


# --- listing --------------------------------------------------------------------------------------


def test_an_instrument_states_what_the_documentation_promises():
    btc = listed(meta_and_ctxs(asset("BTC", szDecimals=5, maxLeverage=40), markPx="77562.0"))["BTC"]
    assert (btc.native, btc.base, btc.quote) == ("BTC", "BTC", "USDC")
    assert (btc.lot, btc.min_size, btc.min_notional_usd) == (1e-5, 1e-5, 10.0)
    assert (btc.max_leverage, btc.mmf) == (40.0, 1 / 80)
    assert (btc.taker_fee, btc.maker_fee) == (0.00045, 0.00015)
    assert (btc.taker_fee, btc.maker_fee) == (SPEC.taker_fee, SPEC.maker_fee)
    assert (btc.funding_interval_s, btc.contract, btc.status) == (3600, 1.0, "active")


@pytest.mark.parametrize("odd", [{"maxLeverage": "abc"}, {"marginTableId": "x"}])
def test_a_figure_of_a_row_that_is_none_costs_itself(odd):
    facts = feed(session("BTC"), reply("instruments", meta_and_ctxs(asset("BTC", **odd))))
    assert [type(fact) for fact in facts if not isinstance(fact, Fetch | Send)] == [
        Instrument, Reject, Funding, OpenInterest, Prices,
    ]  # fmt: skip


def test_steps_that_cannot_be_are_counted_and_the_figures_stand():
    body = meta_and_ctxs(asset("BTC", szDecimals=-1))
    facts = feed(session("BTC"), reply("instruments", body))
    assert only(Instrument, facts) == []
    assert len(only(Reject, facts)) == 1


@pytest.mark.parametrize(
    ("mark", "sz_decimals", "tick"),
    [
        ("77562.0", 5, 1.0),  # five figures would be 1, whole numbers always allowed
        ("105055.0", 5, 1.0),  # five figures would be 10: capped at 1
        ("2123.7", 4, 0.1),
        ("128.45", 2, 0.01),
        ("2.1105", 1, 0.0001),
        ("0.37621", 0, 0.00001),
        ("0.0012345", 2, 0.0001),  # six minus szDecimals decimals at most
    ],
)
def test_tick_has_five_significant_figures_at_the_mark(mark, sz_decimals, tick):
    body = meta_and_ctxs(asset("X", szDecimals=sz_decimals), markPx=mark)
    assert listed(body)["X"].tick == tick


def test_k_coins_are_scaled_to_one_coin_and_capital_k_is_not():
    body = meta_and_ctxs(
        asset("kPEPE", szDecimals=0), asset("KAS", szDecimals=0), markPx="0.004411"
    )
    found = listed(body)
    pepe, kas = found["PEPE"], found["KAS"]
    assert (pepe.native, pepe.contract, pepe.lot, pepe.tick) == ("kPEPE", 1000.0, 1000.0, 1e-9)
    assert (kas.native, kas.contract, kas.lot, kas.tick) == ("KAS", 1.0, 1.0, 1e-6)


def test_delisted_markets_stay_listed_with_their_status():
    found = listed(meta("BTC", asset("MATIC", isDelisted=True)))
    assert (found["BTC"].status, found["MATIC"].status) == ("active", "delisted")


def test_contexts_are_zipped_by_index_before_delisted_rows_are_left_out():
    universe = meta("BTC", asset("MATIC", isDelisted=True), "ETH")
    rows = [ctx(markPx="77562"), DEAD, ctx(markPx="2123.7")]
    facts = feed(session("BTC", "MATIC", "ETH"), reply("instruments", [universe, rows]))
    assert {p.symbol: p.mark for p in only(Prices, facts)} == {"BTC": 77562.0, "ETH": 2123.7}


def test_old_metadata_without_margin_tables_decodes():
    body = json.loads(capture_text("hyperliquid/rest_meta_2023.json"))[-1]["response"]
    assert "marginTables" not in body
    found = listed(body)
    assert len(found) == len(body["universe"])
    assert found["PEPE"].native == "kPEPE"
    assert found["BTC"].max_leverage == 50.0


def test_strange_margin_tables_do_not_cost_the_listing():
    assert "BTC" in listed(meta("BTC", marginTables={"what": "is this"}))


def tiered(*tiers: tuple[str, int]) -> dict:
    rows = [{"lowerBound": low, "maxLeverage": top} for low, top in tiers]
    table = [56, {"description": "tiered 40x", "marginTiers": rows}]
    return meta(asset("BTC", maxLeverage=40, marginTableId=56), "ETH", marginTables=[table])


def test_a_table_of_margin_tiers_is_half_the_initial_margin_at_each_tiers_leverage():
    found = listed(tiered(("0.0", 40), ("150000000.0", 20)))
    assert found["BTC"].margin_tiers == ((0.0, 1 / 80), (150e6, 1 / 40))
    assert found["BTC"].mmf == 1 / 80
    assert found["BTC"].initial_tiers == ((0.0, 1 / 40), (150e6, 1 / 20))
    assert (found["ETH"].margin_tiers, found["ETH"].mmf) == ((), 1 / 40), "an id that is a leverage"
    assert found["ETH"].initial_tiers == ((0.0, 1 / 20),)


@pytest.mark.parametrize(
    "tiers",
    [(), (("0", 40),), (("5", 40), ("9", 20)), (("0", 20), ("9", 40)), (("0", 40), ("0", 20)),
     (("0", 40), ("nan", 20)), (("0", 40), ("9", 0))],
)  # fmt: skip
def test_tiers_that_cannot_be_leave_one_fraction_for_every_size(tiers):
    found = listed(tiered(*tiers))
    assert (found["BTC"].margin_tiers, found["BTC"].mmf) == ((), 1 / 80)


def test_metadata_comes_as_a_list_of_metas_or_a_list_of_pairs():
    metas = [meta("BTC"), meta("xyz:GOLD")]
    pairs = [meta_and_ctxs("BTC"), meta_and_ctxs("xyz:GOLD")]
    assert listed(metas, "BTC", "xyz:GOLD").keys() == {"BTC", "xyz:GOLD"}
    assert listed(pairs, "BTC", "xyz:GOLD").keys() == {"BTC", "xyz:GOLD"}


def test_builders_markets_are_left_out_unless_wanted_by_name():
    recorded = json.loads(capture_text("hyperliquid/rest_all_perp_metas_trimmed.json"))
    assert listed(recorded).keys() == {"BTC"}
    assert listed(recorded, "BTC").keys() == {"BTC"}
    found = listed(recorded, "hyna:BTC")
    assert found.keys() == {"BTC", "hyna:BTC"}
    # Another collateral, and a deployer's share on top of the fee: neither is USDC's or ours.
    assert found["hyna:BTC"].quote != "USDC"
    assert found["hyna:BTC"].taker_fee is None
    assert found["hyna:BTC"].base == "BTC"


def test_plain_metadata_does_not_forget_a_known_mark():
    listening = session()
    feed(listening, reply("instruments", meta_and_ctxs("SOL")))
    assert only(Instrument, feed(listening, reply("instruments", meta("SOL")))) == []


def test_one_unreadable_row_keeps_its_place_and_costs_no_other():
    body = meta_and_ctxs("BTC", {"name": 7}, "ETH")
    body[1][2]["markPx"] = "2123.7"
    facts = feed(session("ETH"), reply("instruments", body))
    assert [p.mark for p in only(Prices, facts)] == [2123.7]
    assert len(only(Reject, facts)) == 1
    assert len(only(Instrument, facts)) == 2


# --- contexts -------------------------------------------------------------------------------------


def test_a_context_states_hourly_funding_open_interest_and_two_prices():
    message = json.loads(capture_text("hyperliquid/ws_active_asset_ctx_sol.json"))
    funding, interest, prices = feed(session("SOL"), frame(message))
    assert isinstance(funding, Funding)
    assert (funding.kind, funding.rate, funding.interval_s) == ("live", 0.0000125, 3600)
    assert funding.premium == 0.0003761389
    assert isinstance(interest, OpenInterest)
    assert interest.base == 5259.34
    assert isinstance(prices, Prices)
    assert (prices.mark, prices.index, prices.last) == (128.45, 128.41, None)


def test_next_funding_is_the_next_full_hour():
    for at_ns, hours in ((AT_NS, 1), (AT_NS - AT_NS % HOUR_NS, 1), (AT_NS + HOUR_NS, 2)):
        (funding,) = only(Funding, feed(session(), frame(active_ctx("SOL"), at_ns)))
        assert funding.next_ns == AT_NS - AT_NS % HOUR_NS + hours * HOUR_NS


def test_a_dead_market_says_nothing_rather_than_zero():
    for dead in (DEAD, ctx(premium=None), ctx(markPx="0.0"), ctx(markPx=None)):
        message = {"channel": "activeAssetCtx", "data": {"coin": "MATIC", "ctx": dead}}
        assert feed(session(), frame(message)) == []


def test_a_market_without_interest_has_none_and_says_so():
    (interest,) = only(OpenInterest, feed(session(), frame(active_ctx("NEW", openInterest="0.0"))))
    assert interest.base == 0.0


@pytest.mark.parametrize("rate", ["NaN", "inf", "1.5", "-7", "a little", None])
def test_an_absurd_rate_is_rejected_and_its_neighbours_stand(rate):
    facts = feed(session(), frame(active_ctx("SOL", funding=rate)))
    assert [type(fact) for fact in facts] == [Reject, OpenInterest, Prices]


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ({"markPx": "?"}, [Funding, OpenInterest, Prices, Reject]),
        ({"oraclePx": "1e300"}, [Funding, OpenInterest, Prices, Reject]),
        ({"openInterest": "-4"}, [Funding, Prices, Reject]),
        ({"premium": "none"}, [Funding, OpenInterest, Prices, Reject]),
        ({"markPx": "?", "oraclePx": None}, [Funding, OpenInterest, Reject]),
        ({"dayNtlVlm": "much"}, [Funding, OpenInterest, Prices]),
    ],
)
def test_one_odd_figure_of_a_context_costs_that_figure(odd, said):
    facts = feed(session(), frame(active_ctx("SOL", **odd)))
    assert [type(fact) for fact in facts] == said


def test_the_recorded_frame_for_all_markets_speaks_by_position():
    message = json.loads(capture_text("hyperliquid/ws_all_dexs_asset_ctxs.json"))
    first = message["data"]["ctxs"][0][1]
    names = ["BTC", "ETH", "XRP", "MATIC", *(f"C{i}" for i in range(4, len(first)))]
    listening = session("BTC", "MATIC")
    feed(listening, reply("instruments", meta(*names)))
    facts = feed(listening, frame(message))
    assert {fact.symbol for fact in facts} == {"BTC"}
    funding, interest, prices = facts
    assert (funding.rate, funding.premium) == (-0.0000015186, -0.0005927453)
    assert interest.base * prices.mark == pytest.approx(2.12e9, rel=0.01)
    assert prices.index == 77605.0


def test_a_survey_of_all_recorded_markets_states_the_living_ones_of_every_listed_dex():
    message = json.loads(capture_text("hyperliquid/ws_all_dexs_asset_ctxs.json"))
    listening = Session(Wants(survey=True))
    metas = []
    for dex, rows in message["data"]["ctxs"]:
        prefix = f"{dex}:" if dex else ""
        metas.append(meta(*(f"{prefix}C{i}" for i in range(len(rows)))))
    feed(listening, reply("instruments", metas))
    rows = [row for _, rows in message["data"]["ctxs"] for row in rows]
    alive = [row for row in rows if row["premium"] is not None]
    facts = feed(listening, frame(message))
    assert len(only(Funding, facts)) == len(only(OpenInterest, facts)) == len(alive)
    assert len(only(Volume, facts)) == len(alive)
    assert [fact.markets for fact in only(Surveyed, facts)] == [len(rows)] == [412]
    assert len(feed(listening, frame(message))) == 1, "nothing changed, and it was read"


def test_contexts_that_do_not_fit_the_universe_are_not_guessed():
    message = {"channel": "allDexsAssetCtxs", "data": {"ctxs": [["", [ctx(), ctx()]]]}}
    listening = session("BTC")
    assert feed(listening, frame(message)) == []
    feed(listening, reply("instruments", meta("BTC")))
    assert feed(listening, frame(message)) == []


def test_documented_contexts_of_a_builders_dex_need_the_wish():
    body = json.loads(capture_text("hyperliquid/doc_meta_and_asset_ctxs_hip3.json"))
    assert feed(session(), reply("tickers", body)) == []
    facts = feed(session("xyz:XYZ100", "xyz:TSLA"), reply("tickers", body))
    assert [f.rate for f in only(Funding, facts)] == [0.0002110251]
    assert {f.symbol for f in only(OpenInterest, facts)} == {"xyz:XYZ100"}


# --- survey ---------------------------------------------------------------------------------------


def contexts(*rows: object) -> object:
    return frame({"channel": "allDexsAssetCtxs", "data": {"ctxs": [["", list(rows)]]}})


def surveying(*names: str) -> Session:
    listening = Session(Wants(survey=True))
    feed(listening, opened(), reply("instruments", meta_and_ctxs(*names)))
    return listening


def test_while_a_newer_listing_is_not_known_nothing_counts_as_read():
    listening = surveying("BTC", "ETH")
    assert len(only(Surveyed, feed(listening, contexts(ctx(), ctx())))) == 1
    assert only(Surveyed, feed(listening, contexts(ctx(), ctx(), ctx()))) == []
    feed(listening, reply("instruments", meta_and_ctxs("BTC", "ETH", "SOL")))
    assert len(only(Surveyed, feed(listening, contexts(ctx(), ctx(), ctx())))) == 1


@pytest.mark.parametrize("nothing", [DEAD, "no context"])
def test_a_reading_names_the_markets_that_it_has_no_figures_of(nothing):
    listening = surveying("BTC", "ETH")
    for row, silent in ((ctx(), ()), (nothing, ("ETH",)), (ctx(), ())):
        [read] = only(Surveyed, feed(listening, contexts(ctx(), row)))
        assert read.silent == silent


def test_before_there_is_a_listing_nothing_counts_as_read():
    assert only(Surveyed, feed(Session(Wants(survey=True)), opened(), contexts(ctx()))) == []


def test_a_market_that_two_whole_listings_leave_out_is_gone_whatever_an_earlier_one_was():
    listening = surveying("BTC", "ETH")
    nameless = meta_and_ctxs("BTC", "ETH")
    nameless[0]["universe"][1] = {"szDecimals": 2}
    feed(listening, reply("instruments", nameless))
    once = reply("instruments", meta_and_ctxs("BTC"))
    said = only(Instrument, feed(listening, once, once))
    assert [(fact.symbol, fact.status) for fact in said] == [("ETH", "delisted")]
