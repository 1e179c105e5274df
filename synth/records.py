"""The records that all steps share, plain and frozen.

Nothing here reads a file, a clock or a database. Times are aware and in UTC.
Offsets count Python characters (Unicode code points) of the stored clean text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class BodyFormat(StrEnum):
    """How the body of an imported message is written."""

    PLAIN = "plain"
    HTML = "html"
    MARKDOWN = "markdown"


class Stance(StrEnum):
    """Which side of its parent a message takes, where the platform says so."""

    FOR = "for"
    AGAINST = "against"


class ParentEvidence(StrEnum):
    """What a reply link rests on, strongest first."""

    HEADER = "header"  # In-Reply-To, or the reply id of a platform
    REFERENCES = "references"  # an older ancestor named in References
    QUOTE = "quote"  # the message quotes the words of its parent
    SUBJECT = "subject"  # the same subject, replied to later
    MENTION = "mention"  # a chat line that addresses an earlier speaker
    NONE = "none"


class QuoteKind(StrEnum):
    """What a stretch taken out of a message's raw text was."""

    QUOTED = "quoted"
    ATTRIBUTION = "attribution"
    SIGNATURE = "signature"


class Origin(StrEnum):
    """Who a derived row comes from. A re-run replaces machine rows only."""

    MACHINE = "machine"
    PERSON = "person"


class IdeaStatus(StrEnum):
    MACHINE = "machine"
    CONFIRMED = "confirmed"
    HIDDEN = "hidden"


class Lock(StrEnum):
    """Who said that the machine may not change an idea."""

    PERSON = "person"  # this idea, with all below it
    SIGN_OFF = "sign_off"  # all ideas of the discussion


class LinkKind(StrEnum):
    """How one idea stands to another, as a person says."""

    SUPPORTS = "supports"
    OPPOSES = "opposes"
    ANSWERS = "answers"
    QUESTIONS = "questions"
    RELATED = "related"  # either way


class Unplaced(StrEnum):
    """Why a passage stands under no idea: it fits none, or is not about the question at all."""

    SAYS_LITTLE = "says_little"  # too few words to tell
    BETWEEN = "between"  # as near to one idea as to another
    NEAR_NONE = "near_none"
    GREETING = "greeting"
    THANKS = "thanks"
    TEST = "test"
    LIST_MATTER = "list_matter"  # "unsubscribe me", a moderator's notice
    NO_ANSWER = "no_answer"  # "nothing to add", "n/a", "+1"
    DUPLICATE = "duplicate"  # "duplicate of proposal 12"
    BOT = "bot"
    ADDRESS = "address"  # nothing but links and addresses
    QUOTATION = "quotation"  # an article of a law or a list of references, copied
    OFF_TOPIC = "off_topic"  # talk off the topic

    @property
    def is_about(self) -> bool:
        """Whether the passage is about the question, though it fits no idea."""
        return self in _ABOUT


_ABOUT = frozenset({Unplaced.SAYS_LITTLE, Unplaced.BETWEEN, Unplaced.NEAR_NONE})


class HiddenReason(StrEnum):
    """Why facilitators hide a message, in the order in which they choose."""

    INSULT = "insult"
    HATE = "hate"
    PERSONAL = "personal"
    UNLAWFUL = "unlawful"
    ADVERTISING = "advertising"
    REPEATED = "repeated"
    RULES = "rules"
    WITHDRAWN = "withdrawn"
    NO_CONSENT = "no_consent"
    """What a member answers, or does not; nobody else chooses it."""


CHOSEN_REASONS: Final = tuple(one for one in HiddenReason if one is not HiddenReason.NO_CONSENT)
"""Those among which facilitators choose."""


class Nature(StrEnum):
    """What an extract is, in the words of the harvester's method."""

    ISSUE = "issue"
    SOLUTION = "solution"
    KNOWLEDGE = "knowledge"
    EXAMPLE = "example"
    CONCEPT = "concept"
    ARGUMENT = "argument"
    BIAS = "bias"


class ExtractState(StrEnum):
    SUGGESTED = "suggested"
    TAKEN = "taken"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """One message as an importer read it, before cleaning and threading.

    ``source_id`` is the id the message has in its export. ``namespace`` keeps ids
    apart that would collide inside one discussion (comment 3 of two Polis
    conversations); messages with the same (namespace, source_id) are one message.
    ``parent_source_id`` (a ``source_id`` or ``reply_id``) is looked up in the same namespace unless
    ``parent_namespace`` names another one (a Decidim comment under its debate).
    """

    source_id: str
    text: str
    position: str
    """Where in the file, for people: ``record 12``, ``line 40``, ``posts[3]``."""
    namespace: str = ""
    body_format: BodyFormat = BodyFormat.PLAIN
    reply_id: str | None = None
    """What replies call this message where that is not its id (a post's number in its topic)."""
    parent_source_id: str | None = None
    parent_namespace: str | None = None
    references: tuple[str, ...] = ()
    """Ancestor ids, oldest first, as in the References header."""
    thread_source_id: str | None = None
    """Messages that share it are in one thread, whatever their parents say."""
    author_key: str | None = None
    """What identifies the author inside the export (address, user id, handle)."""
    author_name: str | None = None
    """The name the export shows. Kept apart from the pseudonym."""
    posted_at: datetime | None = None
    edited_at: datetime | None = None
    subject: str | None = None
    language: str | None = None
    """Declared by the platform; otherwise it is identified from the text."""
    url: str | None = None
    category: str | None = None
    stance: Stance | None = None
    n_likes: int | None = None
    n_for: int | None = None
    n_against: int | None = None
    is_accepted: bool = False
    n_attachments: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)
    """What else the platform knows; JSON-serialisable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing in the input that could not be used, and what to do about it."""

    source: str
    """The file, or ``archive.zip:member``."""
    position: str
    what: str
    remedy: str
    n_left_out: int = 0
    """How many records of the file are not read for it; 0 where it is about the file, or they are
    kept."""

    def __str__(self) -> str:
        place = f"{self.source}, {self.position}" if self.position else self.source
        return f"{place}: {self.what} ({self.remedy})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A stretch separated from a message's own words, kept as reply evidence."""

    kind: QuoteKind
    text: str
    """Without quote marks (``>``)."""
    at: int
    """Offset in the clean text before which it stood."""
    author: str | None = None
    """Who it is attributed to, if the attribution line says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanText:
    """A message's own words and what was separated from them."""

    text: str
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSide:
    """Which side a message takes of what it answers, where its platform does not say."""

    side: Stance | None
    """None where a person says that it takes none."""
    confidence: float
    """0..1: the share that the classifier gives the side; 1 where a person set it."""
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A stored message. ``text`` is the clean text that all offsets refer to."""

    id: int
    source_id: str
    thread_id: int
    parent_id: int | None
    parent_evidence: ParentEvidence
    depth: int
    """0 at the root of its thread."""
    rank: int
    """Reading order inside its thread, depth first by time; 0 is the root."""
    participant_id: int | None
    author: str | None
    """The pseudonym, e.g. ``Participant 12``."""
    posted_at: datetime | None
    subject: str | None
    language: str | None
    text: str
    url: str | None = None
    category: str | None = None
    stance: Stance | None = None
    n_likes: int | None = None
    n_for: int | None = None
    n_against: int | None = None
    is_accepted: bool = False
    n_attachments: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)
    read_side: ReadSide | None = None
    """Which side it takes as its words or a person tell; None where the platform says it
    (``stance``), and where nobody can tell."""
    hidden: HiddenReason | None = None
    """Why facilitators hid it: it then has no words here. None where they did not."""

    @property
    def voice(self) -> int:
        """Who says it: the participant; an anonymous message is a voice of its own, below zero."""
        return -self.id if self.participant_id is None else self.participant_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch ``start:end`` of some text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of a message that says one thing; the unit placed under ideas."""

    id: int
    message_id: int
    start: int
    end: int
    text: str


TENTATIVE_BELOW = 0.65
"""Stability under which an idea is shown as tentative; measured in ``docs/quality.md``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    id: int
    parent_id: int | None
    level: int
    """1 for a top idea."""
    title: str
    keyphrases: tuple[str, ...]
    summary: str
    n_messages: int
    n_authors: int
    stability: float | None
    """0..1: how much of it comes back when the discussion is resampled."""
    status: IdeaStatus = IdeaStatus.MACHINE
    origin: Origin = Origin.MACHINE
    title_origin: Origin = Origin.MACHINE
    """Who wrote the title."""
    parent_origin: Origin = Origin.MACHINE
    """Who chose where it stands in the tree."""
    title_by: str | None = None
    """The language model that wrote title and summary; None where the program or a person did."""
    locked_by: Lock | None = None
    """Who locked it; None where the machine may change it."""
    x: float = 0.0
    y: float = 0.0

    @property
    def is_tentative(self) -> bool:
        """Whether it would hardly come back in a slightly different discussion.

        Never so where a person confirmed it.
        """
        is_unstable = self.stability is not None and self.stability < TENTATIVE_BELOW
        return is_unstable and self.status is not IdeaStatus.CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaLink:
    """One idea supports, opposes, answers or questions another, or is related to it."""

    one_id: int
    other_id: int
    kind: LinkKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    passage_id: int
    message_id: int
    start: int
    end: int
    idea_id: int | None
    """The leaf idea; None where the passage is unplaced."""
    weight: float
    """0..1: how well the passage fits its idea."""
    origin: Origin = Origin.MACHINE
    reason: Unplaced | None = None
    """Why the machine left it unplaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedText:
    """A text that stands in several messages, word for word or nearly so."""

    id: int
    message_id: int
    """Where its commonest wording stands, at ``start:end``."""
    start: int
    end: int
    is_message: bool
    """Whether whole messages repeat each other; otherwise passages of them do."""
    n_messages: int
    n_voices: int
    first_message_id: int
    first_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicedPassage:
    """A passage, who says it, and under which idea."""

    passage_id: int
    message_id: int
    voice: int
    """See ``Message.voice``."""
    idea_id: int | None
    """The leaf idea; None where the passage is unplaced."""
    repetition_id: int | None = None
    """The repeated text it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaVoices:
    """Who carries an idea, its sub-ideas included."""

    n_repeating: int
    """Messages that repeat a text of another message there."""
    n_same: int
    """Messages with the text most repeated there."""
    n_same_voices: int
    """Voices among these."""
    top_share: float
    """0..1: share of the passages by the most active voice, what it repeats counted once."""
    effective: float
    """Effective number of voices, from 1 to the number of voices."""
    is_carried_by_few: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A key passage: suggested by the machine, or taken by a harvester."""

    id: int
    message_id: int
    start: int
    end: int
    quote: str
    nature: Nature
    score: float
    state: ExtractState
    origin: Origin = Origin.MACHINE
    idea_ids: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What produced a set of machine rows."""

    id: int
    kind: str
    state: str
    """``running``, ``done``, ``failed`` or ``interrupted``."""
    started_at: datetime
    finished_at: datetime | None
    seed: int
    settings: Mapping[str, object] = field(default_factory=dict)
    model: Mapping[str, object] = field(default_factory=dict)
    outcome: Mapping[str, object] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaTree:
    """The ideas of one discussion as arrays; row ``i`` of the idea arrays is idea ``i``."""

    parent: NDArray[np.int32]
    """(n_ideas,) row of the parent idea, -1 for a top idea; parents come before children."""
    level: NDArray[np.int32]
    """(n_ideas,) 1 for a top idea."""
    leaf: NDArray[np.int32]
    """(n_passages,) row of the leaf idea of each passage, -1 where unplaced."""
    weight: NDArray[np.float32]
    """(n_passages,) 0..1, how well the passage fits its idea; 0 where unplaced."""
    stability: NDArray[np.float32]
    """(n_ideas,) 0..1."""
    held: NDArray[np.int32] | None = None
    """(n_ideas,) the number of the held idea that each row is, or -1; None where none is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaName:
    """What an idea is called and who speaks for it."""

    title: str
    keyphrases: tuple[str, ...]
    summary: str
    """One to three verbatim sentences, one a line, each by another author, in quote marks and with
    who said it; may be empty."""
    language: str | None
    representatives: tuple[int, ...]
    """Rows of the most telling passages, best first, from different authors where possible."""
