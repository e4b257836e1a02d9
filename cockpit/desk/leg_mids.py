"""What is kept of the mids of a trade's markets since its opening."""

from cockpit.core.errors import CockpitError
from cockpit.core.units import HOUR_NS
from cockpit.desk.contract import ReadLegMids
from cockpit.desk.kept_series import Curve, LegMids
from cockpit.desk.spans import step_s
from cockpit.history.protocol import SeriesQuestion
from cockpit.history.reader import HistoryReader


def read_leg_mids(reader: HistoryReader, wanted: ReadLegMids) -> LegMids:
    """In the thread: never raises, what cannot be read is a sentence."""
    try:
        return _read(reader, wanted)
    except CockpitError as error:
        return LegMids(
            markets=wanted.markets,
            from_ns=wanted.from_ns,
            end_ns=wanted.end_ns,
            problem=error.ui_message,
        )


def _read(reader: HistoryReader, wanted: ReadLegMids) -> LegMids:
    step = step_s(max(1, -(-(wanted.end_ns - wanted.from_ns) // HOUR_NS)))
    mids: dict[tuple[str, str], Curve] = {}
    warnings: dict[str, None] = {}
    for venue, symbol in wanted.markets:
        series = reader.series(
            SeriesQuestion(
                venue=venue,
                symbol=symbol,
                columns=("mid",),
                from_ns=wanted.from_ns,
                to_ns=wanted.end_ns,
                step_s=step,
            )
        )
        warnings.update(dict.fromkeys(series.warnings))
        if len(series.at_ns):
            mids[venue, symbol] = Curve(series.at_ns, series.values["mid"])
    return LegMids(
        markets=wanted.markets,
        from_ns=wanted.from_ns,
        end_ns=wanted.end_ns,
        step_s=step,
        mids=mids,
        problem="; ".join(warnings),
    )
