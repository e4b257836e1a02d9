"""What the program costs on this machine. Imports everything, is imported by `cockpit bench`."""

import platform


def machine() -> str:
    """What the figures were measured on."""
    return f"{platform.machine()} python {platform.python_version()}"
