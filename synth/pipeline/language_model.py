"""Ask a language model for titles and summaries, where a person has named one.

The map is stored with its own titles before, so nothing depends on the answers: an answer that
cannot be used, or none at all, leaves the idea as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from threading import Event

from models import ChatProblem, ChatServer
from synth.records import Idea, IdeaStatus, Origin
from synth.settings import QUIET, Progress
from synth.store import Proposal, Store
from synth.titles.language_model import (
    FIELDS,
    SYSTEM,
    Answer,
    Names,
    Question,
    Refused,
    checked,
    fit_to_send,
    ordinary_words,
    prompt_of,
    title_words,
)

N_BEST = 40
"""Best-fitting passages among which those to send are looked for, after the representatives."""
AT_ONCE = 2
"""Questions on their way at a time: more only wait in a small server's queue."""
MOST_FAILURES = 3
"""Questions in a row without any answer after which no more are sent."""

Reply = str | ChatProblem
"""What the model wrote, or why it wrote nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaQuestion:
    """A question about one idea, and the names that no answer may hold."""

    question: Question
    names: Names


def idea_questions(store: Store, discussion_id: int) -> dict[int, IdeaQuestion]:
    """Idea id → what is asked about it, in reading order.

    Left out are ideas that a person made, named, locked or hid, and those of which every passage
    names a participant.
    """
    reader = _Reader(store, discussion_id)
    found = {idea.id: reader.about(idea) for idea in reader.ideas if _is_machines(idea)}
    return {idea_id: asked for idea_id, asked in found.items() if asked.question.passages}


def _is_machines(idea: Idea) -> bool:
    is_named = Origin.PERSON in (idea.origin, idea.title_origin)
    is_open = idea.locked_by is None and idea.status is not IdeaStatus.HIDDEN
    return is_open and not is_named


class _Reader:
    """Reads once what all questions are made of."""

    def __init__(self, store: Store, discussion_id: int) -> None:
        self._store = store
        self.ideas = store.ideas.outline(discussion_id)
        self._titles = store.ideas.own_titles(discussion_id)
        self._languages = store.ideas.languages(discussion_id)
        self._representatives = store.ideas.representatives(discussion_id)
        people = list(store.participants.names(discussion_id).values())
        ordinary = ordinary_words(people, (m.text for m in store.messages.all(discussion_id)))
        self._names = {
            language: Names(people, language, ordinary=ordinary)
            for language in {None, *self._languages.values()}
        }

    def about(self, idea: Idea) -> IdeaQuestion:
        language = self._languages.get(idea.id)
        names = self._names[language]
        spoken = self._spoken(idea, self._representatives.get(idea.id, ()))
        others = [
            (other.parent_id, self._titles[other.id])
            for other in self.ideas
            if other.id != idea.id and not names.one_in(self._titles[other.id])
        ]
        question = Question(
            language=language,
            passages=fit_to_send(spoken, names=names),
            keyphrases=tuple(key for key in idea.keyphrases if not names.one_in(key)),
            beside=tuple(title for parent, title in others if parent == idea.parent_id),
            within=tuple(title for parent, title in others if parent == idea.id),
        )
        return IdeaQuestion(question=question, names=names)

    def _spoken(self, idea: Idea, first: Sequence[int]) -> list[tuple[str, str | None]]:
        """(text, author) of the representatives, then of the passages that fit best."""
        known = self._store.ideas.passages(first)
        best, _ = self._store.ideas.placements_under(idea.id, limit=N_BEST)
        placed = [*(known[i] for i in first if i in known), *best]
        messages = self._store.messages.many([p.message_id for p in placed])
        return [
            (messages[p.message_id].text[p.start : p.end], messages[p.message_id].author)
            for p in placed
        ]


@dataclass(slots=True, kw_only=True)
class ProposalReport:
    """The counts of one round of questions; they stand in the run's outcome under ``llm`` as well.

    They grow while replies come in, and are complete when :func:`propose_titles` returns.
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
        questions = idea_questions(store, discussion_id)
        _Round(
            store=store, discussion_id=discussion_id, run_id=run.id, server=server, report=report
        ).ask(questions, progress)
    store.runs.put_in_outcome(run.id, "llm", asdict(report))
    return report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One round of questions about one map: sent, judged, kept and used."""

    store: Store
    discussion_id: int
    run_id: int
    server: ChatServer
    report: ProposalReport

    def ask(self, questions: Mapping[int, IdeaQuestion], progress: Progress) -> None:
        languages = self.store.ideas.languages(self.discussion_id)
        titles = self.store.ideas.own_titles(self.discussion_id)
        words = {i: title_words(title, languages.get(i)) for i, title in titles.items()}
        prompts = {i: prompt_of(one.question) for i, one in questions.items()}
        with progress.stage("Ask the LLM", total=len(questions), unit="ideas") as stage:
            for idea_id, reply in self._replies(prompts):
                others = {taken for other, taken in words.items() if other != idea_id}
                answer = self._judged(questions[idea_id], reply, others)
                with self.store.atomic():
                    self._use(idea_id, prompts[idea_id], reply, answer)
                if isinstance(answer, Answer):
                    words[idea_id] = title_words(answer.title, languages.get(idea_id))
                stage.advance()

    def _replies(self, prompts: Mapping[int, str]) -> Iterator[tuple[int, Reply]]:
        """Idea ids and the replies, in the given order; no prompt is sent a second time."""
        known = self.store.proposals.answers(self.discussion_id, self.report.model)
        new = {i: prompt for i, prompt in prompts.items() if sent(prompt) not in known}
        replies = _ask_all(self.server, self.report.model, list(new.values()))
        for idea_id, prompt in prompts.items():
            if idea_id in new:
                self.report.n_asked += 1
                yield idea_id, next(replies)
            else:
                self.report.n_reused += 1
                yield idea_id, known[sent(prompt)]

    def _judged(
        self, asked: IdeaQuestion, reply: Reply, others: set[frozenset[str]]
    ) -> Answer | Refused | ChatProblem:
        if isinstance(reply, ChatProblem):
            return reply
        try:
            return checked(reply, asked.question, taken=others, names=asked.names)
        except Refused as refused:
            return refused

    def _use(
        self, idea_id: int, prompt: str, reply: Reply, answer: Answer | Refused | ChatProblem
    ) -> None:
        """Store prompt and reply, give the idea the new title or its own back, and count."""
        report = self.report
        accepted = isinstance(answer, Answer)
        self.store.proposals.put(
            self.discussion_id,
            Proposal(
                idea_id=idea_id,
                run_id=self.run_id,
                model=report.model,
                address=report.address,
                prompt=sent(prompt),
                answer=reply if isinstance(reply, str) else None,
                refusal=None if accepted else str(answer),
            ),
        )
        match answer:
            case Answer(title, summary):
                # The last part of a path or of OWNER/NAME is what people know a model by.
                by = report.model.rsplit("/", 1)[-1]
                self.store.ideas.retitle(idea_id, title=title, summary=summary, by=by)
                report.n_accepted += 1
                report.idea_ids.append(idea_id)
            case Refused():
                self.store.ideas.take_title_back(idea_id)
                report.n_refused += 1
                report.refusals = dict(Counter(report.refusals) + Counter([str(answer)]))
            case ChatProblem():
                report.n_failed += 1
                report.trouble = report.trouble or str(answer)


def sent(prompt: str) -> str:
    """All that goes to the model about one idea, as it is kept."""
    return f"{SYSTEM}\n\n{prompt}"


def _ask_all(server: ChatServer, model: str, prompts: list[str]) -> Iterator[Reply]:
    """The reply to each prompt, in order; after some failures in a row the rest is not sent."""
    is_over = Event()

    def ask(prompt: str) -> Reply:
        if is_over.is_set():
            return ChatProblem(f"{server.address} had stopped answering; not asked")
        try:
            return server.ask(model=model, system=SYSTEM, user=prompt, fields=FIELDS)
        except ChatProblem as problem:
            return problem

    n_failures = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: list[Future[Reply]] = [pool.submit(ask, prompt) for prompt in prompts]
        try:
            for future in waiting:
                reply = future.result()
                n_failures = n_failures + 1 if isinstance(reply, ChatProblem) else 0
                if n_failures >= MOST_FAILURES:
                    is_over.set()
                yield reply
        finally:
            is_over.set()
            pool.shutdown(cancel_futures=True)
