"""What a figure rests on that nobody has stated, as a value; its sentence is made here alone."""

import msgspec


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was taken on trust, and where to say otherwise.

    `field` names what would replace it: a field of the calculator's form, of a table the row of
    `place`; empty where nothing does. `place` is the venue, market or pair that it is about.
    `value` is the number in the field's unit, `figure` how it is written if not in six digits.
    `what` and `why` are words for people around it.
    """

    field: str = ""
    place: str = ""
    what: str = ""
    value: float | None = None
    figure: str = ""
    why: str = ""

    @property
    def number(self) -> str:
        """The figure as it is written; empty without one."""
        return self.figure or ("" if self.value is None else f"{self.value:g}")

    @property
    def sentence(self) -> str:
        """`SUBJECT: WHAT FIGURE, WHY`, of each what there is."""
        subject = self.place or self.field
        said = " ".join(filter(None, (self.what, self.number)))
        said = ", ".join(filter(None, (said, self.why)))
        return f"{subject}: {said}" if subject else said
