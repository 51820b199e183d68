"""A run as one self-contained HTML page: plots, the table by kind, every question. Knows nothing of how it was made.

No script, no link, no font from elsewhere; every text of a run is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from evals.bootstrap import interval
from evals.plots import bars, lines
from evals.records import Record, Run, values
from evals.run import METHODS
from evals.scoring import CUTS
from evals.table import COLUMNS, by_kind, cell, summary, summary_line, why_failed, worst

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; font-size: 13px }
td, th { border: 1px solid #ddd; padding: 4px 8px; text-align: left }
th { background: #f4f4f4 } .plots { display: flex; flex-wrap: wrap; gap: 1rem } .wrong { background: #fdf0ed }
.scroll { overflow-x: auto } svg { max-width: 100% }
"""


def html(run: Run) -> str:
    """The page."""
    settings = "; ".join(f"{name} = {value}" for name, value in run.settings.items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(run.name)}</title><style>{_STYLE}</style></head><body>
<h1>{escape(run.name)}</h1>
<p>{escape(run.created)} on {escape(run.machine)}. {escape(settings)}</p>
<p>{escape(summary_line(run))}</p>
<div class="plots">{correct_by_kind(run)}{risk_coverage_plot(run)}{recall_by_method(run)}</div>
<h2>By kind: mean [95% bootstrap interval]</h2>
<div class="scroll">{_kinds(run.records)}</div>
<h2>Worst cases</h2>
{_cases(worst(run.records))}
<h2>Every question</h2>
{_cases(run.records)}
</body></html>
"""


def correct_by_kind(run: Run) -> str:
    """Bars: the share correct of each kind, with its bootstrap interval."""
    means = {kind: values(records, "correct") for kind, records in by_kind(run.records).items()}
    heights = {kind: interval(found) for kind, found in means.items() if found}
    return bars("Correct, by kind", {kind: (one.mean, one.low, one.high) for kind, one in heights.items()}, "share")


def risk_coverage_plot(run: Run) -> str:
    """Line: the share of wrong answers against the share of questions answered, the surest first."""
    points = [(point.coverage, point.risk) for point in summary(run.records).curve]
    return lines(
        "Risk and coverage", {"answers given": points}, "share of questions answered", "share of answers wrong"
    )


def recall_by_method(run: Run) -> str:
    """Lines: recall@k of each ranking."""
    series: dict[str, list[tuple[float, float]]] = {}
    for method in METHODS:
        columns = [(k, values(run.records, f"{method}.recall@{k}")) for k in CUTS]
        series[method] = [(float(k), sum(found) / len(found)) for k, found in columns if found]
    return lines("Recall@k by ranking", series, "k", "share of needed evidence", x_max=6)


def _kinds(records: Sequence[Record]) -> str:
    groups = by_kind(records)
    head = "".join(f"<th>{escape(kind)} ({len(members)})</th>" for kind, members in groups.items())
    rows = ""
    for metric in (*COLUMNS, "correct", "em", "precision@5", "verbatim", "words", "term_f1"):
        cells = "".join(f"<td>{cell(members, metric)}</td>" for members in groups.values())
        rows += f"<tr><th>{escape(metric)}</th>{cells}</tr>"
    return f"<table><tr><th></th>{head}</tr>{rows}</table>"


def _cases(records: Sequence[Record]) -> str:
    headings = ("id", "question", "expected", "answered", "cited", "retrieved", "why it failed")
    rows = "".join(_case(record) for record in records)
    return f"<table><tr>{''.join(f'<th>{heading}</th>' for heading in headings)}</tr>{rows}</table>"


def _case(record: Record) -> str:
    wrong = record.scores.get("correct", 1.0) < 1.0
    searched = f" (searched as: {record.standalone})" if record.standalone not in {"", record.question} else ""
    answer = f"{record.confidence:.2f} {'refused: ' if record.abstained else ''}{record.text}"
    retrieved = " | ".join(f"{'✓ ' if seen.pieces else ''}{seen.text}" for seen in record.retrieved)
    cells = (
        record.id,
        record.question + searched,
        record.expected,
        answer,
        " | ".join(record.quotes),
        retrieved,
        why_failed(record) if wrong else "",
    )
    return f'<tr class="{"wrong" if wrong else ""}">{"".join(f"<td>{escape(text)}</td>" for text in cells)}</tr>'
