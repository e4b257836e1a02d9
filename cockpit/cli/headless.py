"""The desk of a command that has no screen: the log is on, the typed positions are held."""

import argparse
from typing import TYPE_CHECKING

from cockpit.cli import common

if TYPE_CHECKING:
    from pathlib import Path

    from cockpit.config import Config
    from cockpit.core.events import Position
    from cockpit.desk.contract import RunningDesk
    from cockpit.desk.memory import MemoryOrder


def make_desk(
    args: argparse.Namespace,
    config: "Config",
    positions: "list[Position] | None" = None,
    *,
    with_alerts: bool = False,
    memory: "MemoryOrder | None" = None,
    watches_held: bool = True,
    trades: "Path | None" = None,
) -> "RunningDesk":
    """Not started yet; `positions` None takes those that were typed, `memory` None keeps no
    history, and where not `watches_held` the market of a position is not watched with it.
    `trades` is a folder of trades to begin with; nothing is written there. InputError and
    ConfigError as they say.

    Who asks for figures does not ask for a page in the night: the hook, people to tell and the
    rules that were made by keys are for who asks for alerts.
    """
    endpoints = common.load_endpoint_file(args)
    if not with_alerts:
        from msgspec.structs import replace

        from cockpit.alerts.rule import Hook

        config = replace(config, alert_hook=Hook(), notify={})

    from cockpit.cli.logs import start_logging
    from cockpit.desk.live import DeskFiles, Engine
    from cockpit.desk.trader_files import TraderPaths
    from cockpit.portfolio.trades.storage import recall
    from cockpit.storage import paths

    start_logging(config.log_level)
    engine = Engine(
        config,
        endpoints=endpoints,
        files=DeskFiles(
            black_boxes=paths.black_box_dir(),
            memory=memory,
            trader=TraderPaths(rules=paths.rules_file() if with_alerts else None),
        ),
        positions=common.load_positions() if positions is None else positions,
        watches_held=watches_held,
    )
    if trades is not None:
        recall(trades, engine.view.trades)
    return engine
