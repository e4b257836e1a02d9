"""A terminal cockpit for perpetual-futures traders who work several Layer-2s at once."""

__version__ = "0.1.0"
