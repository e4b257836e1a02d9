"""What a session holds: pieces of behaviour that are told of links and of time."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from cockpit.venues.contract import MAIN, Output, Reply


class Part(Protocol):
    """A piece of behaviour. It ignores the links that are not its own."""

    def opened(self, link: str, at_ns: int) -> Sequence[Output]: ...

    def closed(self, link: str) -> None: ...

    def tick(self, at_ns: int) -> Sequence[Output]: ...


class OverLink(ABC):
    """A part that lives on one link: what it knows of it goes with it."""

    link: str = MAIN

    def opened(self, link: str, at_ns: int) -> Sequence[Output]:
        if link == self.link:
            self.forget()
            self.begin(at_ns)
        return ()

    def closed(self, link: str) -> None:
        if link == self.link:
            self.forget()

    def tick(self, at_ns: int) -> Sequence[Output]:
        return ()

    @abstractmethod
    def forget(self) -> None:
        """The link is gone."""

    def begin(self, at_ns: int) -> None:  # noqa: B027 (most have nothing to begin)
        """The link is open."""


class OverHttp:
    """A part that lives on requests: what was asked is answered whatever becomes of a link."""

    def opened(self, link: str, at_ns: int) -> Sequence[Output]:
        return ()

    def closed(self, link: str) -> None:
        pass


class Hears(OverHttp, ABC):
    """A part that reads every reply of the name `hears`; empty for one that a session hands on."""

    hears: str = ""

    @abstractmethod
    def hear(self, reply: Reply) -> Sequence[Output]:
        """What a reply says."""
