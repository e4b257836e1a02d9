"""Roles into rich styles, at the depth of this terminal. Styles are interned: made once."""

from rich.style import Style

from cockpit.ui.theme.capabilities import ASCII, Terminal
from cockpit.ui.theme.themes import Theme

_PLAIN: dict[str, str] = {
    "cursor": "reverse", "danger": "bold reverse", "warn": "bold", "accent": "bold",
    "title": "bold", "title_focus": "bold reverse", "stale": "dim", "dim": "dim",
    "frame": "dim", "number": "bold", "fresh": "bold", "heat_neg4": "bold", "heat_neg3": "bold",
    "heat_pos3": "bold", "heat_pos4": "bold",
}  # fmt: skip
"""Without colour, shape alone: what must be seen is bold or reversed."""
_PAST: dict[str, str] = {"frame": "warn", "frame_focus": "loss"}
"""What the frames of a past picture look like, in every theme: thin lines, of another colour."""


class Palette:
    """`style(role)` for panes, `text(s)` for glyph substitution. One object for all the screen."""

    def __init__(self, theme: Theme, terminal: Terminal) -> None:
        self._terminal = terminal
        self.is_past = False
        """The picture is of a past moment: its frames are marked."""
        self.wear(theme)

    def wear(self, theme: Theme) -> None:
        """Look like this theme from now on; whoever keeps styles asks for them again."""
        self.theme = theme
        self._styles = {role: self._make(role) for role in theme.roles}
        self.background = self._styles["text"]

    def style(self, role: str) -> Style:
        return self._styles[_PAST.get(role, role) if self.is_past else role]

    @property
    def is_native(self) -> bool:
        """Whether the colours are the terminal's own sixteen, which must not be translated."""
        return self._terminal.color in ("16", "none") or self.theme.background == "default"

    @property
    def screen_background(self) -> str:
        """What textual paints where no pane is."""
        return f"ansi_{self._named_background}" if self.is_native else self.theme.background

    @property
    def _named_background(self) -> str:
        """The nearest of the sixteen: a light theme is light on a dark terminal too."""
        if self._terminal.color == "none" or self.theme.background == "default":
            return "default"
        return "black" if self.theme.dark else "bright_white"

    def text(self, text: str) -> str:
        """The text in glyphs that this terminal has, of the same width."""
        return text.translate(ASCII) if self._terminal.glyphs == "ascii" else text

    def _make(self, role: str) -> Style:
        depth = self._terminal.color
        if depth == "none":
            return Style.parse(_PLAIN.get(role, "none"))
        fore, back = self.theme.ansi[role] if depth == "16" else self.theme.roles[role]
        if not back:
            back = self._named_background if self.is_native else self.theme.background
        bold = role in self.theme.bold or None
        return Style(color=fore, bgcolor=back, bold=bold)
