"""The main job in one go: import, build, export; and the same with the sample threads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from models import ChatServer
from synth.errors import InputProblem, StoreProblem
from synth.importers import ReadOptions, read
from synth.masks import Masking
from synth.pipeline.build import BuildReport, build
from synth.pipeline.importing import ImportReport, import_files, require_messages
from synth.pipeline.language_model import ProposalReport, propose_titles
from synth.records import Problem
from synth.settings import QUIET, Progress, Settings
from synth.store import Discussion, Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What came of the main job."""

    discussion: Discussion
    imported: ImportReport
    built: BuildReport
    paths: tuple[Path, ...]
    proposed: ProposalReport | None = None
    """None where no language model was named."""


def run(  # noqa: PLR0913 - the public interface
    inputs: Sequence[str | Path],
    *,
    db: str | Path,
    out: str | Path | None = None,
    settings: Settings | None = None,
    discussion: str | None = None,
    format: str | None = None,  # noqa: A002 - the word of the command line
    columns: Mapping[str, str] | None = None,
    names: bool = False,
    masking: Masking | None = None,
    llm: ChatServer | None = None,
    progress: Progress = QUIET,
) -> RunReport:
    """Import ``inputs`` into the file ``db``, build the map and write results to ``out``.

    ``names`` writes real names instead of pseudonyms. ``masking``: what is masked in the texts of
    the discussion from now on; None leaves that as it is. ``llm``: where titles and summaries are
    asked for; by default nowhere. Raises InputProblem when nothing could
    be read, StoreProblem when the file or the discussion cannot be used.
    """
    settings = settings or Settings()
    if not Path(db).exists():
        require_readable(inputs, format=format, columns=columns)
    with open_store(db) as store:
        with discussion_for(store, discussion, inputs) as chosen:
            if masking is not None:
                store.discussions.set_masking(chosen.id, masking, actor="person")
            imported = import_files(
                store, chosen.id, inputs, format=format, columns=columns, progress=progress
            )
        require_messages(imported, inputs)
        built = build(store, chosen.id, settings, progress=progress)
        proposed = propose_titles(store, chosen.id, llm, progress=progress) if llm else None
        paths = () if out is None else write_results(store, chosen.id, Path(out), names=names)
        return RunReport(
            discussion=store.discussions.named(chosen.slug),
            imported=imported,
            built=built,
            paths=paths,
            proposed=proposed,
        )


def require_readable(
    inputs: Sequence[str | Path],
    *,
    format: str | None = None,  # noqa: A002 - the word of the command line
    columns: Mapping[str, str] | None = None,
) -> None:
    """Raise InputProblem, with the first trouble found, when ``inputs`` hold no message at all.

    Asked before a discussion file is made, so that a misspelt path leaves none behind. Stops
    at the first message.
    """
    problems: list[Problem] = []
    for found in read(inputs, format=format, options=ReadOptions(columns=dict(columns or {}))):
        for record in [found] if isinstance(found, Problem) else found.records:
            if not isinstance(record, Problem):
                return
            problems.append(record)
    nothing = ImportReport(files=(), problems=tuple(problems), n_threads=0, evidence={})
    require_messages(nothing, inputs)


@contextmanager
def discussion_for(
    store: Store, name: str | None, inputs: Sequence[str | Path]
) -> Iterator[Discussion]:
    """The discussion that ``inputs`` belong to (see ``choose_discussion``), to import them into.

    One opened for them is taken back when it holds no message in the end: a misspelt path
    leaves nothing behind that the next import would have to choose from. Raises StoreProblem for
    one that is only read.
    """
    there = {found.id for found in store.discussions.all()}
    chosen = choose_discussion(store, name, inputs)
    require_open(chosen)
    try:
        yield chosen
    finally:
        if chosen.id not in there:
            store.discussions.discard_empty(chosen.id)


def require_open(discussion: Discussion) -> None:
    """Raise StoreProblem where a discussion is archived, or going to be deleted."""
    if discussion.is_read_only:
        is_going = discussion.goes_at is not None
        what, remedy = ("going to be deleted", "keep") if is_going else ("archived", "unarchive")
        raise StoreProblem(
            f"{discussion.slug} is {what}: it is read, and not changed; "
            f"`synth discussion {remedy}` takes that back"
        )


def choose_discussion(
    store: Store, name: str | None, inputs: Sequence[str | Path] = ()
) -> Discussion:
    """The discussion called ``name``; else the only one there is; else one for ``inputs``.

    A name that is not there yet opens a new discussion when there are inputs.
    Raises StoreProblem when the choice is open.
    """
    there = store.discussions.all()
    if name is not None:
        found = store.discussions.find(name)
        if found is None and inputs:
            return store.discussions.add(name)
        return found or store.discussions.named(name)
    if len(there) == 1:
        return there[0]
    if there:
        slugs = ", ".join(d.slug for d in there)
        raise StoreProblem(f"{store.path} holds several discussions; say --discussion: {slugs}")
    if not inputs:
        raise StoreProblem(
            f"{store.path} holds no discussion yet; bring one in with `synth import`"
        )
    return store.discussions.add(title_of(inputs[0]))


def title_of(path: str | Path) -> str:
    """``exports/town_hall.csv.gz`` → ``town hall``; a glob is called after its folder."""
    name = Path(path).resolve().name
    if set(name) & set("*?["):
        name = Path(path).resolve().parent.name
    stem = name.split(".")[0] or name
    return stem.replace("_", " ").strip() or "discussion"


def write_results(store: Store, discussion_id: int, out: Path, *, names: bool) -> tuple[Path, ...]:
    """Write the CSV tables, ``run.json`` and ``report.html`` into ``out``."""
    from synth.export import write_report, write_tables

    shown = store.participants.names(discussion_id) if names else None
    tables = write_tables(store, discussion_id, out, names=shown)
    report = write_report(store, discussion_id, out / "report.html", names=shown)
    return (*tables, report)


SAMPLES = {
    "riverside_market.mbox": "Riverside market",
    "velo_ecole.csv": "À l’école sans voiture",
    "energy_coop": "Energy in our co-operative",
    "library_team.slack.zip": "La bibliothèque / The library",
    "fete_du_lac.chat.txt": "La fête du lac",
}
"""File in ``sample_threads`` → title of its discussion."""


def demo_db() -> Path:
    """Where the demo keeps its discussions: the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "discussion-synth"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "demo.db"


def sample_path(name: str) -> Path:
    """A sample on disk. Raises InputProblem where the samples were not installed."""
    path = Path(str(files("sample_threads"))) / name
    if not path.exists():
        raise InputProblem(str(path), "is missing", remedy="reinstall discussion-synth")
    return path


def run_demo(
    store: Store, settings: Settings, *, progress: Progress = QUIET
) -> Iterator[Discussion]:
    """Import and build each sample discussion; yields it when its map is there."""
    for name, title in SAMPLES.items():
        found = store.discussions.find(title) or store.discussions.add(title)
        import_files(store, found.id, [sample_path(name)], progress=progress)
        build(store, found.id, settings, progress=progress)
        yield store.discussions.named(found.slug)
