"""What is new in a discussion since a moment, ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from synth.analytics.news import Fate, Fates, IdeaNews, News, fates_of, news_since
from synth.store import Store
from web.services.outline import Branch, Outline
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
class NewestMessage:
    """One of the newest messages, or how it begins."""

    words: Quoted
    is_cut: bool


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
    newest: Sequence[NewestMessage]

    @property
    def is_empty(self) -> bool:
        return not (self.news.n_messages or self.has_changed_map)

    @property
    def has_changed_map(self) -> bool:
        fates = (self.born, self.split, self.merged, self.gone, self.corrections)
        return any(fates)


def report_of(snapshot: Snapshot, chosen: Since) -> NewsReport | None:
    """All that is new since the chosen moment; None where there is no moment to count from."""
    moment = chosen.moment
    if moment is None:
        return None
    news = _news(snapshot, chosen)
    fates = fates_of(snapshot.store.runs.maps_since(snapshot.id, moment))
    moved = [
        IdeaWithNews(branch=branch, news=one)
        for one in news.ideas
        if (branch := snapshot.outline.get(one.idea_id)) is not None
    ]
    seen = {one.branch.idea.id for one in moved}
    return NewsReport(
        news=news,
        new=[one for one in moved if one.news.is_new],
        grown=[one for one in moved if not one.news.is_new],
        quiet=_branches(snapshot.outline, news.quiet),
        born=[b for b in _branches(snapshot.outline, fates.born) if b.idea.id not in seen],
        **_became(snapshot.outline, fates),
        corrections=_corrections(snapshot, moment),
        newest=_newest(snapshot.store, news),
    )


def _news(snapshot: Snapshot, chosen: Since) -> News:
    return news_since(
        snapshot.activity,
        snapshot.times(chosen),
        chosen.after,
        messages_under=snapshot.messages_by_idea,
        most=N_NEWEST,
    )


def _branches(outline: Outline, ids: Sequence[int]) -> list[Branch]:
    return [branch for branch in map(outline.get, ids) if branch is not None]


def _became(outline: Outline, fates: Fates) -> dict[str, list[IdeaFate]]:
    told = {"split": fates.split, "merged": fates.merged, "gone": fates.gone}
    return {
        name: [IdeaFate(fate=fate, into=_branches(outline, fate.into)) for fate in found]
        for name, found in told.items()
    }


def _corrections(snapshot: Snapshot, moment: datetime) -> list[ShownCorrection]:
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


def _newest(store: Store, news: News) -> list[NewestMessage]:
    messages = store.messages.many(news.newest)
    found = []
    for message in (messages[i] for i in news.newest if i in messages):
        end = _end(message.text)
        words = quote_span(message, 0, end, idea=None, weight=None)
        found.append(NewestMessage(words=words, is_cut=end < len(message.text)))
    return found


def _end(text: str) -> int:
    """Where to stop quoting: at the end of a word."""
    if len(text) <= LETTERS:
        return len(text)
    return max(text.rfind(" ", 0, LETTERS), LETTERS // 2)
