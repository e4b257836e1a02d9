"""Books, flow and chains are told to a model where they were shown to help, and nowhere else."""

import msgspec
import numpy as np

from cockpit.backtest.ablation import ablation
from cockpit.backtest.forecast_walk import walk
from cockpit.backtest.walk_forward import Plan
from cockpit.forecast.features import COLUMNS, INDEX
from cockpit.forecast.joining import COVERED_ROWS, covers, joining
from cockpit.forecast.learned import learn_events
from cockpit.forecast.learning import learn
from cockpit.forecast.training import rows_of
from tests.forecast.markets import market

PLAN = Plan(block_days=28)
BOOK = [INDEX[name] for name in COLUMNS["book"]]


def with_book(rows, tells, from_row=0):
    """The rows with a book that says half of what the next hours bring, or nothing but noise."""
    draws = np.random.default_rng(7)
    noise = draws.normal(size=(len(rows.hours), len(BOOK)))
    flip = np.nan_to_num(rows.happened["flip"], nan=0.5)[:, None]
    values = rows.values.copy()
    values[:, BOOK] = noise + (2.0 * flip if tells else 0.0)
    values[:from_row, BOOK] = np.nan
    return msgspec.structs.replace(rows, values=values)


def test_a_book_that_tells_of_flips_joins_for_flips():
    rows = with_book(rows_of(market(days=110)), tells=True)
    assert "book" in joining(rows)["flip"]
    fit = learn_events(rows, "market", joined=joining(rows)).events
    assert set(BOOK) <= set(fit.models["ours"]["flip"].linear.columns.tolist())
    assert not set(BOOK) & set(fit.models["har"]["flip"].linear.columns.tolist())


def test_a_book_of_noise_never_joins():
    for seed in range(5):
        rows = with_book(rows_of(market(days=110, seed=seed)), tells=False)
        assert "book" not in joining(rows).get("flip", ())


def test_what_was_recorded_for_a_fortnight_is_neither_tested_nor_told():
    whole = rows_of(market(days=110))
    short = with_book(whole, tells=True, from_row=len(whole.hours) - COVERED_ROWS + 1)
    assert not covers(short.values, "book")
    assert joining(short) == joining(whole)
    (steps,) = ablation(walk([short], PLAN, None), PLAN, alone=True)
    assert steps["flip"]["+book"] is None
    assert steps["flip"]["+premium"] is not None


def test_the_ablation_of_a_group_is_of_the_rows_that_know_it():
    whole = rows_of(market(days=110))
    from_row = 60 * 24
    runs = walk([with_book(whole, tells=True, from_row=from_row)], PLAN, None)
    (steps,) = ablation(runs, PLAN, alone=True)
    book, premium = steps["flip"]["+book"], steps["flip"]["+premium"]
    scored = runs[0].events["flip"].scored()
    assert book.n == scored[from_row:].sum() < premium.n == scored.sum()
    # The first block after the recording began was learned before it: the rest gains.
    assert book.change > 2 * book.change_se > 0


def test_the_model_of_the_walk_is_told_of_a_book_that_helps():
    rows = rows_of(market(days=140))
    (plain,) = walk([rows], PLAN, None)
    (told,) = walk([with_book(rows, tells=True)], PLAN, None)
    assert told.joined["flip"] >= {"book"}
    assert "book" not in plain.joined.get("flip", ())
    scored = plain.events["flip"].scored() & told.events["flip"].scored()
    happened = told.events["flip"].happened[scored]

    def brier(run):
        return float(((run.events["flip"].chances["ours"][scored] - happened) ** 2).mean())

    assert brier(told) < 0.9 * brier(plain)


def test_a_lesson_from_two_markets_of_a_venue_joins_what_helps_both():
    one, other = (market(days=60, seed=seed, symbol=name) for seed, name in ((1, "A"), (2, "B")))
    lesson = learn([one, other], None)
    assert lesson.venues["venue"].n == 2 * 60 * 24
    assert lesson.markets["venue", "A"].joined == {}
    again = learn([one, other], None)
    weights = [of.venues["venue"].events.models["ours"]["flip"].linear.weights.tobytes()
               for of in (lesson, again)]  # fmt: skip
    assert weights[0] == weights[1]
