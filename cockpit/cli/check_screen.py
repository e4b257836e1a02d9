"""What the screen decides about this terminal, each decision with its reason."""

import os
import sys
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING

from cockpit.cli.findings import Finding
from cockpit.core.errors import ConfigError
from cockpit.storage import paths
from cockpit.ui.theme.capabilities import Terminal, decide, decide_mouse

if TYPE_CHECKING:
    from cockpit.config import Config

_FALLBACK = (80, 24)


def screen_findings(config: "Config") -> Iterator[Finding]:
    """The terminal, then what it is given: colours, glyphs, theme, layout, bytes, mouse, copy."""
    from cockpit.ui.model import remembered as remember

    environ = os.environ
    terminal = decide(config.screen, environ, sys.__stderr__)
    size = _size()
    kept, problem = remember.load(paths.state_dir() / remember.FILE)
    yield _terminal(terminal, environ, size)
    yield Finding("colour", "ok", f"{terminal.color}: {terminal.color_reason}")
    yield Finding("glyphs", "ok", f"{terminal.glyphs}: {terminal.glyphs_reason}")
    yield _theme(config, kept.theme)
    yield _layout(config, kept.layout, size)
    yield _bytes(config, size)
    yield _mouse(config, environ)
    yield _clipboard(environ)
    if problem:
        yield Finding("memory", "warn", problem, "what is lost is chosen anew on the screen")


def _size() -> tuple[int, int] | None:
    """(columns, rows) of the terminal that the screen would be drawn on; None without one."""
    for stream in (sys.__stderr__, sys.__stdin__, sys.__stdout__):
        try:
            if stream is not None:
                size = os.get_terminal_size(stream.fileno())
                return size.columns, size.lines
        except (OSError, ValueError):
            continue
    return None


def _terminal(
    terminal: Terminal, environ: Mapping[str, str], size: tuple[int, int] | None
) -> Finding:
    if environ.get("TERM", "dumb") == "dumb":
        return Finding("terminal", "warn", "TERM is dumb or not set", "set TERM, such as xterm")
    stdin: IO[str] | None = sys.stdin
    if stdin is None or not stdin.isatty():
        return Finding("terminal", "warn", "stdin is not a terminal", "the screen needs one")
    where = " over SSH" if terminal.over_ssh else ""
    where += " in tmux" if "TMUX" in environ else ""
    columns, rows = size or _FALLBACK
    return Finding("terminal", "ok", f"{environ['TERM']}, {columns}x{rows}{where}")


def _theme(config: "Config", kept: str) -> Finding:
    from cockpit.ui.theme.themes import load_theme

    origin = config.origins.get("screen.theme", "")
    name = config.screen.theme if origin else kept or config.screen.theme
    why = origin or ("worn last, as state.toml remembers" if kept else "the default")
    try:
        theme = load_theme(name, paths.user_themes())
    except ConfigError as error:
        return Finding("theme", "fail", error.ui_message, "the screen would use dark instead")
    return Finding("theme", "ok", f"{theme.name}: {why}")


def _layout(config: "Config", kept: str, size: tuple[int, int] | None) -> Finding:
    from cockpit.ui.layout.geometry import shape_of

    origin = config.origins.get("screen.layout", "")
    wanted = config.screen.layout if origin else kept or config.screen.layout
    why = origin or ("used last, as state.toml remembers" if kept else "the default")
    columns, rows = size or _FALLBACK
    shape = shape_of(columns, rows, wanted)
    shown = f"auto, which is {shape} at {columns}x{rows}" if wanted == "auto" else wanted
    return Finding("layout", "ok", f"{shown}: {why}")


def _bytes(config: "Config", size: tuple[int, int] | None) -> Finding:
    from cockpit.terminal.renderer.byte_budget import bytes_per_s

    columns, rows = size or _FALLBACK
    most = bytes_per_s(columns * rows) / 1e3
    return Finding(
        "pace", "ok", f"at most {config.screen.hz:g} frames and {most:.1f} kB a second of new data"
    )


def _mouse(config: "Config", environ: Mapping[str, str]) -> Finding:
    is_on, why = decide_mouse(config, environ)
    if is_on:
        return Finding("mouse", "ok", "on: hold shift to select text as usual, or use --no-mouse")
    return Finding("mouse", "ok", f"the terminal's own: {why}")


def _clipboard(environ: Mapping[str, str]) -> Finding:
    from cockpit.ui.export.clipboard import MAX_BYTES

    detail = (
        f"Y sends at most {MAX_BYTES // 1000} kB as OSC 52; no terminal says whether it took it"
    )
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return Finding("clipboard", "warn", "this terminal ignores OSC 52", "write with W instead")
    if "TMUX" in environ:
        return Finding("clipboard", "ok", detail, "tmux passes it on with: set -g set-clipboard on")
    return Finding("clipboard", "ok", detail)
