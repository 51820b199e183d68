"""Line and bar charts as SVG text, drawn here so that a report is one file without scripts. Knows nothing of runs.

Every text is escaped. Axes run from 0 to 1, as all that is plotted are shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

Point = tuple[float, float]
_WIDTH, _HEIGHT = 520, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 16, 34, 44
_COLOURS = ("#3b6fb6", "#c8553d", "#4c956c", "#8d6a9f")


def lines(title: str, series: Mapping[str, Sequence[Point]], x_label: str, y_label: str, x_max: float = 1.0) -> str:
    """A chart of one line for each name; x from 0 to `x_max`, y from 0 to 1."""
    parts = [_frame(title, x_label, y_label)]
    parts += [_text(_x(x_max * step / 4, x_max), _HEIGHT - 26, f"{x_max * step / 4:g}") for step in range(5)]
    for number, (name, points) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(f"{_x(x, x_max):.1f},{_y(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{_x(x, x_max):.1f}" cy="{_y(y):.1f}" r="2.5" fill="{colour}"/>' for x, y in points]
        parts.append(_legend(number, name, colour))
    return _svg(title, parts)


def bars(title: str, heights: Mapping[str, tuple[float, float, float]], y_label: str) -> str:
    """A chart of one bar for each name: (value, low, high), the last two drawn as a whisker."""
    parts = [_frame(title, "", y_label)]
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(heights))
    for number, (name, (value, low, high)) in enumerate(heights.items()):
        middle = _LEFT + step * (number + 0.5)
        parts.append(
            f'<rect x="{middle - step * 0.3:.1f}" y="{_y(value):.1f}" width="{step * 0.6:.1f}" '
            f'height="{_y(0) - _y(value):.1f}" fill="{_COLOURS[0]}"/>'
        )
        parts.append(f'<path d="M{middle:.1f} {_y(low):.1f}V{_y(high):.1f}" stroke="#222" stroke-width="1.5"/>')
        parts.append(_text(middle, _HEIGHT - 26, name, size=10))
        parts.append(_text(middle, _y(0) - 5, f"{value:.2f}", size=10, colour="#fff" if value > 0.08 else "#222"))
    return _svg(title, parts)


def _x(value: float, largest: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * value / largest


def _y(value: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value


def _frame(title: str, x_label: str, y_label: str) -> str:
    """Title, labels, and a grid line with its number at each quarter of the height."""
    grid = "".join(
        f'<path d="M{_LEFT} {_y(y):.1f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>' + _text(_LEFT - 16, _y(y) + 4, f"{y:g}")
        for y in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    turned = f'<g transform="rotate(-90 12 {_y(0.5):.1f})">{_text(12, _y(0.5) + 4, y_label)}</g>'
    return grid + _text(middle, 18, title, size=14) + _text(middle, _HEIGHT - 8, x_label) + turned


def _legend(number: int, name: str, colour: str) -> str:
    y = _TOP + 14 + 16 * number
    return f'<rect x="{_WIDTH - 128}" y="{y - 9}" width="10" height="10" fill="{colour}"/>' + _text(
        _WIDTH - 112, y, name, anchor="start"
    )


def _text(x: float, y: float, text: str, *, size: int = 11, anchor: str = "middle", colour: str = "#222") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, sans-serif">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )
