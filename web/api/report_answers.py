"""Answers that are computed: searches, points, news, overview, and why a passage is where it is."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from msgspec import Meta

from synth import records, store
from synth.analytics.alerts import Kind, Missing
from synth.analytics.explanation import Basis
from synth.analytics.participation import Band, Light
from synth.records import HiddenReason
from web.api.answers import (
    Answer,
    Author,
    Count,
    MaybeTime,
    Page,
    Passage,
    RowId,
    Share,
    Time,
    about,
)
from web.services import explanation, news, overview, point, quotes, search_results
from web.services.outline import Outline
from web.services.semantic_search import Trouble
from web.services.since import Since, StartPoint

Meaning = Annotated[
    Literal["read", "loading", "unreadable", "not asked"],
    about(
        "Whether meaning was looked at: while it is loading, and where its model cannot be read, "
        "words alone count."
    ),
]


class Piece(Answer):
    text: str
    is_found: Annotated[bool, about("Whether it was looked for.")]


class Found(Answer):
    """A message that was found."""

    message_id: RowId
    thread_id: RowId
    author: Author
    posted_at: MaybeTime
    language: str | None
    pieces: Annotated[list[Piece], about("The words that say why it was found.")]
    passage_id: Annotated[RowId | None, about("Where the words are one passage.")]
    idea_ids: Annotated[list[RowId], about("What they stand under.")]

    @classmethod
    def of_found(cls, found: search_results.FoundMessage) -> Self:
        return cls.of(
            found.message,
            found,
            message_id=found.message.id,
            pieces=[Piece(text=text, is_found=is_found) for text, is_found in found.pieces],
            idea_ids=[branch.idea.id for branch in found.ideas],
        )


class SearchPage(Page[Found]):
    meaning: Meaning


class CloseIdea(Answer):
    idea_id: RowId
    fit: Annotated[Share, about("Of its own passages, those farther from its middle.")]
    verdict: Literal["fits", "touches", "far"]


class Quote(Answer):
    passage_id: RowId | None
    message_id: RowId
    text: str
    author: Author
    posted_at: MaybeTime
    language: str | None
    idea_id: RowId | None

    @classmethod
    def of_quoted(cls, quoted: quotes.Quoted) -> Self:
        return cls.of(quoted, idea_id=None if quoted.idea is None else quoted.idea.idea.id)


class Place(Answer):
    """On the map, in the units of the layout."""

    x: float
    y: float


class Point(Answer):
    """Where a sentence stands."""

    meaning: Meaning
    nearness: Annotated[
        Literal["nobody", "some", "several"] | None,
        about(
            "several: others said it; nobody: nobody seems to have said it; both right in at "
            "least 19 of 20 cases where it was measured. some: these come closest, and whether "
            "they say the same cannot be told. null: the model knows words alone."
        ),
    ]
    ideas: Annotated[list[CloseIdea], about("The closest, nearest first.")]
    passages: Annotated[list[Quote], about("The nearest, each of another voice.")]
    place: Place | None

    @classmethod
    def of_point(cls, found: point.PointResult | None, trouble: Trouble) -> Self:
        if found is None:
            return cls(
                meaning=trouble or "not asked", nearness=None, ideas=[], passages=[], place=None
            )
        place, near = found.place, found.nearness
        return cls.of(
            found,
            meaning="read",
            nearness=None if near is None else near.name.lower(),
            ideas=[CloseIdea.of(one, idea_id=one.branch.idea.id) for one in found.ideas],
            passages=[Quote.of_quoted(quote) for quote in found.quotes],
            place=None if place is None else Place(x=place[0], y=place[1]),
        )


class IdeaNews(Answer):
    idea_id: RowId
    n_new: Annotated[Count, about("New messages.")]
    n_before: Annotated[Count, about("Messages that were there; 0 for a new idea.")]
    n_new_voices: Annotated[Count, about("Voices that had said nothing under it.")]


class Fate(Answer):
    """What became of an idea."""

    id: Annotated[RowId, about("Of an earlier map.")]
    title: Annotated[str, about("As it was called then.")]
    into: Annotated[list[RowId], about("What it lives on in.")]

    @classmethod
    def of_fate(cls, one: news.IdeaFate) -> Self:
        return cls.of(one.fate, id=one.fate.idea_id, into=[b.idea.id for b in one.into])


class Correction(Answer):
    at: Time
    verb: str
    idea_id: RowId | None


class News(Answer):
    """What is new since a moment."""

    point: Annotated[StartPoint, about("What is counted from.")]
    moment: Annotated[Time | None, about("When that was; null where there was no such thing.")]
    n_messages: Count
    n_voices: Annotated[Count, about("In these messages.")]
    n_new_voices: Annotated[Count, about("That had never spoken before.")]
    n_threads: Annotated[Count, about("With new messages.")]
    n_new_threads: Annotated[Count, about("That began.")]
    newest: Annotated[list[RowId], about("Messages, the newest first.")]
    ideas: Annotated[list[IdeaNews], about("Those of most new messages first.")]
    quiet: Annotated[list[RowId], about("Ideas spoken of in as long a time before, and not since.")]
    born: Annotated[list[RowId], about("Ideas that rebuilds found in messages that were there.")]
    split: list[Fate]
    merged: list[Fate]
    gone: list[Fate]
    corrections: Annotated[list[Correction], about("What people changed, the newest first.")]

    @classmethod
    def of_report(cls, since: Since, report: news.NewsReport | None) -> Self:
        if report is None:
            return cls.of(since, **_NO_NEWS)
        return cls.of(
            report.news,
            since,
            ideas=[IdeaNews.of(one.news) for one in (*report.new, *report.grown)],
            quiet=[branch.idea.id for branch in report.quiet],
            born=[branch.idea.id for branch in report.born],
            split=[Fate.of_fate(one) for one in report.split],
            merged=[Fate.of_fate(one) for one in report.merged],
            gone=[Fate.of_fate(one) for one in report.gone],
            corrections=[
                Correction.of(one, idea_id=None if one.branch is None else one.branch.idea.id)
                for one in report.corrections
            ],
        )


_NO_NEWS: dict[str, object] = {
    name: 0 if name.startswith("n_") else []
    for name in News.__struct_fields__
    if name not in {"point", "moment"}
}


class Participation(Answer):
    n_voices: Count
    n_messages: Annotated[Count, about("That say something.")]
    n_proactive: Annotated[Count, about("The fewest voices who wrote half of the messages.")]
    n_reactive: Annotated[Count, about("All others who wrote.")]
    n_started: Annotated[Count, about("Voices that started a thread.")]
    top_share: Annotated[Share, about("Of the messages, by the most active voice.")]
    top_ten_share: Share
    band: Annotated[Band, about("How large the group is.")]


class Coverage(Answer):
    passages: Annotated[Share, about("Of those about the question, under an idea.")]
    messages: Share
    voices: Share
    n_left_out: Annotated[Count, about("Voices without any passage under an idea.")]


class Reference(Answer):
    at: Annotated[Time, about("Silence is counted from then.")]
    is_today: Annotated[bool, about("Otherwise the day of the last message.")]


class Pulse(Answer):
    n_voices: Count
    n_days: Annotated[Count | None, about("Days since the last message, on the reference day.")]
    participation: Light
    contribution: Light | None


class IdeaPulse(Pulse):
    idea_id: RowId


class Alert(Answer):
    kind: Kind
    missing: Annotated[Missing | None, about("Why it cannot be told.")]
    n: Annotated[Count, about("Cases; the first are named.")]
    idea_ids: list[RowId]
    message_ids: list[RowId]
    authors: Annotated[list[str], about("Pseudonyms.")]

    @classmethod
    def of_alert(cls, shown: overview.ShownAlert) -> Self:
        return cls.of(
            shown.alert,
            idea_ids=[case.branch.idea.id for case in shown.cases if case.branch is not None],
            message_ids=[case.message.id for case in shown.cases if case.message is not None],
            authors=[case.author for case in shown.cases if case.author is not None],
        )


class HiddenCount(Answer):
    reason: HiddenReason
    n_messages: Count


class Overview(Answer):
    """A discussion at a glance."""

    question: Annotated[str, about("What participants are asked; may be empty.")]
    introduction: str
    participation: Participation
    coverage: Coverage
    n_not_about: Annotated[Count, about("Passages that are not about the question.")]
    reference: Reference | None
    pulse: Pulse
    ideas: Annotated[list[IdeaPulse], about("Top ideas.")]
    alerts: list[Alert]
    hidden: Annotated[list[HiddenCount], about("Messages that facilitators hide, by reason.")]

    @classmethod
    def of_overview(cls, framing: store.Framing, seen: overview.Overview) -> Self:
        return cls.of(
            seen,
            framing,
            participation=Participation.of(seen.participation),
            coverage=Coverage.of(seen.coverage),
            reference=None if seen.reference is None else Reference.of(seen.reference),
            pulse=Pulse.of(seen.pulse),
            ideas=[IdeaPulse.of(one.pulse, idea_id=one.branch.idea.id) for one in seen.ideas],
            alerts=[Alert.of_alert(shown) for shown in seen.alerts],
            hidden=[HiddenCount(reason=one, n_messages=n) for one, n in seen.hidden.items()],
        )


class TextSpan(Answer):
    start: Annotated[Count, about("Offset in the text of the message.")]
    end: Count


class NearPassage(Answer):
    passage_id: RowId
    likeness: Annotated[float, Meta(ge=0, description="The cosine.")]


class NearIdea(Answer):
    idea_id: RowId
    likeness: Annotated[float, about("The cosine.")]


class PassageThread(Answer):
    id: RowId
    n_passages: Count
    n_under_its_idea: Annotated[Count, about("This one among them.")]


class AnsweredMessage(Answer):
    """The message that the passage's own answers."""

    message_id: RowId
    idea_ids: Annotated[list[RowId], about("What that message speaks about.")]
    is_about_the_same: bool


class PassageWithReasons(Passage):
    """A passage with what speaks for its place."""

    path: Annotated[list[RowId], about("Ideas from the top one down to its own.")]
    fits_better_than: Annotated[
        Share | None, about("Of the other passages of its idea; null for none.")
    ]
    because: Annotated[
        Literal["pinned", "merged", "split", "status"] | None,
        about("What a person did that keeps it where it is."),
    ]
    terms: Annotated[list[TextSpan], about("Words of the passage that name its idea.")]
    basis: Annotated[
        Basis,
        about("What nearness rests on: directions of a model that read the passages, or words."),
    ]
    n_compared: Annotated[Count, about("Passages of the idea that it was compared with.")]
    near: Annotated[
        list[NearPassage], about("The nearest passages of its idea, the nearest first.")
    ]
    near_ideas: Annotated[
        list[NearIdea], about("Ideas nearest to a passage under none, as far as that is known.")
    ]
    thread: PassageThread
    answers: AnsweredMessage | None

    @classmethod
    def of_explanation(
        cls,
        placement: records.Placement,
        message: records.Message,
        outline: Outline,
        reasons: explanation.Explanation,
    ) -> Self:
        answers = None
        if reasons.answers is not None:
            answers = AnsweredMessage(
                message_id=reasons.answers.id,
                idea_ids=[branch.idea.id for branch in reasons.answers_ideas],
                is_about_the_same=reasons.is_about_the_same,
            )
        return cls.of_placement(
            placement,
            message,
            outline,
            reasons,
            path=[branch.idea.id for branch in reasons.path],
            terms=[TextSpan.of(span) for span in reasons.terms],
            near=[NearPassage.of(one, passage_id=one.quote.passage_id) for one in reasons.near],
            near_ideas=[NearIdea.of(one, idea_id=one.branch.idea.id) for one in reasons.near_ideas],
            thread=PassageThread(
                id=message.thread_id,
                n_passages=reasons.n_in_thread,
                n_under_its_idea=reasons.n_like_it,
            ),
            answers=answers,
        )
