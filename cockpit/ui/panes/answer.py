"""A calculator's verdict as lines: large where there is room, one line where there is little."""

from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.input_names import in_labels
from cockpit.ui.readings.answers import Answer, answer_of
from cockpit.ui.text import format as fmt
from cockpit.ui.text.large import HEIGHT, large
from cockpit.ui.text.styled import Line, clean, fit, longest, width_of, wrap
from cockpit.ui.theme.capabilities import GlyphSet

_LARGE_FROM = (84, 18)
"""Width and height of the inside of a pane in which a figure may be large."""


def faded(lines: list[Line]) -> list[Line]:
    """An answer that stands while its inputs make no sense: dim."""
    return [[(text, "dim") for text, _ in line] for line in lines]


def pinned(form: Form, inner: int) -> list[Line]:
    """The verdict in one line; nothing before there is one."""
    if form.kept_as:
        return [longest(inner, [(" ▸ ", "dim"), (in_labels(form.verdict, form.name), "title")])]
    answer = answer_of(form)
    if answer is None:
        return []
    role = "dim" if form.is_outdated else "title"
    headline = in_labels(answer.headline, form.name)
    line = longest(inner, [(" ▸ ", answer.role), (headline, role)])
    return [line]


def verdict_lines(form: Form, glyphs: GlyphSet, inner: int, room: int) -> list[Line]:
    """The answer's figure and its sentence, dim while the inputs make no sense."""
    answer = answer_of(form)
    if answer is None:
        return []
    figure = None
    if inner >= _LARGE_FROM[0] and room >= _LARGE_FROM[1]:
        figure = large(answer.figure, "dim" if form.is_outdated else answer.role, glyphs)
    sentence = in_labels(answer.sentence, form.name)
    role = "dim" if form.is_outdated else "title"
    if figure is None:
        return [[(f" {part}", role)] for part in wrap(sentence, inner - 2)]
    return _beside(answer, figure, sentence, role, inner)


def _beside(answer: Answer, figure: list[Line], sentence: str, role: str, inner: int) -> list[Line]:
    """The large figure with its caption, and the sentence at its right."""
    size = max(width_of(figure[0]), len(answer.caption)) + 4
    parts = wrap(sentence, inner - size - 3)
    left = [*figure, [(answer.caption, "dim")]]
    height = max(len(left), len(parts))
    first = max(0, (HEIGHT - len(parts)) // 2)
    lines: list[Line] = [[]]
    for y in range(height):
        span = left[y] if y < len(left) else []
        line: Line = [("  ", "text"), *span, (" " * (size - width_of(span)), "text")]
        if 0 <= y - first < len(parts):
            line.append((parts[y - first], role))
        lines.append(line)
    return lines


def figure_lines(form: Form, inner: int) -> list[Line]:
    """The figures behind the verdict side by side; a long one has a line of its own."""
    answer = answer_of(form)
    if answer is None or not answer.figures:
        return []
    label = max(len(name) for name, _ in answer.figures) + 2
    value = max((len(text) for _, text in answer.figures if len(text) <= 24), default=8)
    size = label + value + 3
    columns = max(1, min(3, (inner - 1) // size))
    short = [(name, text) for name, text in answer.figures if len(text) <= value]
    height = -(-len(short) // columns)
    lines: list[Line] = []
    for y in range(height):
        line: Line = [(" ", "dim")]
        for name, text in short[y::height]:
            role = "dim" if text.startswith(fmt.MISSING) else "number"
            line += [(fit(name, label), "dim"), (fit(text, value + 3), role)]
        lines.append(line)
    for name, text in answer.figures:
        if len(text) > value:
            parts = wrap(clean(text), max(8, inner - label - 2))
            lines += [
                [(f" {fit(name if i == 0 else '', label)}", "dim"), (part, "number")]
                for i, part in enumerate(parts)
            ]
    return lines
