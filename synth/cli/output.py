"""What commands say: progress on stderr, then a few lines for people or JSON for programs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from synth.outline import shown
from synth.records import Idea, IdeaStatus
from synth.settings import Progress, Stage

if TYPE_CHECKING:
    from synth.pipeline import BuildReport, ImportReport, ProposalReport
    from synth.store import Discussion, Store

MAX_PROBLEMS = 10
MOST_GROWN = 5
"""Ideas that grew which are named."""


def say_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def import_facts(report: ImportReport) -> dict[str, Any]:
    return {
        "added": report.n_added,
        "updated": report.n_updated,
        "unchanged": report.n_unchanged,
        "threads": report.n_threads,
        "reply_evidence": dict(report.evidence),
        "files": [
            {
                "name": file.name,
                "format": file.format,
                "added": file.n_added,
                "updated": file.n_updated,
                "unchanged": file.n_unchanged,
                "problems": len(file.problems),
            }
            for file in report.files
        ],
        "problems": [str(problem) for problem in report.all_problems],
    }


def tell_import(report: ImportReport, *, dry_run: bool = False) -> None:
    word = "Would import" if dry_run else "Imported"
    click.echo(
        f"{word} {report.n_added} new messages, {report.n_updated} updated, "
        f"{report.n_unchanged} unchanged, in {report.n_threads} threads, "
        f"from {len(report.files)} file(s)."
    )
    if dry_run:
        for file in report.files:
            click.echo(
                f"  {file.name}: {file.format}, {file.n_added} new, {file.n_updated} updated, "
                f"{file.n_unchanged} unchanged, {len(file.problems)} problems"
            )
    tell_problems(report)


def tell_problems(report: ImportReport) -> None:
    problems = report.all_problems
    for problem in problems[:MAX_PROBLEMS]:
        click.echo(f"  problem: {problem}", err=True)
    if len(problems) > MAX_PROBLEMS:
        rest = len(problems) - MAX_PROBLEMS
        click.echo(f"  and {rest} more problems; `synth info --problems` lists them", err=True)


def build_facts(report: BuildReport) -> dict[str, Any]:
    return {
        "run_id": report.run_id,
        "is_unchanged": report.is_unchanged,
        "passages": report.n_passages,
        "ideas": report.n_ideas,
        "top_ideas": report.n_top,
        "not_about": report.n_not_about,
        "share_placed": round(report.share_placed, 4),
        "suggestions": report.n_suggestions,
        "lineage": dict(report.lineage),
        "growth": None if report.growth is None else dict(report.growth),
        "why_whole": report.why_whole,
        "cut_off": list(report.cut_off),
        "timings": {name: round(seconds, 3) for name, seconds in report.timings.items()},
    }


def tell_build(report: BuildReport, titles: Mapping[int, str]) -> None:
    """``titles``: idea id → title, of the map as it is now."""
    for name in report.cut_off:
        click.echo(
            f"{name}: an earlier import of it was cut off and only a part is here; "
            "import it again to bring in the rest",
            err=True,
        )
    if report.is_unchanged:
        click.echo("Nothing has changed since the last build; the map stays as it is.")
        return
    if report.growth is not None:
        click.echo(_growth_told(report.growth, titles))
        return
    if report.why_whole:
        click.echo(f"The map was built afresh: {report.why_whole}.", err=True)
    click.echo(_found_told(report))
    if report.lineage.get("kept"):
        told = ", ".join(f"{n} {fate}" for fate, n in report.lineage.items() if n)
        click.echo(f"Since the last build: {told}.")


def _found_told(report: BuildReport) -> str:
    """``Found 9 ideas (4 at the top) in 80 passages; 97% are placed, …; 3 more are not about …``"""
    n_aside = report.n_not_about
    n_about = report.n_passages - n_aside
    if n_aside and not n_about:
        return f"Found no idea: of {_counted(n_aside, 'passage')} none is about the question."
    told = (
        f"Found {_counted(report.n_ideas, 'idea')} ({report.n_top} at the top) in "
        f"{_counted(n_about, 'passage')}; {report.share_placed:.0%} are placed, the rest is listed "
        "as unplaced"
    )
    if n_aside:
        told += f"; {n_aside} more {'is' if n_aside == 1 else 'are'} not about the question"
    return f"{told}."


def llm_facts(report: ProposalReport | None) -> dict[str, Any]:
    """Nothing where no language model was named."""
    return {} if report is None else {"llm": asdict(report)}


def warn_of_llm(report: ProposalReport | None) -> None:
    """One line on stderr where answers are missing."""
    if report is not None and report.trouble:
        n = f"{report.n_failed} ideas keep" if report.n_failed else "the ideas keep"
        click.echo(f"synth: LLM: {report.trouble}; {n} the titles they have", err=True)


def tell_llm(report: ProposalReport | None) -> None:
    if report is None or not report.model:
        return
    click.echo(
        f"Asked {report.model} about {report.n_asked} ideas, {report.n_reused} answers were known: "
        f"{report.n_accepted} titles accepted, {report.n_refused} refused."
    )
    for reason, n in sorted(report.refusals.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"  refused {n}: {reason}")


def _growth_told(growth: Mapping[str, Any], titles: Mapping[int, str]) -> str:
    """``12 new messages: 30 passages placed, 2 unplaced; ideas that grew: Night buses (+5).``"""
    if not growth["n_new"] and not growth["n_edited"]:
        return "Nothing new was said since the last build; the map stays as it is."
    parts = [f"{growth['n_placed']} passages placed, {growth['n_unplaced']} unplaced"]
    if n_aside := growth.get("n_not_about"):
        parts[0] += f", {n_aside} not about the question"
    born, grew = growth["born"], growth["grew"]
    if born:
        told = ", ".join(titles[i] for i in born if i in titles)
        parts.append(f"{_n(len(born), 'new idea')}: {told}")
    if grew:
        told = ", ".join(f"{titles[i]} (+{n})" for i, n in grew[:MOST_GROWN] if i in titles)
        more = f" and {len(grew) - MOST_GROWN} more" if len(grew) > MOST_GROWN else ""
        parts.append(f"ideas that grew: {told}{more}")
    edited = f" and {growth['n_edited']} edited" if growth["n_edited"] else ""
    return f"{_n(growth['n_new'], 'new message', but=edited)}: {'; '.join(parts)}."


def _n(n: int, noun: str, *, but: str = "") -> str:
    kind, _, what = noun.partition(" ")
    return f"{n} {kind}{but} {what}{'' if n == 1 and not but else 's'}"


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def titles_of(store: Store, discussion: Discussion) -> dict[int, str]:
    return {idea.id: idea.title for idea in store.ideas.outline(discussion.id)}


def tell_outline(store: Store, discussion: Discussion, *, depth: int = 2, most: int = 40) -> None:
    """The ideas that are not hidden as an indented list, with messages and voices."""
    ideas = [idea for idea in shown(store.ideas.outline(discussion.id)) if idea.level <= depth]
    click.echo(f"\n{discussion.title}")
    for idea in ideas[:most]:
        indent = "  " * idea.level
        by = ", title by an LLM" if idea.title_by else ""
        size = f"{_counted(idea.n_messages, 'message')}, {_counted(idea.n_authors, 'voice')}"
        click.echo(f"{indent}{idea.title}  ({size}{_standing(idea)}{by})")
    if len(ideas) > most:
        click.echo(f"  … and {len(ideas) - most} more")


def _standing(idea: Idea) -> str:
    if idea.status is IdeaStatus.CONFIRMED:
        return ", confirmed"
    return ", tentative" if idea.is_tentative else ""


class _Bars:
    """Stage, count, rate and time left (tqdm)."""

    @contextmanager
    def stage(self, name: str, *, total: int | None, unit: str) -> Iterator[Stage]:
        from tqdm import tqdm

        with tqdm(
            total=total, desc=name, unit=f" {unit}", file=sys.stderr, dynamic_ncols=True
        ) as bar:
            yield _Bar(bar.update)


class _Bar:
    def __init__(self, update: Callable[[int], object]) -> None:
        self._update = update

    def advance(self, n: int = 1) -> None:
        self._update(n)


class _Lines:
    """For logs: what was done, how much of it, and how long it took."""

    @contextmanager
    def stage(self, name: str, *, total: int | None, unit: str) -> Iterator[Stage]:
        count = _Count()
        begun = time.monotonic()
        yield count
        seconds = time.monotonic() - begun
        click.echo(f"{name}: {count.n or total or 0} {unit} in {seconds:.1f} s", err=True)


class _Count:
    def __init__(self) -> None:
        self.n = 0

    def advance(self, n: int = 1) -> None:
        self.n += n


def progress_on_stderr() -> Progress:
    """A bar in a terminal, one line a stage elsewhere."""
    return _Bars() if sys.stderr.isatty() else _Lines()
