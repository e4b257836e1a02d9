"""A replay is a player: hold the tape, step, seek, its pace, and the tape itself.

The same keys look back while the desk is live; there `:seek` goes to a moment of history.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from cockpit import venues
from cockpit.core.errors import InputError
from cockpit.core.typed import parse_duration, parse_time
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.contract import END_NS, GoLive, OpenTapes, Pause, Seek, SeekNext, SetSpeed, Step
from cockpit.ui.dialogs.search import Choice
from cockpit.ui.input import past_actions
from cockpit.ui.input.host import Host, PickerSpec
from cockpit.ui.input.market_selection import select_symbol
from cockpit.ui.input.navigation import Handler
from cockpit.ui.model.frame_cache import FrameCache

SPEEDS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
NO_TAPE = "no tape is played; :replay plays one"


def follow(host: Host) -> None:
    """Show the desk's state where it is another one than that on the screen: after a step back, or
    of another tape. The cursor stays on its symbol."""
    readings = host.readings
    if readings.view is host.desk.view:
        return
    symbol = readings.symbol
    readings.view, readings.mode = host.desk.view, host.desk.stats().mode
    readings.cache = FrameCache()
    names = [venue.name for venue in readings.venues]
    readings.specs = venues.specs(names)
    host.ui.pinned = tuple(name for name in host.ui.pinned if name in names)
    select_symbol(readings, symbol)


# --- keys -------------------------------------------------------------------------------------


def _hold(host: Host, _: int) -> None:
    playback = host.desk.stats().playback
    if playback is not None and playback.state == "ended":
        host.say(f"the tape has ended; {host.keymap.shown('past.back')} steps back", "info")
        return
    host.desk.post(Pause(playback is not None and not playback.is_held))


def _stepping(sign: int) -> Handler:
    return lambda host, count: host.desk.post(Step(sign * max(1, count)))


def _pacing(step: int) -> Handler:
    def handler(host: Host, count: int) -> None:
        playback = host.desk.stats().playback
        times = playback.times if playback else None
        for _ in range(max(1, min(count, len(SPEEDS)))):
            now = float("inf") if times is None else times
            nearer = [speed for speed in SPEEDS[::step] if (speed - now) * step > 0]
            times = nearer[0] if nearer else times
        host.desk.post(SetSpeed(times))

    return handler


def _next(what: Literal["alert", "jump"]) -> Handler:
    return lambda host, _: host.desk.post(SeekNext(what))


def _previous(what: Literal["alert", "jump"]) -> Handler:
    return lambda host, _: host.desk.post(SeekNext(what, is_back=True))


def _first(host: Host, _: int) -> None:
    host.desk.post(Seek(0))


def go_live(host: Host, _: int) -> None:
    """From the past, or from a tape over the live desk, back to now."""
    if host.ui.past.is_on:
        past_actions.live(host, 0)
    elif host.readings.mode == "REPLAY":
        host.desk.post(GoLive())
    else:
        host.say("this is now", "info")


def _last(host: Host, _: int) -> None:
    host.desk.post(Seek(END_NS))


def meaning(action_id: str, host: Host) -> Handler | None:
    """What an action does to the tape; None where it has its usual meaning."""
    if host.readings.mode != "REPLAY":
        return None
    playback = host.desk.stats().playback
    if playback is not None and playback.live is not None and action_id == "cursor.last":
        return go_live
    if playback is not None and playback.is_held and action_id in _WHILE_HELD:
        return _WHILE_HELD[action_id]
    return _ON_A_TAPE.get(action_id)


_ON_A_TAPE: Mapping[str, Handler] = {
    "view.freeze": _hold,
    "past.back": _stepping(-1),
    "past.forward": _stepping(1),
    "view.size_down": _pacing(-1),
    "view.size_up": _pacing(1),
    "rule.add": _next("alert"),
}
_WHILE_HELD: Mapping[str, Handler] = {"cursor.first": _first, "cursor.last": _last}
HANDLERS: Mapping[str, Handler] = {
    "replay.next_alert": _next("alert"),
    "replay.next_jump": _next("jump"),
    "replay.previous_alert": _previous("alert"),
    "replay.previous_jump": _previous("jump"),
}


# --- verbs ------------------------------------------------------------------------------------


def read_seek(host: Host, words: Sequence[str]) -> Callable[[], object]:
    """`:seek 14:05`, `:seek -2h`, `:seek 2025-10-09T20:33:16`."""
    if len(words) != 1:
        raise InputError("write :seek TIME, such as 14:05 or -2h")
    at_ns = _moment_ns(host, words[0])
    if host.readings.mode == "REPLAY":
        return lambda: host.desk.post(Seek(at_ns))
    now_ns = host.desk.stats().at_ns
    if at_ns >= now_ns:
        return lambda: past_actions.live(host, 0)
    return lambda: past_actions.look(host, at_ns)


def _moment_ns(host: Host, text: str) -> int:
    """A time of day is that of the tape's first day on, or of the last 24 hours of a live desk."""
    stats = host.desk.stats()
    begin_ns = stats.playback.first_ns if stats.playback else stats.at_ns - 24 * HOUR_NS
    try:
        if text[0] in "+-":
            away_ns = round(parse_duration(text[1:]) * NS_PER_S)
            return host.readings.now_ns + (away_ns if text[0] == "+" else -away_ns)
        return parse_time(text, begin_ns)
    except ValueError:
        raise InputError(
            f"{text!r} is not a time; expected 14:05, -2h, +90s or 2025-10-09T20:33:16, in UTC"
        ) from None


def read_speed(host: Host, words: Sequence[str]) -> Callable[[], object]:
    if host.readings.mode != "REPLAY":
        raise InputError(NO_TAPE)
    text = " ".join(words).removesuffix("x")
    try:
        times = None if text == "max" else float(text)
    except ValueError:
        times = 0.0
    if times is not None and not 0 < times <= 10_000:
        raise InputError(f"{text!r} is not a pace; expected a number above 0, such as 10, or max")
    return lambda: host.desk.post(SetSpeed(times))


def read_replay(host: Host, words: Sequence[str]) -> Callable[[], object]:
    """Without a path: one of those beside what is played, or of the trader's own recordings."""
    path = " ".join(words)
    if path:
        return lambda: _play(host, path)
    return lambda: _pick(host)


def read_live(host: Host, words: Sequence[str]) -> Callable[[], object]:
    if words:
        raise InputError("write :live, and nothing after it")
    return lambda: go_live(host, 0)


def tapes(host: Host, _: int) -> Sequence[str]:
    """Those that lie beside what is played, and the trader's own recordings."""
    stats = host.desk.stats()
    return (*(stats.playback.beside if stats.playback else ()), *stats.recordings)


def _play(host: Host, path: str) -> None:
    """A tape is looked at as it runs: neither from the past nor with the picture held."""
    if host.ui.past.is_on:
        past_actions.live(host, 0)
    host.ui.frozen = False
    host.desk.post(OpenTapes((path,)))


def _pick(host: Host) -> None:
    def done(path: str | None) -> None:
        if path is not None:
            _play(host, path)

    choices = [Choice(path, path.rpartition("/")[2], path) for path in tapes(host, 1)]
    if not choices:
        host.say("nothing is recorded here yet: R records, :replay PATH plays a tape", "info")
        return
    host.choose(PickerSpec(title="play a tape", choices=choices, done=done))
