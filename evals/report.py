"""A run, or two beside each other, as text."""

from __future__ import annotations

from evals.figures import Figures, by, figures, parity
from evals.runner import Run
from evals.scoring import Score


def report(run: Run, fails: bool = False) -> str:
    """Figures by category, the frozen part apart, and parity of the languages."""
    scores = list(run.scores)
    lines = [f"{', '.join(run.sets)} · {run.model} · {run.data_version} · {len(scores)} questions", ""]
    lines.append(
        f"{'category':<16}{'right':>9}{'execution':>11}{'wrong+sure':>12}{'clarify':>9}{'refused':>9}"
        f"{'error':>7}{'p50 ms':>8}{'p95 ms':>8}"
    )
    for category, group in by(scores, lambda score: score.category).items():
        lines.append(_line(category, group))
    lines.append(_line("all", scores))
    lines.append("")
    parts = {"all": scores, "frozen": [s for s in scores if s.frozen], "the others": [s for s in scores if not s.frozen]}
    for name, group in parts.items():
        if group:
            lines += _summary(name, figures(group))
    pairs = parity(scores)
    if pairs.pairs:
        lines.append(f"zh/en pairs {pairs.pairs}: zh {pairs.zh}, en {pairs.en}, agree {pairs.agree}")
    if fails:
        lines += ["", "not right"]
        lines += [f"  {s.id:<22}{s.verdict:<22}{s.why}" for s in scores if s.verdict != "right"]
    return "\n".join(lines)


def _line(name: str, scores: list[Score]) -> str:
    f = figures(scores)
    execution = f"{f.execution.value:.1%}" if f.execution.count else "–"
    clarified = sum(score.status == "clarify" for score in scores)
    refused = sum(score.status == "refused" for score in scores)
    return (
        f"{name:<16}{f.all_right.hits:>4}/{f.items:<4}{execution:>11}{f.wrong_but_confident.hits:>12}{clarified:>9}{refused:>9}"
        f"{f.errors:>7}{f.median_ms:>8.0f}{f.p95_ms:>8.0f}"
    )


def _summary(name: str, f: Figures) -> list[str]:
    return [
        f"{name}: execution accuracy {f.execution}; all right {f.all_right}",
        f"  wrong but confident {f.wrong_but_confident}",
        f"  refusal precision {f.refusal_precision}, recall {f.refusal_recall}",
        f"  needless clarify {f.needless_clarify}, needless refusal {f.needless_refusal}; errors {f.errors}",
        f"  median {f.median_ms:.0f} ms, p95 {f.p95_ms:.0f} ms, planning and compiling {f.median_planning_ms:.1f} ms",
    ]


def compare(before: Run, after: Run) -> str:
    """Which questions changed between two runs, and how the figures moved."""
    old, new = {s.id: s for s in before.scores}, {s.id: s for s in after.scores}
    shared = [name for name in new if name in old]
    gained = [name for name in shared if old[name].verdict != "right" and new[name].verdict == "right"]
    lost = [name for name in shared if old[name].verdict == "right" and new[name].verdict != "right"]
    lines = [f"{len(shared)} questions in both; {len(gained)} now right, {len(lost)} no longer right"]
    for title, run in (("before", before), ("after", after)):
        kept = [score for score in run.scores if score.id in old and score.id in new]
        lines += _summary(title, figures(kept))
    lines += [f"  + {name}: {old[name].verdict}" for name in gained]
    lines += [f"  - {name}: {new[name].verdict} ({new[name].why})" for name in lost]
    only_old, only_new = len(old) - len(shared), len(new) - len(shared)
    if only_old or only_new:
        lines.append(f"only before: {only_old}, only after: {only_new}")
    return "\n".join(lines)
