"""Ask a language model for titles and summaries, where a person has named one.

Comes after a map is stored with its own titles, so that nothing depends on it: an answer that
cannot be used, or none at all, leaves the idea as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from threading import Event

from models import ChatProblem, ChatServer
from synth.pipeline.questioning import IdeaQuestion, idea_questions
from synth.settings import QUIET, Progress
from synth.store import Proposal, Store
from synth.titles import FIELDS, SYSTEM, Answer, Refused, checked, prompt_of, title_words

AT_ONCE = 2
"""Questions on their way at a time: more only wait in a small server's queue."""
MOST_FAILURES = 3
"""Questions in a row without any answer after which no more are sent."""

Came = str | ChatProblem
"""An answer, or why there is none."""


@dataclass(slots=True, kw_only=True)
class ProposalReport:
    """What came of asking; the same facts stand in the run's outcome under ``llm``.

    Counted up while the answers come in, and complete when :func:`propose_titles` returns it.
    """

    address: str
    model: str = ""
    n_asked: int = 0
    """Ideas about which the model was asked now."""
    n_reused: int = 0
    """Ideas about which it had answered earlier."""
    n_accepted: int = 0
    n_refused: int = 0
    n_failed: int = 0
    """Ideas about which it was asked, or would have been, and gave no answer."""
    trouble: str = ""
    """Why the first missing answer is missing, in one line."""
    refusals: dict[str, int] = field(default_factory=dict)
    """How often an answer was refused for what."""
    idea_ids: list[int] = field(default_factory=list)
    """The ideas that now bear a title by the model."""


def propose_titles(
    store: Store, discussion_id: int, server: ChatServer, *, progress: Progress = QUIET
) -> ProposalReport:
    """Ask ``server`` for a title and a summary of every idea that the machine named.

    The map must be built. Ideas that a person made or hid are left alone. A question that the
    model has answered before is not sent again. What the server does wrong is told in the
    report, never raised.
    """
    report = ProposalReport(address=server.address)
    run = store.runs.last(discussion_id)
    if run is None:
        return report
    try:
        report.model = server.find_model()
    except ChatProblem as problem:
        report.trouble = str(problem)
    else:
        work = _Round(store, discussion_id, run.id, server=server, report=report)
        work.go(idea_questions(store, discussion_id), progress)
    store.runs.put_in_outcome(run.id, "llm", asdict(report))
    return report


class _Round:
    """One round of questions about one map: sent, judged, kept and used."""

    def __init__(
        self,
        store: Store,
        discussion_id: int,
        run_id: int,
        *,
        server: ChatServer,
        report: ProposalReport,
    ) -> None:
        self._store, self._here, self._run_id = store, discussion_id, run_id
        self._server, self._report = server, report

    def go(self, asked: Mapping[int, IdeaQuestion], progress: Progress) -> None:
        languages = self._store.ideas.languages(self._here)
        titles = self._store.ideas.own_titles(self._here)
        words = {i: title_words(title, languages.get(i)) for i, title in titles.items()}
        prompts = {i: prompt_of(one.question) for i, one in asked.items()}
        with progress.stage("Ask the LLM", total=len(asked), unit="ideas") as stage:
            for idea_id, came in self._answers(prompts):
                others = {taken for other, taken in words.items() if other != idea_id}
                answer = self._judged(asked[idea_id], came, others)
                with self._store.atomic():
                    self._use(idea_id, prompts[idea_id], came, answer)
                if isinstance(answer, Answer):
                    words[idea_id] = title_words(answer.title, languages.get(idea_id))
                stage.advance()

    def _answers(self, prompts: Mapping[int, str]) -> Iterator[tuple[int, Came]]:
        """Idea ids and what came, in the given order; known answers are not asked for again."""
        known = self._store.proposals.answers(self._here, self._report.model)
        new = {i: prompt for i, prompt in prompts.items() if sent(prompt) not in known}
        coming = _ask_all(self._server, self._report.model, list(new.values()))
        for idea_id, prompt in prompts.items():
            if idea_id in new:
                self._report.n_asked += 1
                yield idea_id, next(coming)
            else:
                self._report.n_reused += 1
                yield idea_id, known[sent(prompt)]

    def _judged(
        self, asked: IdeaQuestion, came: Came, others: set[frozenset[str]]
    ) -> Answer | Refused | ChatProblem:
        if isinstance(came, ChatProblem):
            return came
        try:
            return checked(came, asked.question, taken=others, names=asked.names)
        except Refused as refused:
            return refused

    def _use(
        self, idea_id: int, prompt: str, came: Came, answer: Answer | Refused | ChatProblem
    ) -> None:
        """Keep what was asked and came, give the idea its title or its own back, and count."""
        report = self._report
        accepted = isinstance(answer, Answer)
        self._store.proposals.put(
            self._here,
            Proposal(
                idea_id=idea_id,
                run_id=self._run_id,
                model=report.model,
                address=report.address,
                prompt=sent(prompt),
                answer=came if isinstance(came, str) else None,
                refusal=None if accepted else str(answer),
            ),
        )
        match answer:
            case Answer(title, summary):
                # The last part of a path or of OWNER/NAME is what people know a model by.
                by = report.model.rsplit("/", 1)[-1]
                self._store.ideas.retitle(idea_id, title=title, summary=summary, by=by)
                report.n_accepted += 1
                report.idea_ids.append(idea_id)
            case Refused():
                self._store.ideas.take_title_back(idea_id)
                report.n_refused += 1
                report.refusals = dict(Counter(report.refusals) + Counter([str(answer)]))
            case ChatProblem():
                report.n_failed += 1
                report.trouble = report.trouble or str(answer)


def sent(prompt: str) -> str:
    """All that goes to the model about one idea, as it is kept."""
    return f"{SYSTEM}\n\n{prompt}"


def _ask_all(server: ChatServer, model: str, prompts: list[str]) -> Iterator[Came]:
    """What comes to each prompt, in order; after some failures in a row the rest is not sent."""
    is_over = Event()

    def ask(prompt: str) -> Came:
        if is_over.is_set():
            return ChatProblem(f"{server.address} had stopped answering; not asked")
        try:
            return server.ask(model=model, system=SYSTEM, user=prompt, fields=FIELDS)
        except ChatProblem as problem:
            return problem

    n_failures = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: list[Future[Came]] = [pool.submit(ask, prompt) for prompt in prompts]
        try:
            for future in waiting:
                came = future.result()
                n_failures = n_failures + 1 if isinstance(came, ChatProblem) else 0
                if n_failures >= MOST_FAILURES:
                    is_over.set()
                yield came
        finally:
            is_over.set()
            pool.shutdown(cancel_futures=True)
