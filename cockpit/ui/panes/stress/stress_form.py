"""The inputs of the stress table and of the random futures."""

from cockpit.ui.panes.plan import form

HZ = form.HZ
_PANE = form.FormPane("stress_form", "stress")
lines = _PANE.lines
