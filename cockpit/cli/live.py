"""`cockpit`: the live screen."""

import argparse

from cockpit.cli import common

HELP = "The live screen, from your config; without one, public data for BTC, ETH and SOL."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    common.add_live_options(parser)
    common.add_history_option(parser)
    common.add_screen_options(parser)


def run(args: argparse.Namespace) -> int:
    from cockpit.cli.screen import refuse_without_terminal, run_screen, splash

    with splash():
        config = common.load_config(args)
        endpoints = common.load_endpoint_file(args)
        refuse_without_terminal()

        from cockpit.desk.live import DeskFiles, Engine
        from cockpit.desk.tape_over_live import TapeOverLive
        from cockpit.desk.trader_files import TraderPaths
        from cockpit.storage import paths

        kept = TraderPaths(
            plans=paths.plans_dir(),
            positions=paths.positions_file(),
            rules=paths.rules_file(),
            # Trades on another exchange than the venues' own are none of the trader's.
            trades=None if args.endpoints else paths.state_dir(),
        )
        engine = Engine(
            config,
            endpoints=endpoints,
            files=DeskFiles(
                black_boxes=paths.black_box_dir(),
                alerts_dir=paths.state_dir(),
                memory=common.memory_order(args, config),
                trader=kept,
            ),
            positions=common.load_positions(),
            is_forecasting=True,
        )
        desk = TapeOverLive(engine, config, kept, paths.tapes_dir())
        return run_screen(desk, config, diff=args.diff)
