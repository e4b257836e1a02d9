"""Names that `vulture` cannot see a use of, by who uses them. Nothing here is run.

A name belongs here only while something outside the code of `cockpit` needs it.
"""

from typing import Any

__all__ = ["document_fields", "forecasts", "frameworks", "scan_rows", "tests", "venue_fields"]


def document_fields(it: Any) -> tuple[object, ...]:
    """Fields of answers, documents and stored rows, which whoever reads them uses."""
    return (
        it.oi_share,
        it.long_interval_s,
        it.funding_accrued_usd,
        it.funding_next_usd,
        it.funding_next_ns,
        it.short_interval_s,
        it.baseAsset,
        it.parts_known,
        it.parts_wanted,
        it.interval80_width_bp_h,
        it.pin_hourly,
        it.entry_cost_usd,
        it.formula_funding_usd,
        it.conservative_funding_usd,
        it.breakeven_ns,
        it.cost_usd_per_hour_held,
        it.net_usd_per_hour,
        it.closing_fee_usd,
        it.effective_price,
        it.marginal_price,
        it.corr,
        it.parts_usd,
        it.p_stays_open,
        it.delay_var99_usd,
        it.usd_24h,
        it.base_24h,
        it.liquidation_distance,
        it.funding_usd_per_day,
        it.unread_accounts,
        it.nearest_liquidation,
        it.not_counted_as_safe,
        it.mean_hourly,
        it.low_hourly,
        it.high_hourly,
        it.p_flip,
        it.p_spike,
        it.hot_rows,
        it.p10,
        it.p90,
        it.live_rate,
        it.predicted_rate,
        it.oi_base,
        it.bid10_usd,
        it.ask10_usd,
        it.bid25_usd,
        it.ask25_usd,
        it.bid50_usd,
        it.ask50_usd,
        it.volume_24h_usd,
        it.bid_covered_bps,
        it.ask_covered_bps,
        it.live_age_s,
        it.predicted_age_s,
        it.mark_age_s,
        it.index_age_s,
        it.book_age_s,
        it.oi_age_s,
        it.volume_age_s,
        it.latency_p99_ms,
        it.for_ns,
        it.horizon_s,
    )


def frameworks(it: Any) -> tuple[object, ...]:
    """What textual, asyncio, logging, argparse, copy and httpx call or look up."""
    return (
        it.reducer_override,
        it.option_string,
        it.Future,
        it.memo,
        it.ENABLE_COMMAND_PALETTE,
        it.markup,
        it.DEFAULT_CSS,
        it._disable_notifications,
        it._disable_tooltips,
        it.ALLOW_SELECT,
        it._closing,
        it.handleError,
        it.get_default_screen,
        it.action_quit,
        it.action_help_quit,
        it.compose,
        it.on_resize,
        it.run_input_thread,
        it.process_redirect,
        it.on_mount,
        it.connection_lost,
        it.eof_received,
        it.on_paste,
        it.render_lines,
        it.on_unmount,
        it.on_terminal_supports_synchronized_output,
    )


def venue_fields(it: Any) -> tuple[object, ...]:
    """Fields of venues' messages and facts, read by their names."""
    return (
        it.markPrice,
        it.indexPrice,
        it.lastPrice,
        it.openInterest,
        it.singleOpenInterest,
        it.nextFundingTime,
        it.fundingIntervalHour,
        it.volume24h,
        it.turnover24h,
        it.says,
        it.proof,
        it.weekdays,
        it.at_utc,
        it.docs,
    )


def forecasts(it: Any) -> tuple[object, ...]:
    """For the forecast of the running interval: its average as it is expected."""
    return (
        it.predicted_premium_sd,
        it.predicted_premium,
    )


def scan_rows(it: Any) -> tuple[object, ...]:
    """Fields of a scan's row, filled by the names of its figures."""
    return (
        it.basis_low_bps,
        it.basis_high_bps,
        it.d1,
        it.d3,
        it.d7,
        it.d30,
        it.net_apr,
    )


def tests(it: Any) -> tuple[object, ...]:
    """Held by tests alone, or written for whoever looks at the object."""
    return (
        it.ref,
        it.chain_new,
        it.funding_index,
        it.LEG,
        it.digit,
        it.decays,
        it.pumps,
        it.advance_s,
        it.is_idle,
        it.round_to_tick,
        it.bar_arrival_ns,
        it.timely,
        it.read_call,
        it.typical_s,
        it.read_toml,
        it.as_known,
        it.value_at,
        it.Seen,
        it.ManualClock,
        it.samples_at,
    )
