"""JSON-RPC, pages and figures."""

from cockpit.sim.faces.kit import figures, pages, rpc


def test_an_answer_carries_the_id_of_its_call() -> None:
    call = rpc.read_call({"jsonrpc": "2.0", "method": "subscribe", "params": {"c": 1}, "id": "x"})
    assert call == rpc.Call("x", "subscribe", {"c": 1})
    assert rpc.result(call, [1], usIn=5) == {
        "jsonrpc": "2.0",
        "result": [1],
        "usIn": 5,
        "id": "x",
    }
    assert rpc.error("x", -32602, "Invalid params") == {
        "jsonrpc": "2.0",
        "error": {"code": -32602, "message": "Invalid params"},
        "id": "x",
    }


def test_a_call_without_an_id_has_the_venues_default_and_anything_else_is_no_call() -> None:
    assert rpc.read_call({"method": "ping"}, default_id=0) == rpc.Call(0, "ping", {})
    assert [rpc.read_call(it) for it in ({"id": 1}, [], "x", None, {"method": 3})] == [None] * 5


def test_pages_by_cursor_reach_every_row_once() -> None:
    rows = ["a", "b", "c", "d", "e"]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page, cursor = pages.by_cursor(rows, cursor, 2)
        seen += page
    assert seen == rows


def test_figures_never_have_an_exponent() -> None:
    assert figures.fixed(0.0000012, 8) == "0.00000120"
    assert figures.plain(0.0000012, 8) == "0.0000012"
    assert figures.plain(-0.5, 4) == "-0.5"
    assert figures.plain(1e-12, 8) == "0"
    assert figures.trimmed(12_300, 2) == "123"


def test_a_time_has_as_many_digits_of_a_second_as_asked_for() -> None:
    at_ns = 1_760_000_000_123_456_789
    assert figures.iso(at_ns) == "2025-10-09T08:53:20.123Z"
    assert figures.iso(at_ns, 0) == "2025-10-09T08:53:20Z"
    assert figures.iso(at_ns, 6) == "2025-10-09T08:53:20.123456Z"
