"""Which moment is on the screen, and which one was asked for."""

from dataclasses import dataclass


@dataclass(slots=True)
class Back:
    """`shown_ns` None: the picture is of now. `is_asked` while a moment is being read; that is
    `asked_ns`, or where it is None the first that is kept."""

    shown_ns: int | None = None
    asked_ns: int | None = None
    is_asked: bool = False

    @property
    def is_on(self) -> bool:
        """Whether the picture is of the past, or is about to be."""
        return self.is_asked or self.shown_ns is not None
