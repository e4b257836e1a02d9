"""What a session holds: pieces of behaviour that are told of links and of time."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

from cockpit.venues.contract import Output, Reply


class Part(Protocol):
    """A piece of behaviour. It ignores the links that are not its own."""

    def opened(self, link: str, at_ns: int) -> Sequence[Output]: ...

    def closed(self, link: str) -> None: ...

    def tick(self, at_ns: int) -> Sequence[Output]: ...


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
    def tick(self, at_ns: int) -> Sequence[Output]: ...

    @abstractmethod
    def hear(self, reply: Reply) -> Sequence[Output]:
        """What a reply says."""
