"""Stress: what named scenarios and thousands of random futures do to positions or a plan."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
import numpy as np

from cockpit.analytics.funding.payments import PaidHours
from cockpit.analytics.hedging.ratio import NORMAL_99, YEAR_S
from cockpit.analytics.risk.stress import Handling, StressResult, stress
from cockpit.calculators.common import fields
from cockpit.calculators.common.form import FieldError, shown
from cockpit.calculators.common.funding_clock import hours_of, payment_clock
from cockpit.calculators.common.holdings import known
from cockpit.calculators.common.market_data import Notes, Settings, known_venues
from cockpit.calculators.common.result import Column, Result, Table
from cockpit.calculators.common.words import hours_words, name_words, usd_words
from cockpit.calculators.stress.book import StressBook, stress_book
from cockpit.calculators.stress.montecarlo import Asked, Job, job_of, simulate_job
from cockpit.calculators.stress.own_shock import check_names, own_shock
from cockpit.calculators.stress.shocks import Translated, roles_of, translate
from cockpit.calculators.stress.values import LegName, ScenarioRow, Values
from cockpit.core.assumptions import Assumption
from cockpit.core.errors import InputError
from cockpit.core.names import did_you_mean
from cockpit.core.scenario import (
    ROLES,
    Scenario,
    load_scenario,
    scenario_names,
)
from cockpit.state.view import MarketView

TITLE = "Stress"
HELP = "what scenarios and random futures do to positions, or to a half-executed plan"

CUSTOM = "custom"
ASSUMED_VOLATILITY = 0.6
BETAS = {"BTC": 1.0, "ETH": 1.3}
ASSUMED_BETA = 1.6


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """Positions or a plan of the form, else the positions of the view."""

    scenarios: Annotated[
        tuple[str, ...],
        shown("scenarios", help="names; if empty, all, or only your shocks", main=True),
    ] = ()
    shocks: Annotated[
        dict[str, Any], shown("shocks", help='one of your own, as JSON such as {"gap": -0.1}')
    ] = {}
    positions: fields.Positions | None = None
    plan: (
        Annotated[
            tuple[dict[str, Any], ...],
            shown(
                "plan", help="[{venue,symbol,side,size,filled}, …]: legs, filled so far", main=True
            ),
        ]
        | None
    ) = None
    equity_usd: fields.EquityUsd = {}
    hold_h: Annotated[
        float, shown("hold", unit="h", help="funding runs so long", main=True, ge=0)
    ] = 24.0
    band_usd: Annotated[
        float, shown("may stay open", unit="usd", help="delta that is left alone", ge=0)
    ] = 0.0
    refill_s: Annotated[
        float, shown("book refills in", unit="s", help="half of it, once emptied", gt=0)
    ] = 1.5
    delay_s: fields.Delays = {}
    betas: Annotated[
        dict[str, float], shown("betas", help="per coin, where all coins move as one")
    ] = {}
    sigma_annual: fields.AnnualVolatility | None = None
    taker_fee: fields.TakerFees = {}
    monte_carlo: Annotated[
        bool, shown("random futures", help="drawn beside the scenarios", main=True)
    ] = False
    paths: Annotated[int, shown("how many futures", ge=100, le=1_000_000)] = 20_000
    steps: Annotated[int, shown("steps of each", ge=1, le=10_000)] = 288
    horizon_h: Annotated[
        float, shown("futures run for", unit="h", help="from now on", main=True, gt=0, le=8760)
    ] = 24.0
    seed: fields.Seed = 0
    unrest: Annotated[
        bool, shown("unrest", help="venues stray, squeezes come, books thin out in the futures")
    ] = True


def compute(inputs: Inputs, view: MarketView, settings: Settings) -> Result:
    """The table; with `monte_carlo` the futures too, here and now: a screen runs the job apart."""
    notes = Notes()
    scenarios = _scenarios(inputs)
    book = _book(inputs, view, settings, notes)
    for shock in scenarios[-1].shocks if inputs.shocks else ():
        check_names(shock, book, view, notes)
    roles = roles_of(book.facts)
    _say_who_plays(scenarios, roles, notes)
    sigma = _sigma(inputs, notes)
    hours = _paid_hours(book, inputs.hold_h, settings, notes)
    rows = tuple(_row(scenario, book, roles, hours, inputs, sigma, notes) for scenario in scenarios)
    ranked = [row for row in rows if row.pnl_usd is not None]
    futures = None
    if inputs.monte_carlo:
        futures = simulate_job(_job(inputs, book, sigma, settings, notes), lambda done, asked: True)
    return Result(
        values=Values(
            scenarios=rows,
            worst=min(ranked, key=lambda row: row.pnl_usd or 0.0).name if ranked else None,
            equity_usd=_equity_usd(book),
            carry_usd_per_hour=_carry_usd_per_hour(book),
            monte_carlo=futures,
        ),
        assumptions=tuple(notes.assumptions),
        warnings=tuple(notes.warnings),
        is_incomplete=notes.is_incomplete,
    )


def monte_carlo_job(inputs: Inputs, view: MarketView, settings: Settings) -> Job:
    """The random futures of a form as something another process can run with `simulate_job`."""
    notes = Notes()
    book = _book(inputs, view, settings, notes)
    return _job(inputs, book, _sigma(inputs, notes), settings, notes)


def _book(inputs: Inputs, view: MarketView, settings: Settings, notes: Notes) -> StressBook:
    for name in ("delay_s", "taker_fee"):
        known_venues(view, list(getattr(inputs, name)), name)
    book = stress_book(
        inputs.positions, inputs.plan, inputs.equity_usd, inputs.delay_s, inputs.taker_fee,
        view, settings, notes,
    )  # fmt: skip
    if book.unknown_pools:
        names = ", ".join(book.unknown_pools)
        words = "equity or maintenance is not known, so not all liquidations are counted"
        notes.lack(f"{names}: {words}")
    held = {leg.symbol for leg in book.held.legs}
    for symbol in set(inputs.betas) - held - set(view.symbols()):
        # Betas of coins that are not held do no harm; one that looks like a held one does.
        if near := did_you_mean(symbol, held):
            raise FieldError("betas", f"nothing is held of {symbol!r}{near}")
    return book


def _sigma(inputs: Inputs, notes: Notes) -> float:
    if inputs.sigma_annual is None:
        notes.assume(
            Assumption(
                field="sigma_annual",
                value=ASSUMED_VOLATILITY,
                why="assumed where a scenario has none of its own",
            )
        )
        return ASSUMED_VOLATILITY
    notes.assume(
        Assumption(
            field="sigma_annual",
            value=inputs.sigma_annual,
            why="as given, also where scenarios have more",
        )
    )
    return inputs.sigma_annual


def _scenarios(inputs: Inputs) -> list[Scenario]:
    """Those that are named, then the trader's own; all that there are if neither is given."""
    names = inputs.scenarios or (() if inputs.shocks else tuple(scenario_names()))
    try:
        found = [load_scenario(name) for name in names]
    except InputError as error:
        raise FieldError("scenarios", error.ui_message) from None
    if inputs.shocks:
        found.append(Scenario(name=CUSTOM, shocks=(own_shock(inputs.shocks),)))
    return found


def _row(
    scenario: Scenario, book: StressBook, roles: Mapping[str, str],
    paid_hours: Sequence[PaidHours], inputs: Inputs, sigma: float, notes: Notes,
) -> ScenarioRow:  # fmt: skip
    betas = _betas(scenario, book, inputs, notes)
    shocked = translate(scenario, book.facts, book.venues, book.delay_s, betas, roles)
    legs = [
        shock._replace(fill_fraction=min(shock.fill_fraction, done))
        for shock, done in zip(shocked.legs, book.filled.tolist(), strict=True)
    ]
    handling = Handling(
        delay_s=shocked.delay_s,
        refill_s=inputs.refill_s,
        band_usd=inputs.band_usd,
        hold_h=inputs.hold_h,
        funding_half_life_h=shocked.funding_half_life_h,
        paid_hours=paid_hours,
    )
    lost = np.where(
        shocked.collateral_loss_frac > 0,
        shocked.collateral_loss_frac * np.maximum(book.equity_usd, 0.0),
        0.0,
    )
    found = stress(book.legs, legs, book.equity_usd, lost, handling, shocked.equity_lost_frac)
    return _answer(scenario, found, shocked, book, inputs, sigma)


def _say_who_plays(scenarios: Sequence[Scenario], roles: Mapping[str, str], notes: Notes) -> None:
    """Name the venues that the scenarios' roles fall to."""
    asked = {
        key
        for scenario in scenarios
        for shock in scenario.shocks
        for keys in shock.named_venues.values()
        for key in keys
    }
    played = [
        f"{role.removeprefix('@')} is {roles[role]}"
        if role in roles
        else f"no {role.removeprefix('@')}"
        for role in ROLES
        if role in asked
    ]
    if played:
        notes.assume(Assumption(field="scenarios", what=", ".join(played)))


def _paid_hours(
    book: StressBook, hold_h: float, settings: Settings, notes: Notes
) -> list[PaidHours]:
    """The hours of funding that each leg's market pays within the hold, at its own stamps."""
    clocks = [
        None if leg.market is None else payment_clock(leg.market, settings, notes)
        for leg in book.held.legs
    ]
    return [
        PaidHours(0.0, hold_h) if clock is None else hours_of(clock, hold_h, settings)
        for clock in clocks
    ]


def _betas(scenario: Scenario, book: StressBook, inputs: Inputs, notes: Notes) -> dict[str, float]:
    """What is given, else one, or more for smaller coins."""
    symbols = dict.fromkeys(leg.symbol for leg in book.held.legs)
    betas = {s: inputs.betas.get(s, BETAS.get(s, ASSUMED_BETA)) for s in symbols}
    if any(shock.correlation_one for shock in scenario.shocks):
        guessed = [f"{s} {beta:g}" for s, beta in betas.items() if s not in inputs.betas]
        if guessed:
            notes.assume(
                Assumption(
                    field="betas", what=", ".join(guessed), why="where all coins move as one"
                )
            )
    return betas


def _equity_usd(book: StressBook) -> float | None:
    return _total(book.equity_usd)


def _carry_usd_per_hour(book: StressBook) -> float | None:
    """What the legs are paid now, as far as they are filled."""
    paid = [leg.carry_usd_per_hour for leg in book.held.legs]
    return _total(np.array(paid) * book.filled)


def _answer(
    scenario: Scenario,
    found: StressResult,
    shocked: Translated,
    book: StressBook,
    inputs: Inputs,
    sigma: float,
) -> ScenarioRow:
    gone = found.liquidated_step >= 0
    first = found.first_liquidated
    stays_open = math.isinf(found.time_to_flat_s)
    open_s = inputs.hold_h * 3600 if stays_open else found.time_to_flat_s
    wild = shocked.volatility_annual if inputs.sigma_annual is None else None
    move = (sigma if wild is None else wild) * math.sqrt(open_s / YEAR_S)
    pnl, equity, carry = known(found.pnl_usd), _equity_usd(book), _carry_usd_per_hour(book)
    return ScenarioRow(
        name=scenario.name,
        summary=scenario.summary,
        pnl_usd=pnl,
        price_usd=_total(found.price_usd),
        funding_usd=_total(found.funding_usd),
        fees_usd=_total(found.fees_usd),
        slippage_usd=_total(found.slippage_usd),
        liquidation_usd=None if book.unknown_pools else _total(found.liquidation_usd),
        collateral_usd=_total(found.collateral_usd),
        liquidated=tuple(
            LegName(venue=leg.venue, symbol=leg.symbol) for leg in book.held.legs if gone[leg.pool]
        ),
        first_liquidated=None if first is None else book.venues[first],
        margin_ratio=_ratios(found, book.venues),
        chase_usd=known(found.chase_usd),
        max_unhedged_usd=known(found.max_unhedged_usd),
        time_to_flat_s=known(found.time_to_flat_s),
        stays_open=stays_open,
        delay_var99_usd=known(NORMAL_99 * move * found.max_unhedged_usd),
        equity_frac=pnl / equity if pnl is not None and equity is not None and equity > 0 else None,
        carry_h=-pnl / carry
        if pnl is not None and pnl < 0 and carry is not None and carry > 0
        else None,
    )


def _ratios(found: StressResult, venues: Sequence[str]) -> dict[str, float | None]:
    """The worst of each venue's pools on the way."""
    worst: dict[str, float] = {}
    for venue, ratio in zip(venues, np.max(found.margin_ratio, axis=0).tolist(), strict=True):
        worst[venue] = float(np.maximum(worst.get(venue, 0.0), ratio))
    return {venue: known(ratio) for venue, ratio in worst.items()}


def _total(parts: Any) -> float | None:
    return known(float(np.sum(parts)))


def _job(inputs: Inputs, book: StressBook, sigma: float, settings: Settings, notes: Notes) -> Job:
    """Of scenarios that were chosen, correlation holds for the futures as well, and volatility
    where none is given: neither by itself nor in a shock of one's own."""
    is_chosen = bool(inputs.scenarios or inputs.shocks)
    stories = _scenarios(inputs) if is_chosen else []
    shocks = [shock for story in stories for shock in story.shocks]
    if inputs.sigma_annual is None:
        own = [s.volatility_annual for x in stories if x.name == CUSTOM for s in x.shocks]
        named = own if any(own) else [shock.volatility_annual for shock in shocks]
        sigma = max((wild for wild in named if wild is not None), default=sigma)
    asked = Asked(
        sigma_annual=sigma,
        is_correlated=any(shock.correlation_one for shock in shocks),
        has_unrest=inputs.unrest,
        paths=inputs.paths,
        steps=inputs.steps,
        horizon_h=inputs.horizon_h,
        seed=inputs.seed,
        band_usd=inputs.band_usd,
    )
    return job_of(book, asked, settings, notes)


def ranked(values: Values) -> list[ScenarioRow]:
    """The scenarios, the worst first; what is not known comes last."""
    return sorted(
        values.scenarios, key=lambda row: math.inf if row.pnl_usd is None else row.pnl_usd
    )


def rows(result: Result) -> Table:
    """A row a scenario, the worst first; the parts from price to collateral add up to the result.

    `carry lost` is in hours of what the legs are paid now.
    """
    columns = (
        Column("scenario"), Column("result", "usd"), Column("of equity", "frac"),
        Column("carry lost", "h"), Column("price", "usd"), Column("funding", "usd"),
        Column("fees", "usd"), Column("slippage", "usd"), Column("liquidation", "usd"),
        Column("collateral", "usd"), Column("unhedged", "usd"), Column("flat after", "s"),
        Column("liquidated"),
    )  # fmt: skip
    cells = tuple(
        (name_words(r.name), r.pnl_usd, r.equity_frac, r.carry_h, r.price_usd, r.funding_usd,
         r.fees_usd, r.slippage_usd, r.liquidation_usd, r.collateral_usd, r.max_unhedged_usd,
         math.inf if r.stays_open else r.time_to_flat_s,
         _liquidated(r))
        for r in ranked(result.values)
    )  # fmt: skip
    return Table(columns, cells)


def _liquidated(row: ScenarioRow) -> str:
    """Legs that go, each once: two accounts of a venue may hold the same coin."""
    return ", ".join(dict.fromkeys(f"{leg.venue} {leg.symbol}" for leg in row.liquidated))


def verdict(result: Result) -> str:
    values: Values = result.values
    worst = next((row for row in values.scenarios if row.name == values.worst), None)
    if worst is None or worst.pnl_usd is None:
        return "No scenario can be priced: prices are not known."
    words = f"Worst is {name_words(worst.name)}: {usd_words(worst.pnl_usd)}"
    if worst.equity_frac is not None and worst.pnl_usd < 0:
        words += f", {-worst.equity_frac * 100:.1f} % of equity"
    if worst.carry_h is not None:
        words += f", {hours_words(worst.carry_h)} of carry"
    if worst.liquidated:
        words += f", {_liquidated(worst)} liquidated"
    if worst.stays_open:
        words += ", exposure stays open"
    unknown = sum(row.pnl_usd is None for row in values.scenarios)
    if unknown:
        words += f"; {unknown} more cannot be priced whole and may be worse"
    futures = values.monte_carlo
    if futures is not None and futures.var99_usd is not None:
        words += f"; in 1 of 100 futures more than {usd_words(futures.var99_usd)} is lost"
    return words + "."
