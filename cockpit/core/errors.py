"""The exception tree. Exceptions are for programmers and for people who typed something.

    CockpitError
    ├── ConfigError     a configuration, theme or keymap file says something we cannot use
    ├── TapeError       a recording cannot be read at all (a torn tail is counted, never raised)
    ├── InputError      an option, address, symbol or calculator field is out of bounds
    └── NoVenueError    no venue could be reached (exit code 3)

Trouble at a venue is not an exception, it is data: `Reject`, `BookReset`, `Restart`, `Link`.
"""


class CockpitError(Exception):
    """Something a trader can act on.

    `ui_message` is one short sentence for the screen or stderr; `detail` is for the log.
    """

    def __init__(self, ui_message: str, detail: str = "") -> None:
        super().__init__(ui_message)
        self.ui_message = ui_message
        self.detail = detail


class ConfigError(CockpitError):
    """A file that the trader wrote: names the file, the key and what was expected."""


class TapeError(CockpitError):
    """A recording that is not one: names the file, the line and what was expected."""


class InputError(CockpitError):
    """An argument: names the field and what was expected."""


class NoVenueError(CockpitError):
    """Nothing answered: names each venue and its reason."""
