"""themes/*.toml into palettes: role -> colours at each depth. Imports no textual.

A theme gives every role a colour, as `colour` or `colour on colour`. Under `[roles]` a colour is
`#rrggbb`, the shipped ones exact in the 256-colour palette; `[ansi]` gives the sixteen-colour twins
by name, because gradients do not survive the reduction. A theme of names alone has no `[ansi]`,
and `background = "default"`: it looks the same at every depth, in the terminal's own colours.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from cockpit.core.errors import ConfigError
from cockpit.core.names import did_you_mean
from cockpit.core.toml import parse_toml

VENUE_COLOURS = 14
_STANDS_FOR = {
    **{f"venue{number}": f"venue{number - 8}" for number in range(9, 15)},
    "title_focus": "accent",
}
"""A role that a theme need not name, and the one it then looks like."""
ROLES = (
    "text", "number", "dim", "frame", "frame_focus", "title", "title_focus", "accent", "cursor",
    "gain", "loss", "warn", "danger", "stale", "bid", "ask", "bid_bar", "ask_bar", "fresh", "ok",
    "heat_neg4", "heat_neg3", "heat_neg2", "heat_neg1", "heat_0",
    "heat_pos1", "heat_pos2", "heat_pos3", "heat_pos4",
    *(f"venue{number}" for number in range(1, VENUE_COLOURS + 1)),
)  # fmt: skip
Parse = Callable[[str], tuple[str, str] | None]
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_ANSI = (
    "default", "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
    "bright_black", "bright_red", "bright_green", "bright_yellow", "bright_blue",
    "bright_magenta", "bright_cyan", "bright_white",
)  # fmt: skip


DEFAULT = "dark"


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """`roles` and `ansi` map a role to `(foreground, background or "")`, and modifiers apart."""

    name: str
    dark: bool
    background: str
    roles: dict[str, tuple[str, str]]
    ansi: dict[str, tuple[str, str]]
    bold: frozenset[str]


def shipped_dir() -> Path:
    """Where the shipped themes are: in the package when installed, beside it in a checkout."""
    packaged = Path(__file__).resolve().parents[2] / "themes"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "themes"


def theme_names(user_dir: Path | None = None) -> list[str]:
    """Every theme that can be chosen, shipped ones first."""
    folders = [shipped_dir(), *([user_dir] if user_dir and user_dir.is_dir() else [])]
    return list(dict.fromkeys(p.stem for folder in folders for p in sorted(folder.glob("*.toml"))))


def load_theme(name: str, user_dir: Path | None = None) -> Theme:
    """A theme by name; the trader's own file wins. ConfigError names file, role and expectation."""
    for folder in ([user_dir] if user_dir else []) + [shipped_dir()]:
        path = folder / f"{name}.toml"
        if path.is_file():
            return read_theme(path)
    known = theme_names(user_dir)
    raise ConfigError(
        f"screen.theme: unknown theme {name!r}{did_you_mean(name, known)}; "
        f"expected one of {', '.join(known)}"
    )


def read_theme(path: Path) -> Theme:
    """Parse and check one theme file."""
    try:
        data = parse_toml(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: is not a readable TOML file: {error}") from error
    extra = sorted(set(data) - {"dark", "background", "bold", "roles", "ansi"})
    if extra:
        raise ConfigError(f"{path}: {extra[0]}: unknown key; expected roles and ansi")
    background = data.get("background", "")
    if background != "default" and not _HEX.fullmatch(str(background)):
        raise ConfigError(
            f"{path}: background: is {background!r}; expected #rrggbb, or default beside names"
        )
    roles = _table(path, "roles", data.get("roles", {}), _colour)
    only_names = not any("#" in fore + back for fore, back in roles.values())
    if only_names != (background == "default"):
        raise ConfigError(
            f"{path}: background: is {background!r}; expected default with named colours, "
            "#rrggbb with #rrggbb"
        )
    ansi = roles if only_names and "ansi" not in data else data.get("ansi", {})
    return Theme(
        name=path.stem,
        dark=_dark(path, data.get("dark", True)),
        background=background,
        roles=roles,
        ansi=roles if ansi is roles else _table(path, "ansi", ansi, _ansi),
        bold=_bold(path, data.get("bold", [])),
    )


def _dark(path: Path, given: object) -> bool:
    if not isinstance(given, bool):
        raise ConfigError(f"{path}: dark: is {given!r}; expected true or false")
    return given


def _bold(path: Path, given: object) -> frozenset[str]:
    roles = given if isinstance(given, list) else [given]
    for role in roles:
        if role not in ROLES:
            raise ConfigError(
                f"{path}: bold: unknown role {role!r}{did_you_mean(str(role), ROLES)}; "
                "expected a list of roles"
            )
    return frozenset(
        role for role in ROLES if _STANDS_FOR.get(role, role) in roles or role in roles
    )


def _table(path: Path, table: str, given: object, parse: Parse) -> dict[str, tuple[str, str]]:
    if not isinstance(given, Mapping):
        raise ConfigError(f"{path}: {table}: expected a table of roles")
    for role in given:
        if role not in ROLES:
            raise ConfigError(f"{path}: {table}.{role}: unknown role{did_you_mean(role, ROLES)}")
    unnamed = {role: given[other] for role, other in _STANDS_FOR.items() if other in given}
    given = {**unnamed, **given}
    missing = [role for role in ROLES if role not in given]
    if missing:
        raise ConfigError(f"{path}: {table}.{missing[0]}: is missing; every role needs a colour")
    parsed = {}
    for role, text in given.items():
        colours = parse(str(text))
        if colours is None:
            expected = "names such as red on black" if parse is _ansi else "#rrggbb on #rrggbb"
            raise ConfigError(f"{path}: {table}.{role}: {text!r} is no colour; expected {expected}")
        parsed[role] = colours
    return parsed


def _colour(text: str) -> tuple[str, str] | None:
    """`#rrggbb`, `#rrggbb on #rrggbb`, or the same with names."""
    fore, _, back = text.partition(" on ")
    if not _HEX.fullmatch(fore) or (back and not _HEX.fullmatch(back)):
        return _ansi(text)
    return fore, back


def _ansi(text: str) -> tuple[str, str] | None:
    fore, _, back = text.partition(" on ")
    if fore not in _ANSI or (back and back not in _ANSI):
        return None
    return fore, back


def stamp(name: str, user_dir: Path | None = None) -> tuple[Path, int] | None:
    """(file, modification time in ns) of a theme; None while there is no such file."""
    for folder in ([user_dir] if user_dir else []) + [shipped_dir()]:
        path = folder / f"{name}.toml"
        try:
            return path, path.stat().st_mtime_ns
        except OSError:
            continue
    return None
