"""The inputs of the stress table and of the random futures."""

from cockpit.ui.panes.form_pane import HZ, FormPane

__all__ = ("HZ", "lines")

_PANE = FormPane("stress_form", "stress")
lines = _PANE.lines
