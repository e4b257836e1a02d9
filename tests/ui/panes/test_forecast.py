"""FUNDING's forecasts: what is expected, how sure, how old, and whether it has been worth it."""

import msgspec
import pytest

from cockpit.core.outlook import OLD_S, Score
from cockpit.core.units import NS_PER_S
from cockpit.ui.model.past import Back
from cockpit.ui.panes.funding import outlook, scores, term_plot, terms
from cockpit.ui.panes.markets import alerts, heatmap
from cockpit.ui.readings.outlooks import chance
from cockpit.ui.text.styled import plain
from tests.ui import forecasts as scenes
from tests.ui.crowd import crowd
from tests.ui.scenes import live, store_of


def text(pane, scene, width=106, height=8):
    drawn = pane.lines(scene, width, height)
    return [plain(line) for line in drawn]


def row(pane, scene, name, **size):
    return next(line for line in text(pane, scene, **size) if name in line)


def role_of(pane, scene, name, word, **size):
    drawn = pane.lines(scene, size.get("width", 106), size.get("height", 8))
    line = next(line for line in drawn if any(name in text for text, _ in line))
    return next(role for text, role in line if word in text)


def test_a_venue_says_rates_with_their_interval_chances_and_why():
    line = row(outlook, scenes.forecast(), "alphaswap", width=150)
    # 2e-5 an hour is 17.52 % a year.
    for figure in ("+17.52", "+8.76 to +26.28", "+8.76", "−8.76 to +35.04", "12 %", "8 %"):
        assert figure in line
    assert "premium 3.1 bps above the pin's edge" in line


def test_reasons_stand_below_where_there_is_no_room_beside():
    said = text(outlook, scenes.forecast(), width=80, height=22)
    assert "because" not in said[1]
    assert any("alp" in line and "premium 3.1 bps above the pin's edge" in line for line in said)
    assert any("cha" in line and "a plain mean" in line for line in said)
    assert not any("above the pin's edge" in line
                   for line in text(outlook, scenes.forecast(), width=80, height=8))  # fmt: skip


def test_a_plain_mean_has_no_odds_and_says_that_it_is_one():
    line = row(outlook, scenes.forecast(), "charliedex", width=150)
    assert "+10.95" in line
    assert "%" not in line
    assert "a plain mean" in line


def test_a_forecast_that_is_not_there_or_old_is_no_figure():
    assert "no forecast yet" in row(outlook, live(), "alphaswap")
    scene = scenes.forecast()
    scene.now_ns += round((OLD_S + 1) * NS_PER_S)
    assert "old: made 65m ago" in row(outlook, scene, "alphaswap")
    assert "made" not in text(outlook, scene)[0]
    fresh = scenes.forecast()
    fresh.now_ns += 40 * NS_PER_S
    assert "made 40s ago" in text(outlook, fresh)[0]


def test_a_problem_is_said_in_place_of_what_is_missing():
    scene = scenes.expecting(problem="the process that forecasts died; it is started anew")
    assert "died" in row(outlook, scene, "alphaswap")
    assert "died" in text(scores, scene)[2]


def test_odds_stand_out_only_where_they_are_proven():
    scene = scenes.forecast()
    assert role_of(outlook, scene, "alphaswap", "12 %") == "number"
    assert role_of(outlook, scene, "bravo", "<1 %") == "text"
    # Its levels do not beat the average: they are grey.
    assert role_of(outlook, scene, "bravo", "+17.52") == "dim"
    assert role_of(outlook, scene, "alphaswap", "+17.52") == "text"
    verdict = text(outlook, scene, width=150)[-1]
    assert "alphaswap: 12 % that its sign changes within 8 h, such odds have beaten" in verdict


def test_a_chance_is_never_written_as_impossible_or_sure():
    assert [chance(value) for value in (None, 0.001, 0.006, 0.5, 0.994, 0.996)] == [
        "·", "<1 %", "1 %", "50 %", "99 %", ">99 %",
    ]  # fmt: skip


def test_the_curve_goes_on_into_what_is_expected_with_the_interval_of_the_venue_chosen():
    drawn = term_plot.lines(scenes.forecast(), 106, 16)
    marks = [role for line in drawn for text, role in line if text in ("┬", "┴")]
    assert len(marks) == 4
    assert set(marks) == {"venue1"}
    curve = row(terms, scenes.forecast(), "alphaswap")
    assert curve.split()[-3:-1] == ["+17.52", "+8.76"]


def test_a_model_that_fails_is_grey_in_the_curve():
    scene = scenes.forecast()
    assert all(score.level_beats is False for score in (scenes.BAD,))
    grey = [role for line in term_plot.lines(scene, 106, 24) for text, role in line
            if role == "dim" and any("⠁" <= char <= "⣿" for char in text)]  # fmt: skip
    assert grey
    better = msgspec.structs.replace(scenes.BAD, mae_bp_h=0.01)
    kept = store_of(scene).outlooks
    store_of(scene).outlooks = msgspec.structs.replace(kept, scores=(scenes.GOOD, better))
    assert not [role for line in term_plot.lines(scene, 106, 24) for text, role in line
                if role == "dim" and any("⠁" <= char <= "⣿" for char in text)]  # fmt: skip


def test_the_scoreboard_says_in_a_sentence_who_beats_the_average():
    scene = scenes.forecast()
    said = text(scores, scene, width=140)
    assert "rates nearer than the average's, n 812; flip odds 21 % better, n 812" in said[1]
    assert "spike odds 5 % better, not proven, n 800" in said[1]
    assert "rates not nearer than the average's, n 640; flip odds 12 % worse, n 640" in said[2]
    assert role_of(scores, scene, "bra", "rates") == "dim"


def test_on_a_small_terminal_the_sentence_gets_shorter_and_no_verdict_is_dropped():
    scene = scenes.forecast()
    said = text(scores, scene, width=80, height=22)
    # What may be luck is asked: +0.05 is less than 1.96 of its standard errors of 0.06.
    assert "rates nearer, flips 21 % better, spikes 5 % better?, n 800–812" in said[1]
    assert "rates not nearer, flips 12 % worse, spikes unknown, n 640" in said[2]
    assert "better, worse: than the historical average" in said[-1]
    assert "?: not proven" in said[-1]
    low = text(scores, scene, width=80, height=9)
    assert [line.split()[1] for line in low[5:8]] == ["alp", "alp", "bra"], "every row has room"


def test_figures_come_with_a_key_where_words_leave_them_no_room():
    scene = scenes.forecast()
    said = text(scores, scene, width=80, height=5)
    assert not any("0.0515" in line for line in said)
    assert "m: every figure" in said[-1]
    scene.ui.has_score_figures = True
    said = text(scores, scene, width=80, height=5)
    assert any("0.0515" in line for line in said)
    assert "m: in words" in said[-1]


def test_a_forecast_for_each_of_twelve_venues_is_reached_with_the_cursor():
    crowded = crowd(12)
    seen = set()
    for crowded.ui.venue_index in range(12):
        said = text(outlook, crowded, width=80, height=8)
        assert not any("more lines" in line for line in said)
        assert "of 12" in said[0]
        seen |= {line.split()[1] for line in said if "no forecast yet" in line}
    assert len(seen) == 12


def test_every_figure_stands_beside_its_n_and_in_words_where_there_is_room():
    said = text(scores, scenes.forecast(), width=150, height=24)
    table = next(line for line in said if "alphaswap" in line and "all" in line)
    for figure in ("812", "0.0515", "0.0700", "4.12", "93 %", "+0.11", "+0.21 ± 0.04"):
        assert figure in table
    assert any("Brier skill" in line for line in said)
    narrow = text(scores, scenes.forecast(), width=80, height=22)
    assert any("+0.21 ± 0.04" in line and "812" in line for line in narrow)


def test_before_anything_is_scored_it_says_what_it_waits_for():
    young = Score(venue="alphaswap", model="market", span="all", n=12)
    assert "too few to tell yet, n 12 of 200" in text(scores, scenes.expecting(scores=(young,)))[1]
    assert "no forecast is 8 h old yet" in text(scores, live())[2]
    scene = live()
    scene.ui.past = Back(shown_ns=scene.now_ns)
    assert "not of a past moment" in text(scores, scene)[2]


@pytest.mark.parametrize(("mode", "figure"), [("expected_8h", "+17.52"), ("p_flip", "12 %")])
def test_cells_of_the_heatmap_say_what_is_expected(mode, figure):
    scene = scenes.forecast()
    scene.ui.cell = mode
    assert figure in row(heatmap, scene, "BTC", width=90, height=12)
    assert figure not in row(heatmap, scene, "ETH", width=90, height=12)
    scene.now_ns += round((OLD_S + 1) * NS_PER_S)
    assert figure not in row(heatmap, scene, "BTC", width=90, height=12)


def test_the_alerts_say_why_odds_raise_none():
    assert "flip alerts are off: there is no forecast yet" in text(alerts, live())[-1]
    assert "off" not in text(alerts, scenes.forecast())[-1]
    said = scenes.expecting(scenes.outlook("alphaswap"), scores=())
    assert "n 0 of 200" in text(alerts, said)[-1]
