"""A walkable table: order, cursor, filter and what stays where it is while figures move."""

from typing import NamedTuple

from cockpit.ui.input import table_keys
from cockpit.ui.model.table import Table, TableColumn, TableCursor, TableView, view_of
from cockpit.ui.panes.table import table_lines, visible_rows
from cockpit.ui.text.styled import plain, width_of
from tests.ui.input.hosts import PlainHost


class Pair(NamedTuple):
    coin: str
    net: float | None
    cost: float = 1.0
    gate: str = ""


def columns() -> tuple[TableColumn[Pair], ...]:
    def number(name: str, unit: str, of) -> TableColumn[Pair]:
        def cell(row: Pair) -> tuple[str, str]:
            value = of(row)
            return ("·", "dim") if value is None else (f"{value:.1f}", "number")

        return TableColumn(name=name, unit=unit, width=8, cell=cell, value=of)

    return (
        TableColumn(name="coin", width=6, is_text=True, cell=lambda row: (row.coin, "text"),
                    value=lambda row: row.coin),
        number("net", "$", lambda row: row.net),
        number("cost", "bps", lambda row: row.cost),
        TableColumn(name="gate", width=10, is_text=True, grows=True,
                    cell=lambda row: (row.gate, "warn"), value=lambda row: row.gate),
    )  # fmt: skip


def seen(cursor: TableCursor, *rows: Pair, new: frozenset[str] = frozenset()) -> TableView[Pair]:
    table = Table(
        columns=columns(), rows=rows, key=lambda row: row.coin,
        text=lambda row: f"{row.coin} {row.gate}", mark=lambda row: "+" if row.coin in new else " ",
    )  # fmt: skip
    return view_of(table, cursor)


def coins(view: TableView[Pair]) -> list[str]:
    return [row.coin for row in view.rows]


BTC, ETH, SOL = Pair("BTC", 5.0), Pair("ETH", None, gate="dydx is down"), Pair("SOL", 9.0)


def test_a_sort_puts_the_best_first_then_the_worst_and_the_unknown_last_either_way() -> None:
    cursor = TableCursor(column="net")
    seen(cursor, BTC, ETH, SOL).sort()
    assert coins(seen(cursor, BTC, ETH, SOL)) == ["SOL", "BTC", "ETH"]
    seen(cursor, BTC, ETH, SOL).sort()
    assert coins(seen(cursor, BTC, ETH, SOL)) == ["BTC", "SOL", "ETH"]
    seen(cursor, BTC, ETH, SOL).unsort()
    assert coins(seen(cursor, BTC, ETH, SOL)) == ["BTC", "ETH", "SOL"]


def test_text_is_sorted_from_a_on() -> None:
    cursor = TableCursor(column="coin")
    seen(cursor, SOL, BTC, ETH).sort()
    assert coins(seen(cursor, SOL, BTC, ETH)) == ["BTC", "ETH", "SOL"]


def test_rows_stand_still_under_a_cursor_and_move_again_when_it_is_let_go() -> None:
    cursor = TableCursor(column="net", sort="net")
    first = seen(cursor, BTC, SOL)
    assert coins(first) == ["SOL", "BTC"]
    first.move(1)
    overtaken = BTC._replace(net=20.0)
    now = seen(cursor, overtaken, SOL)
    assert coins(now) == ["SOL", "BTC"]
    assert now.selected == overtaken
    now.release()
    assert coins(seen(cursor, overtaken, SOL)) == ["BTC", "SOL"]


def test_what_comes_in_while_rows_stand_still_is_put_where_it_belongs_and_marked() -> None:
    cursor = TableCursor(sort="net")
    seen(cursor, SOL, BTC).go(1)
    best = Pair("DOGE", 30.0)
    now = seen(cursor, SOL, BTC, best, new=frozenset({"DOGE"}))
    assert coins(now) == ["DOGE", "SOL", "BTC"]
    assert now.selected == BTC
    lines = table_lines(now, 60, 10, is_focused=True).lines
    assert [plain(line)[1] for line in lines[2:]] == ["+", " ", " "]


def test_a_cursor_whose_row_has_gone_stands_where_that_was() -> None:
    cursor = TableCursor()
    seen(cursor, BTC, ETH, SOL).go(1)
    assert seen(cursor, BTC, SOL).selected == SOL
    assert seen(cursor, BTC).selected == BTC
    assert seen(cursor).selected is None


def test_a_filter_wants_every_word_and_none_after_an_exclamation_mark() -> None:
    rows = (BTC._replace(gate="basis wide"), ETH, SOL)
    assert coins(seen(TableCursor(filter="dydx"), *rows)) == ["ETH"]
    assert coins(seen(TableCursor(filter="!dydx"), *rows)) == ["BTC", "SOL"]
    assert coins(seen(TableCursor(filter="b wide"), *rows)) == ["BTC"]
    assert coins(seen(TableCursor(filter="!"), *rows)) == ["BTC", "ETH", "SOL"]


def test_every_row_and_every_column_can_be_reached_at_any_width() -> None:
    rows = tuple(Pair(f"C{number:03}", float(number)) for number in range(300))
    cursor = TableCursor()
    for _ in range(299):
        seen(cursor, *rows).move(1)
    view = seen(cursor, *rows)
    assert view.selected == rows[299]
    assert 299 in visible_rows(view, 12)
    for name in ("coin", "net", "cost", "gate"):
        cursor.column = name
        drawn = table_lines(seen(cursor, *rows), 20, 12, is_focused=True)
        assert name in plain(drawn.lines[0]), name
        assert "coin" in plain(drawn.lines[0])


def test_columns_that_are_not_shown_are_counted_on_their_side() -> None:
    cursor = TableCursor(column="coin")
    # 2 + 7 for the coin, then 9 for the net: the other two have no room in 20 cells.
    assert table_lines(seen(cursor, BTC), 20, 9, is_focused=True).note == "+2 →"
    cursor.column = "cost"
    assert table_lines(seen(cursor, BTC), 20, 9, is_focused=True).note == "← 1  +1 →"
    cursor.column = "gate"
    assert table_lines(seen(cursor, BTC), 20, 9, is_focused=True).note == "← 2"


def test_rows_that_are_not_shown_are_told_by_their_number() -> None:
    rows = tuple(Pair(f"C{number}", 0.0) for number in range(30))
    drawn = table_lines(seen(TableCursor(), *rows), 60, 12, is_focused=True)
    assert drawn.note == "1–10 of 30"
    assert len(drawn.lines) == 12


def test_lines_are_never_wider_than_they_may_be() -> None:
    for width in (24, 40, 80, 200):
        for name in ("coin", "gate"):
            cursor = TableCursor(column=name)
            for line in table_lines(seen(cursor, BTC, ETH), width, 9, is_focused=True).lines:
                assert width_of(line) <= width


def test_the_keys_of_a_table_walk_it() -> None:
    host, cursor = PlainHost(), TableCursor()
    rows = (BTC, ETH, SOL)
    keys = table_keys.handlers(lambda _: seen(cursor, *rows), "pairs")
    keys["cursor.down"](host, 2)
    assert seen(cursor, *rows).selected == SOL
    keys["cursor.first"](host, 2)
    assert seen(cursor, *rows).selected == ETH
    keys["cursor.last"](host, 0)
    assert seen(cursor, *rows).selected == SOL
    keys["cursor.right"](host, 0)
    keys["view.sort"](host, 0)
    assert coins(seen(cursor, *rows)) == ["SOL", "BTC", "ETH"]
    keys["view.filter"](host, 0)
    (prompt,) = host.dialogs
    prompt.change("btc")
    assert coins(seen(cursor, *rows)) == ["BTC"]
    keys["app.back"](host, 0)
    assert coins(seen(cursor, *rows)) == ["SOL", "BTC", "ETH"]


def test_keys_in_a_table_that_has_no_answer_yet_do_nothing() -> None:
    unanswered: Table[Pair] = Table(
        columns=(), rows=(), key=lambda p: p.coin, text=lambda p: p.coin
    )
    view = view_of(unanswered, TableCursor())
    view.move_column(-1)
    view.move_column(1)
    view.sort()
    view.move(1)
    assert view.cursor == TableCursor()
