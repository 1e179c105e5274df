"""What the API answers: each answer is declared once, as a record with its description and limits.

``openapi.json`` is made of these types (``web.api.openapi``), and views fill them from the records
of the store. Types and names: https://jcristharif.com/msgspec/constraints.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from msgspec import Meta, Struct

from synth import records, store
from synth.records import (
    ExtractState,
    HiddenReason,
    LinkKind,
    Lock,
    Nature,
    Origin,
    ParentEvidence,
    Stance,
    Unplaced,
)
from web.map import MapIdea as ShownIdea
from web.services.outline import N_HUES, Branch, Outline
from web.ui.query import Paging, page_address
from web.ui.templates import web_address

MAX_ID = 2**63 - 1
"""SQLite numbers its rows up to here."""
T = TypeVar("T")


def about(description: str) -> Meta:
    """What a field means."""
    return Meta(description=description)


RowId = Annotated[int, Meta(ge=1, le=MAX_ID)]
Count = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
MaybeTime = Annotated[Time | None, about("ISO 8601 in UTC; null where nobody knows.")]
Author = Annotated[str | None, about("Pseudonym; null for an anonymous message.")]
MaybeStance = Annotated[
    Stance | None, about("Which side of what it answers it takes, where the platform says it.")
]
MapNumber = Annotated[str, about("Place in the outline, such as `2.1`; changes from map to map.")]


class Answer(Struct, forbid_unknown_fields=True):
    """What an address answers, or a part of it."""

    @classmethod
    def of(cls, *records: object, **values: object) -> Self:
        """Each field from ``values``, else from the first record with an attribute of its name."""
        return cls(**{name: _value(name, records, values) for name in cls.__struct_fields__})


def _value(name: str, records: Sequence[object], values: Mapping[str, object]) -> object:
    if name in values:
        value = values[name]
    else:
        value = next(getattr(one, name) for one in records if hasattr(one, name))
    # msgspec would write Z where the API has always said +00:00.
    return value.isoformat() if isinstance(value, datetime) else value


class Items(Answer, Generic[T]):
    """A whole list."""

    items: list[T]


class Page(Answer, Generic[T]):
    """A page of a list, with its place in the whole."""

    items: list[T]
    page: Annotated[int, Meta(ge=1, description="Counted from 1.")]
    per_page: Annotated[int, Meta(ge=1)]
    n_pages: Annotated[int, Meta(ge=1)]
    total: Annotated[Count, about("Items in the whole list.")]
    next: Annotated[
        Annotated[str, Meta(extra_json_schema={"format": "uri-reference"})] | None,
        about("Address of the next page; null on the last."),
    ]
    previous: Annotated[
        Annotated[str, Meta(extra_json_schema={"format": "uri-reference"})] | None,
        about("Address of the page before; null on page 1."),
    ]

    @classmethod
    def of_items(cls, items: Iterable[T], paging: Paging, **values: object) -> Self:
        """``items`` are those of the page that is shown."""
        return cls.of(
            paging,
            items=list(items),
            per_page=paging.size,
            next=page_address(paging.page + 1) if paging.page < paging.n_pages else None,
            previous=page_address(paging.page - 1) if paging.page > 1 else None,
            **values,
        )


class LanguageCount(Answer):
    language: str
    n_messages: Count


class Discussion(Answer):
    slug: Annotated[str, about("What its addresses are made with.")]
    title: str
    created_at: MaybeTime
    n_messages: Count
    n_authors: Annotated[Count, about("Distinct voices; an anonymous message is one of its own.")]
    n_threads: Count
    n_ideas: Count
    first_at: Annotated[Time | None, about("Of the first message, ISO 8601 in UTC.")]
    last_at: Annotated[Time | None, about("Of the last message.")]
    languages: Annotated[list[LanguageCount], about("Most frequent first.")]
    archived_at: Annotated[Time | None, about("Since when it is only read; null where it is not.")]

    @classmethod
    def of_discussion(cls, discussion: store.Discussion, **values: object) -> Self:
        languages = [LanguageCount(language=tag, n_messages=n) for tag, n in discussion.languages]
        return cls.of(discussion, languages=languages, **values)


class Run(Answer):
    """What produced the map."""

    id: RowId
    seed: int
    settings: Annotated[dict[str, Any], about("As executed.")]
    model: Annotated[dict[str, Any], about("What turned the words into vectors.")]
    outcome: Annotated[dict[str, Any], about("Counts, and what became of earlier ideas.")]
    timings: Annotated[dict[str, Any], about("Seconds by stage.")]


class DiscussionWithRun(Discussion):
    n_passages: Count
    n_unplaced: Annotated[Count, about("Passages about the question that are under no idea.")]
    n_not_about: Annotated[Count, about("Passages that are not about the question.")]
    run: Run | None


class SourceProblem(Answer):
    position: Annotated[str, about("Where in the file.")]
    what: str
    remedy: Annotated[str, about("What to do about it.")]


class Source(Answer):
    id: RowId
    name: Annotated[str, about("Of the file, without its folder.")]
    format: Annotated[str, about("As it was told by its content.")]
    state: Annotated[str, about("`done` once all of it was read.")]
    imported_at: MaybeTime
    sha256: Annotated[str, about("Of its bytes; empty while it is read.")]
    n_bytes: Count
    n_added: Annotated[Count, about("New messages.")]
    n_updated: Annotated[Count, about("Messages whose words had changed.")]
    n_unchanged: Annotated[Count, about("Messages that were there.")]
    n_problems: Count
    problems: Annotated[list[SourceProblem], about("The first fifty.")]


class ReadSide(Answer):
    """Which side of what it answers a message takes, where its platform does not say."""

    side: Annotated[Stance | None, about("Null where a person says that it takes none.")]
    confidence: Annotated[
        Share, about("What the classifier gives the side; 1 where a person set it.")
    ]
    origin: Annotated[Origin, about("The machine read it from the words, or a person set it.")]

    @classmethod
    def of_message(cls, message: records.Message) -> Self | None:
        return None if message.read_side is None else cls.of(message.read_side)


MaybeReadSide = Annotated[
    ReadSide | None, about("The side that the words or a person tell, where the platform does not.")
]


class Message(Answer):
    id: RowId
    source_id: Annotated[str, about("The id it had in the import.")]
    thread_id: Annotated[RowId, about("The id of the first message of its thread.")]
    parent_id: Annotated[RowId | None, about("The message it answers.")]
    parent_evidence: Annotated[ParentEvidence, about("What the reply link rests on.")]
    depth: Annotated[Count, about("0 for the first message of a thread.")]
    rank: Annotated[Count, about("Reading order inside the thread.")]
    author: Author
    posted_at: MaybeTime
    subject: str | None
    language: str | None
    text: Annotated[str, about("Own words, without quotes and signature.")]
    url: Annotated[str | None, about("On the platform it came from; http or https.")]
    category: str | None
    stance: MaybeStance
    read_side: MaybeReadSide
    n_likes: int | None
    n_for: int | None
    n_against: int | None
    is_accepted: Annotated[bool, about("Whether the platform marks it as the answer.")]
    hidden: Annotated[
        HiddenReason | None, about("Why facilitators hide its words; null where they do not.")
    ]

    @classmethod
    def of_message(cls, message: records.Message, **values: object) -> Self:
        read = ReadSide.of_message(message)
        return cls.of(message, url=web_address(message.url), read_side=read, **values)


class Thread(Answer):
    id: Annotated[RowId, about("The id of its first message.")]
    title: str
    n_messages: Count
    n_authors: Count
    first_at: MaybeTime
    last_at: MaybeTime


class Stretch(Answer):
    """Some words of a message."""

    message_id: RowId
    start: Annotated[Count, about("Offset in the text of the message.")]
    end: Count


class Passage(Stretch):
    id: RowId
    text: Annotated[str, about("`text[start:end]` of the message.")]
    language: str | None
    author: Author
    posted_at: MaybeTime
    stance: MaybeStance
    read_side: MaybeReadSide
    idea_id: Annotated[RowId | None, about("The leaf idea; null where it stands under none.")]
    weight: Annotated[Share, about("How well it fits its idea.")]
    origin: Origin
    reason: Annotated[
        Unplaced | None,
        about("Why the machine put it under no idea: it fits none, or is not about the question."),
    ]

    @classmethod
    def of_placement(
        cls,
        placement: records.Placement,
        message: records.Message,
        outline: Outline,
        *more: object,
        **values: object,
    ) -> Self:
        return cls.of(
            placement,
            message,
            *more,
            id=placement.passage_id,
            text=message.text[placement.start : placement.end],
            idea_id=placement.idea_id if placement.idea_id in outline else None,
            read_side=ReadSide.of_message(message),
            **values,
        )


class RepeatedText(Stretch):
    text: Annotated[str, about("In its commonest wording, which stands in message_id.")]
    is_message: Annotated[bool, about("Whether whole messages repeat each other.")]
    n_messages: Count
    n_voices: Count
    first_message_id: RowId
    first_at: MaybeTime


class Extract(Stretch):
    """A key passage: suggested by the machine, taken or rejected by a person."""

    id: RowId
    quote: Annotated[str, about("Verbatim: `text[start:end]` of the message.")]
    nature: Nature
    score: Annotated[float, about("How strongly the machine suggests it.")]
    state: ExtractState
    origin: Origin
    idea_ids: list[RowId]
    tags: list[str]
    note: str

    @classmethod
    def of_extract(cls, extract: records.Extract, outline: Outline) -> Self:
        return cls.of(extract, idea_ids=[i for i in extract.idea_ids if i in outline])


class MessageWithPassages(Message):
    passages: list[Passage]
    extracts: list[Extract]


class Idea(Answer):
    id: Annotated[RowId, about("Stays the same when the map is made anew and the idea lives on.")]
    parent_id: Annotated[RowId | None, about("Null for a top idea.")]
    number: MapNumber
    level: Annotated[int, Meta(ge=1, description="1 for a top idea.")]
    title: str
    language: Annotated[str | None, about("Of the title.")]
    keyphrases: list[str]
    summary: Annotated[
        str, about("One to three sentences, a line each, with who said it; may be empty.")
    ]
    n_messages: Annotated[Count, about("Sub-ideas included.")]
    n_authors: Annotated[Count, about("Distinct voices, sub-ideas included.")]
    stability: Annotated[
        Share | None, about("How much of it comes back in a resampled discussion.")
    ]
    is_tentative: Annotated[bool, about("Whether it is too unstable to rely on.")]
    status: Annotated[Literal["machine", "confirmed"], about("Whether a person confirmed it.")]
    locked_by: Annotated[
        Lock | None, about("Who said that the machine may not change it: a person, or a sign-off.")
    ]
    origin: Origin
    title_by: Annotated[
        str | None, about("The language model that wrote title and summary, if one did.")
    ]
    x: Annotated[float, about("Where it stands on the map, in the units of the layout.")]
    y: float

    @classmethod
    def of_branch(cls, branch: Branch, **values: object) -> Self:
        return cls.of(branch.idea, branch, **values)


class Voices(Answer):
    """Who carries an idea; null where an earlier version built the map."""

    n_repeating: Annotated[Count, about("Messages that repeat a text of another one there.")]
    n_same: Annotated[Count, about("Messages with the text most repeated there.")]
    n_same_voices: Annotated[Count, about("Voices among these.")]
    top_share: Annotated[Share, about("Share of the passages by the most active voice.")]
    effective: Annotated[
        float, Meta(ge=0, description="Voices of equal share that would be as diverse.")
    ]
    is_carried_by_few: bool


class IdeaLink(Answer):
    """How one idea stands to another, as a person says."""

    one_id: RowId
    other_id: RowId
    kind: Annotated[LinkKind, about("What the one does to the other; `related` goes both ways.")]


class IdeaWithPassages(Idea):
    links: Annotated[list[IdeaLink], about("From this idea and to it.")]
    children: Annotated[list[RowId], about("In reading order.")]
    voices: Voices | None
    passages: Page[Passage]


class MapIdea(Answer):
    id: RowId
    parent: Annotated[Count | None, about("Place of its parent in this list, from 0.")]
    number: MapNumber
    level: Annotated[int, Meta(ge=1, description="1 for a top idea.")]
    title: str
    language: Annotated[str | None, about("Of the title.")]
    hue: Annotated[
        int, Meta(ge=0, le=N_HUES - 1, description="A top idea and all below it share one.")
    ]
    x: Annotated[Share, about("Across the map.")]
    y: Annotated[Share, about("Down the map.")]
    n_messages: Annotated[Count, about("Sub-ideas included.")]
    n_authors: Annotated[Count, about("Distinct voices, sub-ideas included.")]
    n_for: Annotated[Count, about("Passages there that speak for what they answer.")]
    n_against: Annotated[Count, about("Passages there that speak against it.")]
    is_new: Annotated[bool, about("Whether it came after all ideas had been signed off.")]

    @classmethod
    def of_idea(cls, one: ShownIdea) -> Self:
        idea, branch = one.branch.idea, one.branch
        return cls.of(
            one,
            branch,
            idea,
            hue=int(branch.hue.removeprefix("hue-")),
            x=min(max(idea.x, 0.0), 1.0),
            y=min(max(idea.y, 0.0), 1.0),
        )


class Map(Answer):
    """What the map draws beside its points."""

    ideas: Annotated[list[MapIdea], about("Parents before children.")]
    links: Annotated[list[IdeaLink], about("Between ideas, as people said.")]
    batches: Annotated[list[Time], about("When each import came in.")]
    synthesis_at: Annotated[
        Time | None, about("When the last synthesis was published; null before the first.")
    ]
