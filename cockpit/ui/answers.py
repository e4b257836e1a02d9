"""What became of what the trader asked for, each answer told once."""

from collections.abc import Sequence

from cockpit.desk.contract import Notice


class Answers:
    """Fed with the desk's notices, newest last, again and again."""

    def __init__(self) -> None:
        self._last: Notice | None = None

    def new(self, notices: Sequence[Notice]) -> list[Notice]:
        """The answers since the last time."""
        answers: list[Notice] = []
        for notice in reversed(notices):
            if notice is self._last:
                break
            if notice.is_answer:
                answers.append(notice)
        if notices:
            self._last = notices[-1]
        return answers[::-1]
