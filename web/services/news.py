"""What is new in a discussion since a moment, ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from synth.analytics.news import Fate, IdeaNews, News, fates_of, news_since
from synth.store import Store
from web.services.outline import Branch
from web.services.quotes import Quoted, quote_span
from web.services.since import Since
from web.services.snapshot import Snapshot

N_NEWEST = 8
LETTERS = 280
"""Of each of the newest messages."""
N_CORRECTIONS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaWithNews:
    """An idea of the map with what came under it."""

    branch: Branch
    news: IdeaNews


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaFate:
    """An idea of an earlier map, and where it lives on as far as readers see that."""

    fate: Fate
    into: Sequence[Branch]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCorrection:
    """What a person changed on the map."""

    at: datetime
    verb: str
    branch: Branch | None
    """The idea that was changed, where it is still to be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsReport:
    """What is new, ready to be shown."""

    news: News
    new: Sequence[IdeaWithNews]
    grown: Sequence[IdeaWithNews]
    quiet: Sequence[Branch]
    born: Sequence[Branch]
    """Found by a rebuild, of messages that were there."""
    split: Sequence[IdeaFate]
    merged: Sequence[IdeaFate]
    gone: Sequence[IdeaFate]
    corrections: Sequence[ShownCorrection]
    newest: Sequence[Quoted]
    """The newest messages, or how they begin."""

    @property
    def is_empty(self) -> bool:
        return not (self.news.n_messages or self.has_changed_map)

    @property
    def has_changed_map(self) -> bool:
        return any((self.born, self.split, self.merged, self.gone, self.corrections))


def report_of(snapshot: Snapshot, chosen: Since) -> NewsReport | None:
    """All that is new since the chosen moment; None where there is no moment to count from."""
    moment, outline = chosen.moment, snapshot.outline
    if moment is None:
        return None
    news = news_since(
        snapshot.activity,
        snapshot.times(chosen),
        chosen.after,
        messages_under=snapshot.messages_by_idea,
        most=N_NEWEST,
    )
    fates = fates_of(snapshot.store.runs.maps_since(snapshot.id, moment))
    moved = [
        IdeaWithNews(branch=branch, news=one)
        for one in news.ideas
        if (branch := outline.get(one.idea_id)) is not None
    ]
    seen = {one.branch.idea.id for one in moved}

    def shown(fates: Sequence[Fate]) -> list[IdeaFate]:
        return [IdeaFate(fate=fate, into=outline.shown(fate.into)) for fate in fates]

    return NewsReport(
        news=news,
        new=[one for one in moved if one.news.is_new],
        grown=[one for one in moved if not one.news.is_new],
        quiet=outline.shown(news.quiet),
        born=[branch for branch in outline.shown(fates.born) if branch.idea.id not in seen],
        split=shown(fates.split),
        merged=shown(fates.merged),
        gone=shown(fates.gone),
        corrections=_corrections(snapshot, moment),
        newest=_newest(snapshot.store, news.newest),
    )


def _corrections(snapshot: Snapshot, moment: datetime) -> list[ShownCorrection]:
    """The newest of those since the moment that were not undone."""
    made = [
        one
        for one in snapshot.store.corrections.history(snapshot.id)
        if one.at > moment and not one.is_undone
    ]
    return [
        ShownCorrection(
            at=one.at,
            verb=one.verb,
            branch=snapshot.outline.get(one.noun_id) if one.noun == "idea" else None,
        )
        for one in made[:N_CORRECTIONS]
    ]


def _newest(store: Store, message_ids: Sequence[int]) -> list[Quoted]:
    messages = store.messages.many(message_ids)
    found = [messages[i] for i in message_ids if i in messages]
    return [quote_span(one, 0, len(one.text), most=_last_blank(one.text)) for one in found]


def _last_blank(text: str) -> int:
    """Where the last word ends that fits into ``LETTERS``."""
    return LETTERS if len(text) <= LETTERS else max(text.rfind(" ", 0, LETTERS), LETTERS // 2)
