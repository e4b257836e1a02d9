"""What this terminal can do, and why we think so. Imports no textual: `check` explains it too.

Textual reads its own knobs when it is imported, so the decision comes first and is handed over as
environment variables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TextIO

from cockpit.config import Config, Screen

Depth = Literal["truecolor", "256", "16", "none"]
GlyphSet = Literal["braille", "block", "ascii"]

_TEXTUAL_NAME = {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}
_KNOWN_256 = ("256color", "kitty", "alacritty", "ghostty", "wezterm", "foot", "tmux", "screen")
SCREEN_FPS = "240"
"""Textual's own repaint timer bounds the key latency; at 240 Hz it costs no measurable CPU."""

_ESCAPE_MS, _SSH_ESCAPE_MS = "50", "200"
"""After so long an ESC by itself is a key: what a network tears apart comes within the second."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The decision, each with its reason, and what textual must be told before its import."""

    color: Depth
    color_reason: str
    glyphs: GlyphSet
    glyphs_reason: str
    over_ssh: bool
    environment: Mapping[str, str] = field(default_factory=dict)


def decide(screen: Screen, environ: Mapping[str, str], stream: TextIO | None) -> Terminal:
    """Colour depth and glyphs from the settings, else from TERM, COLORTERM, NO_COLOR and locale."""
    color, color_reason = _color(screen, environ)
    over_ssh = _is_over_ssh(environ)
    glyphs, glyphs_reason = _glyphs(screen, environ, stream)
    return Terminal(
        color=color,
        color_reason=color_reason,
        glyphs=glyphs,
        glyphs_reason=glyphs_reason,
        over_ssh=over_ssh,
        environment={
            "TEXTUAL_COLOR_SYSTEM": _TEXTUAL_NAME[color],
            "TEXTUAL_FPS": SCREEN_FPS,
            "TEXTUAL_ANIMATIONS": "none",
            "TEXTUAL_SMOOTH_SCROLL": "0",
            "ESCDELAY": environ.get("ESCDELAY", _SSH_ESCAPE_MS if over_ssh else _ESCAPE_MS),
            **({"NO_COLOR": "1"} if color == "none" else {}),
        },
    )


def decide_mouse(config: Config, environ: Mapping[str, str]) -> tuple[bool, str]:
    """Whether the screen takes the mouse, and why: as set, else only where the link is short."""
    if "screen.mouse" in config.origins:
        return config.screen.mouse, "as configured"
    if _is_over_ssh(environ):
        return False, "off over SSH, where each move of it would be sent; --mouse turns it on"
    return config.screen.mouse, "the default"


def _is_over_ssh(environ: Mapping[str, str]) -> bool:
    return "SSH_CONNECTION" in environ or "SSH_TTY" in environ


def _color(screen: Screen, environ: Mapping[str, str]) -> tuple[Depth, str]:
    if screen.color != "auto":
        return screen.color, "as configured"
    if environ.get("NO_COLOR"):
        return "none", "NO_COLOR is set"
    term = environ.get("TERM", "")
    over_ssh = _is_over_ssh(environ)
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        if over_ssh:
            return (
                "256",
                "256 colours are half the bytes over SSH, and the palette is exact in them",
            )
        return "truecolor", "COLORTERM says so"
    if any(name in term for name in _KNOWN_256):
        return "256", f"TERM is {term}"
    return "16", f"TERM is {term or 'not set'} and COLORTERM is not set"


def _glyphs(
    screen: Screen, environ: Mapping[str, str], stream: TextIO | None
) -> tuple[GlyphSet, str]:
    if screen.glyphs != "auto":
        return screen.glyphs, "as configured"
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
    if encoding != "utf8":
        return "ascii", f"the terminal's encoding is {encoding}, not UTF-8"
    if environ.get("TERM", "") in ("linux", "vt100", "vt220"):
        return "block", f"TERM is {environ['TERM']}: its fonts have no braille"
    return "braille", "the encoding is UTF-8"


ASCII = str.maketrans(
    {
        "−": "-", "·": ".", "—": "-", "●": "*", "◐": "o", "○": ".", "│": "|", "─": "-",
        "┌": "+", "┐": "+", "└": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+",
        "▌": ">", "▐": "<", "→": ">", "←": "<", "↑": "^", "↓": "v", "Δ": "d", "…": "~", "×": "x",
        "▇": "#", "▆": "=", "▅": "=", "▄": "-", "▃": "-", "▂": "_", "▁": "_", "╵": "'",
        "╷": ",", "╴": "-", "╶": "-", "▲": "^", "▼": "v",
        "≥": ">", "≤": "<", "≈": "=", "–": "-", "█": "#", "░": ":",
    }
)  # fmt: skip
"""Every glyph that the panes use, in ASCII of the same width."""
