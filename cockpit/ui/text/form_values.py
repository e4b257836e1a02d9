"""Values of a form as a trader reads and types them: dollars, per cent, yes and no.

A calculator takes fractions and flags; the screen never shows `0.0005` or `true`. What stands here
can be typed back as it is.
"""

from typing import TYPE_CHECKING, Any

from cockpit.core.typed import parse_number

if TYPE_CHECKING:
    from cockpit.calculators.common.form import FormField

UNITS = {
    "usd": "$", "usd/h": "$/h", "usd/√min": "$ a √min", "base": "", "base/√min": "a √min",
    "frac": "", "1/usd": "per $", "usd min/base²": "$·min/coin²", "usd/base²": "$/coin²",
}  # fmt: skip
"""Units as they stand behind a value; per cent and dollars are in the value itself."""
_DIGITS = 4
_FLAGS = {"true": "yes", "false": "no"}


def unit_of(field: "FormField") -> str:
    """What stands behind a value of the field, where the value does not say it itself."""
    return "" if field.unit == "usd" else UNITS.get(field.unit, field.unit)


def said(field: "FormField", text: str) -> str:
    """A typed or prefilled text as it is shown; what cannot be read stays as it was typed."""
    if field.kind == "flag":
        return _FLAGS.get(text.strip().lower(), text)
    if field.kind == "choice":
        return field.words.get(text, text)
    if field.kind not in ("number", "whole", "table"):
        return text
    try:
        value = parse_number(text, field.number_unit)
    except ValueError:
        return text
    return number(field, value)


def number(field: "FormField", value: float) -> str:
    """`$100,000`, `5%`, `0.0039%`, `24`: short, and without an exponent."""
    if field.unit == "frac":
        return f"{plain(float(f'{value * 100:.{_DIGITS}g}'))}%".replace("-", "−")
    if field.unit == "usd":
        digits = plain(abs(value))
        whole, dot, rest = digits.partition(".")
        return f"{'−' if value < 0 else ''}${int(whole):,}{dot}{rest}"
    return plain(value).replace("-", "−")


def default(field: "FormField") -> str:
    """The field's default as it is shown; empty where it has none."""
    value = field.default
    if value in (None, (), {}, ""):
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(field, value)
    return said(field, plain(value))


def typed(field: "FormField", value: Any) -> str:
    """A value as it would be typed into the field: `5%`, `yes`, `100000`."""
    if field.unit == "frac" and isinstance(value, float):
        return f"{plain(float(f'{value * 100:.12g}'))}%"
    if field.kind in ("flag", "choice"):
        return said(field, plain(value))
    return plain(value)


def plain(value: Any) -> str:
    """A value in digits, without an exponent; the parts of a list with commas between them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = f"{value:.12g}"
        return f"{value:.12f}".rstrip("0").rstrip(".") if "e" in text else text
    if isinstance(value, tuple | list):
        return ",".join(map(plain, value))
    return str(value)
