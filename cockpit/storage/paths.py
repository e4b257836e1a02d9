"""Where things are kept, by the XDG rules.

`COCKPIT_HOME` puts everything under one folder instead: for tests and for a portable install.
"""

import os
from pathlib import Path

import platformdirs

APP = "perp-cockpit"


_chosen_config: Path | None = None


def choose_config(path: Path | None) -> None:
    """Read another config than the usual one, with the positions beside it; None goes back."""
    global _chosen_config
    _chosen_config = path


def config_file() -> Path:
    """The trader's own file; read, never rewritten."""
    return _chosen_config or _config_dir() / "config.toml"


def positions_file() -> Path:
    """Positions that the trader typed, beside the config; written by the program too."""
    return config_file().parent / "positions.toml"


def user_themes() -> Path:
    return _config_dir() / "themes"


def state_dir() -> Path:
    """What the program remembers by itself: layout, plans, alert history."""
    return _base("state", platformdirs.user_state_path(APP))


def tapes_dir() -> Path:
    return state_dir() / "tapes"


def plans_dir() -> Path:
    """Plans that the trader kept, a file each."""
    return state_dir() / "plans"


def rules_file() -> Path:
    """Rules of alerts that were made by keys."""
    return state_dir() / "alerts.toml"


def exports_dir() -> Path:
    """What the trader wrote out of a pane, or of a plan."""
    return state_dir() / "exports"


def black_box_dir() -> Path:
    """The last inputs before an adapter failed, one tape a failure."""
    return state_dir() / "blackbox"


def log_file() -> Path:
    return _base("log", platformdirs.user_log_path(APP)) / "cockpit.log"


def _config_dir() -> Path:
    return _base("config", platformdirs.user_config_path(APP))


def _base(kind: str, default: Path) -> Path:
    home = os.environ.get("COCKPIT_HOME")
    return Path(home) / kind if home else default
