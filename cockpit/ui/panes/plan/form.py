"""The inputs of the calculator that was opened last."""

from cockpit.ui.panes.form_pane import HZ, FormPane

__all__ = ("HZ", "lines")

_PANE = FormPane("form")
lines = _PANE.lines
