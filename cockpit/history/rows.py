"""One struct for each table; the order of the fields is the order of the columns."""

import struct
from collections.abc import Callable, Sequence
from math import frexp, inf, isfinite, ldexp
from typing import Any, Final

import msgspec

from cockpit.core.events import Instrument


class Figures(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was known of one market at one moment.

    Rates are fractions per `interval_s`, positive when longs pay; `premium` a fraction; prices
    quote per base; `oi_base` base units, counted once; depth in USD within so many bps of mid, and
    `bid_covered_bps` how far the book was seen to reach: a band beyond it is a lower bound.

    A figure that was never stated is None and its age None. One that was stale is None too, with
    the age it had: a gap whose reason can still be told. Ages are whole seconds.
    """

    live_rate: float | None = None
    predicted_rate: float | None = None
    interval_s: int | None = None
    mark: float | None = None
    index_price: float | None = None
    mid: float | None = None
    spread_bps: float | None = None
    oi_base: float | None = None
    bid10_usd: float | None = None
    ask10_usd: float | None = None
    bid25_usd: float | None = None
    ask25_usd: float | None = None
    bid50_usd: float | None = None
    ask50_usd: float | None = None
    volume_24h_usd: float | None = None
    premium: float | None = None
    bid_covered_bps: float | None = None
    ask_covered_bps: float | None = None
    live_age_s: int | None = None
    predicted_age_s: int | None = None
    mark_age_s: int | None = None
    index_age_s: int | None = None
    book_age_s: int | None = None
    oi_age_s: int | None = None
    volume_age_s: int | None = None


AGES: Final = 7
"""How many fields of `Figures`, the last ones, are ages."""

WHOLE: Final = frozenset(name for name in Figures.__struct_fields__ if name.endswith("_s"))
"""Figures that are whole numbers: the interval and the ages, in seconds."""

SINGLE: Final = frozenset({"mid", "oi_base", "premium"})
"""Figures kept in single precision (seven digits)."""

COARSE: Final = frozenset(
    {
        "spread_bps", "bid10_usd", "ask10_usd", "bid25_usd", "ask25_usd", "bid50_usd", "ask50_usd",
        "volume_24h_usd", "bid_covered_bps", "ask_covered_bps",
    }
)  # fmt: skip
"""Figures kept to one part in 8,192: two looks at a book never agree to more."""

_COARSE_STEPS: Final = 1 << 13
_FLOAT: Final = struct.Struct("f")


def _single(value: float) -> float:
    """The nearest number of single precision."""
    return float(_FLOAT.unpack(_FLOAT.pack(value))[0])


def _coarse(value: float) -> float:
    """The nearest number of thirteen binary digits."""
    mantissa, exponent = frexp(_single(value))
    return ldexp(round(mantissa * _COARSE_STEPS) / _COARSE_STEPS, exponent)


_LARGEST: Final = 2.0**127
"""Above it single precision ends, and so does sense."""


def _whole(value: float) -> float:
    return value if 0 <= value < 1 << 31 else inf


_KEEP: Final[tuple[Callable[[float], float] | None, ...]] = tuple(
    _coarse if name in COARSE else _single if name in SINGLE else _whole if name in WHOLE else None
    for name in Figures.__struct_fields__
)


def kept_values(figures: Figures) -> tuple[float | int | None, ...]:
    """The values as every tier keeps them, in the order of the fields.

    A number that is none (NaN, infinite, beyond `_LARGEST`) is not known.
    """
    return tuple(
        None
        if value is None or not -_LARGEST < value < _LARGEST
        else value
        if keep is None
        else _finite(keep(value))
        for value, keep in zip(msgspec.structs.astuple(figures), _KEEP, strict=True)
    )


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


class Sample(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The figures of one market as they stood at `at_ns`."""

    venue: str
    symbol: str
    at_ns: int
    figures: Figures


def sample_of(row: Sequence[Any]) -> Sample:
    """A row as SQL gives it: venue, symbol, at_ns, then the figures in the order of the fields."""
    venue, symbol, at_ns, *figures = row
    names = Figures.__struct_fields__
    return Sample(
        venue=venue,
        symbol=symbol,
        at_ns=at_ns,
        figures=Figures(**dict(zip(names, figures, strict=True))),
    )


class Settled(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Funding that was paid: a fraction per `interval_s`, positive when longs paid. `premium` is
    the fraction that the venue's formula made it of, where it is said."""

    venue: str
    symbol: str
    paid_at_ns: int
    rate: float
    interval_s: int
    premium: float | None = None


class ChainSample(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One venue's machinery at one moment. `stage` is the last settlement step seen."""

    venue: str
    at_ns: int
    height: int | None = None
    block_age_s: float | None = None
    cadence_s: float | None = None
    latency_p50_ms: float | None = None
    latency_p99_ms: float | None = None
    gaps: int | None = None
    reconnects: int | None = None
    stage: str | None = None


class ExposureSample(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One account at one moment, in USD; `account` is its name or its address cut short."""

    venue: str
    account: str
    at_ns: int
    net_usd: float | None = None
    gross_usd: float | None = None
    carry_usd_per_hour: float | None = None
    equity_usd: float | None = None
    margin_used_usd: float | None = None
    margin_ratio: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether it had been read: one that was not may have stood nearest to its liquidation."""
        known = (self.net_usd, self.equity_usd, self.margin_ratio)
        return any(value is not None for value in known)


class Forecast(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a model said at `made_ns` of the `horizon_s` up to `for_ns`, and what came of it.

    `value` (within `low` and `high` four times of five), `outcome`, `rate` (of the moment),
    `usual` (7-day mean) and `spike_above` (a deviation from the pin) are fractions per hour, the
    probabilities 0 to 1. `days` is how much the model learned from. `outcome`, `flipped` and
    `spiked` (0 or 1) are NULL until they are known.
    """

    venue: str
    symbol: str
    made_ns: int
    for_ns: int
    horizon_s: int
    model: str
    value: float | None = None
    p_flip: float | None = None
    p_spike: float | None = None
    outcome: float | None = None
    low: float | None = None
    high: float | None = None
    rate: float | None = None
    usual: float | None = None
    spike_above: float | None = None
    days: float | None = None
    flipped: int | None = None
    spiked: int | None = None


class Gap(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A span without rows. `venue` None: everything."""

    from_ns: int
    to_ns: int
    why: str
    venue: str | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one tick remembers: written in one commit. `listings` replace what was known
    of their markets."""

    samples: tuple[Sample, ...] = ()
    settled: tuple[Settled, ...] = ()
    chain: tuple[ChainSample, ...] = ()
    exposure: tuple[ExposureSample, ...] = ()
    forecasts: tuple[Forecast, ...] = ()
    gaps: tuple[Gap, ...] = ()
    listings: tuple[Instrument, ...] = ()

    def __bool__(self) -> bool:
        return any(
            (
                self.samples, self.settled, self.chain, self.exposure, self.forecasts, self.gaps,
                self.listings,
            )
        )  # fmt: skip


def together(batches: Sequence[Batch]) -> Batch:
    """Many batches as one, in their order."""
    return Batch(
        samples=tuple(row for batch in batches for row in batch.samples),
        settled=tuple(row for batch in batches for row in batch.settled),
        chain=tuple(row for batch in batches for row in batch.chain),
        exposure=tuple(row for batch in batches for row in batch.exposure),
        forecasts=tuple(row for batch in batches for row in batch.forecasts),
        gaps=tuple(row for batch in batches for row in batch.gaps),
        listings=tuple(row for batch in batches for row in batch.listings),
    )
