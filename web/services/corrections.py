"""What the forms of corrections offer: which kinds, which ideas and passages to choose from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from flask_babel import format_decimal
from flask_babel import gettext as _

from synth.analytics.explanation import nearest_passages
from synth.analytics.likely_ideas import LikelyIdea, idea_samples, likely_ideas
from synth.corrections.division import proposed_parts
from synth.corrections.wanted import Kind
from synth.records import Idea, IdeaLink, IdeaStatus, LinkKind, Lock, Placement
from web.services.outline import Branch
from web.services.quotes import Quoted, quote_placement, quote_placements, shortened
from web.services.search_results import ideas_named
from web.services.snapshot import Snapshot

MOST_FOUND = 12
"""Ideas or passages that a search in a form shows."""
N_LIKELY = 3
"""Ideas that are offered first for a passage."""
N_NEAR = 5
"""Ideas, or passages, that are offered first elsewhere."""
SHOWN_IN_PART = 25
"""Passages of a proposed part that are shown one by one; the others are ticked together."""
LETTERS = 240
"""Of a passage in a list of choices."""
MOST_DIVIDED = 3_000
"""Passages of an idea that a division is looked for in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An idea or a passage that may be chosen."""

    id: int
    text: str
    language: str | None
    hue: str
    under: str
    """The titles above an idea, or that of a passage's idea."""
    why: str
    """Why it is offered; empty where a search found it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedPart:
    """Some passages of an idea that say one thing."""

    passages: Sequence[Candidate]
    others: Sequence[int]
    """More passages of it, which are not shown one by one."""
    is_new: bool
    """Whether it would become an idea of its own; else it stays where it is."""

    @property
    def n(self) -> int:
        return len(self.passages) + len(self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLink:
    """How an idea that is read stands to another one."""

    other: Branch
    kind: LinkKind
    is_from_here: bool


def kinds_for_idea(
    idea: Idea, *, n_ideas: int, n_links: int, is_leaf: bool, is_framed: bool
) -> list[Kind]:
    """The corrections that make sense for an idea, in the order of the menu; ``is_framed``: whether
    a sign-off holds it."""
    found = [Kind.RENAME, Kind.DESCRIBE]
    if n_ideas > 1:
        found += [Kind.MERGE]
    found += [Kind.SPLIT, Kind.MOVE] if n_ideas > 1 or not is_leaf else [Kind.SPLIT]
    if n_ideas > 1:
        found += [Kind.LINK]
    if n_links:
        found += [Kind.UNLINK]
    if idea.status is not IdeaStatus.CONFIRMED:
        found += [Kind.CONFIRM]
    if idea.locked_by is None:
        found += [Kind.LOCK]
    if idea.locked_by is Lock.PERSON:
        found += [Kind.UNLOCK]
    if idea.status is not IdeaStatus.HIDDEN:
        found += [Kind.HIDE]
    is_confirmed = idea.status is IdeaStatus.CONFIRMED and not is_framed
    if is_confirmed or idea.status is IdeaStatus.HIDDEN:
        found += [Kind.SHOW]
    return found


def kinds_for_passage(placement: Placement, because: str | None) -> list[Kind]:
    """The same for a passage."""
    found = [Kind.PLACE]
    if placement.idea_id is not None and because != "pinned":
        found += [Kind.KEEP]
    if because is not None:
        found += [Kind.RELEASE]
    if placement.reason is None or placement.reason.is_about:
        found += [Kind.ASIDE]
    if placement.idea_id is not None or (placement.reason and not placement.reason.is_about):
        found += [Kind.UNPLACE]
    return [*found, Kind.TOGETHER, Kind.APART]


def links_of(snapshot: Snapshot, idea_id: int) -> list[ShownLink]:
    """How an idea stands to others that readers see, as people said."""
    found = []
    for link in snapshot.store.corrections.idea_links(snapshot.id):
        if idea_id in (link.one_id, link.other_id):
            is_from_here = link.one_id == idea_id
            other = snapshot.outline.get(link.other_id if is_from_here else link.one_id)
            if other is not None:
                found.append(ShownLink(other=other, kind=link.kind, is_from_here=is_from_here))
    return found


def shown_links(snapshot: Snapshot) -> list[IdeaLink]:
    """The links between ideas that readers see."""
    outline = snapshot.outline
    links = snapshot.store.corrections.idea_links(snapshot.id)
    return [one for one in links if one.one_id in outline and one.other_id in outline]


def ideas_to_choose(snapshot: Snapshot, branch: Branch, kind: Kind, query: str) -> list[Candidate]:
    """Ideas that this one may be merged with, moved under, or linked to: the nearest first, or
    those that a search finds."""
    open_to = [other for other in snapshot.outline.in_order() if _is_open(other, branch, kind)]
    if query:
        found = ideas_named(snapshot.outline, query)
        return [_of_branch(snapshot, b, "") for b in found if b in open_to][:MOST_FOUND]
    if kind is Kind.UNLINK:
        linked = {link.other.idea.id for link in links_of(snapshot, branch.idea.id)}
        return [_of_branch(snapshot, b, "") for b in open_to if b.idea.id in linked]
    near = snapshot.nearness
    cosine = {b.idea.id: near.get((branch.idea.id, b.idea.id), 0.0) for b in open_to}
    best = sorted(open_to, key=lambda b: -cosine[b.idea.id])[:N_NEAR]
    return [_of_branch(snapshot, b, _near_why(cosine[b.idea.id])) for b in best]


def _near_why(cosine: float) -> str:
    return _("likeness %(n)s", n=format_decimal(round(cosine, 2))) if cosine > 0 else ""


def _is_open(other: Branch, branch: Branch, kind: Kind) -> bool:
    own, there = branch.idea.id, other.idea.id
    if kind is Kind.MOVE:
        return there not in branch.subtree_ids and there != branch.idea.parent_id
    if kind is Kind.MERGE:
        is_apart = there not in branch.subtree_ids and own not in other.subtree_ids
        return is_apart and bool(other.children) == bool(branch.children)
    return there != own


def homes_to_choose(
    snapshot: Snapshot, placement: Placement, query: str, *, language: str | None
) -> list[Candidate]:
    """Ideas that a passage may be placed under: the likeliest, or those that a search finds."""
    own = placement.idea_id
    if query:
        found = [b for b in ideas_named(snapshot.outline, query) if not b.children]
        return [_of_branch(snapshot, b, "") for b in found if b.idea.id != own][:MOST_FOUND]
    samples = snapshot.cached(
        "idea samples", partial(idea_samples, snapshot.store, snapshot.id, snapshot.activity)
    )
    likely = likely_ideas(snapshot.store, placement.passage_id, samples, language=language)
    found_ = []
    for one in likely:
        branch = snapshot.outline.get(one.idea_id)
        if branch is not None and one.idea_id != own and not branch.children:
            found_.append(_of_branch(snapshot, branch, _reason(one)))
    return found_[:N_LIKELY]


def _reason(likely: LikelyIdea) -> str:
    """Why a passage may belong there, in words."""
    n = format_decimal(round(likely.likeness, 2))
    words = ", ".join(likely.shared)
    if likely.basis == "vectors" and words:
        return _("near in meaning (%(n)s); both speak of: %(words)s", n=n, words=words)
    if likely.basis == "vectors":
        return _("near in meaning (%(n)s)", n=n)
    return _("both speak of: %(words)s", words=words) if words else ""


def passages_to_choose(snapshot: Snapshot, placement: Placement, query: str) -> list[Candidate]:
    """Passages that one may be kept together with or apart from: the likest of its idea, or those
    that a search finds, by their words or their number."""
    store = snapshot.store
    if query:
        ids = _found_passages(snapshot, query)
    else:
        activity = snapshot.activity
        beside = activity.passages[activity.leaves == (placement.idea_id or -1)].tolist()
        near = nearest_passages(store, placement, beside, snapshot.directions)
        ids = [one.passage_id for one in near.passages][:N_NEAR]
    chosen = [i for i in ids if i != placement.passage_id][:MOST_FOUND]
    return _of_passages(snapshot, snapshot.passages(chosen))


def _found_passages(snapshot: Snapshot, query: str) -> list[int]:
    store = snapshot.store
    number = re.fullmatch(r"\s*#?(\d{1,15})\s*", query)
    if number and store.passages.discussion_of(int(number[1])) == snapshot.id:
        return [int(number[1])]
    messages = [one.message_id for one in store.search.ranked(snapshot.id, query)][:MOST_FOUND]
    placed = store.ideas.of_messages(messages)
    words = {word.casefold() for word in re.findall(r"\w+", query)}
    found = [p for message in messages for p in placed.get(message, ())]
    texts = store.passages.texts([p.passage_id for p in found])
    return [
        p.passage_id for p in found if any(word in texts[p.passage_id].casefold() for word in words)
    ]


def parts_to_choose(snapshot: Snapshot, branch: Branch) -> list[ProposedPart]:
    """The passages of an idea as the engine would divide it; the largest part stays."""
    rows = snapshot.rows(branch)
    ids = snapshot.activity.passages[rows][:MOST_DIVIDED].tolist()
    best = {p: -w for p, w in zip(ids, snapshot.activity.weights[rows].tolist(), strict=False)}
    parts = proposed_parts(snapshot.store, snapshot.id, ids)
    found = []
    for n, part in enumerate(parts):
        in_order = sorted(part, key=lambda p: (best[p], p))
        shown = _of_passages(snapshot, snapshot.passages(in_order[:SHOWN_IN_PART]))
        others = in_order[SHOWN_IN_PART:]
        found.append(ProposedPart(passages=shown, others=others, is_new=n > 0))
    return found


def hidden_ideas(snapshot: Snapshot) -> list[Idea]:
    """Ideas that a person hid, those below them left out."""
    ideas = snapshot.store.ideas.outline(snapshot.id)
    return [idea for idea in ideas if idea.status is IdeaStatus.HIDDEN]


def quoted_passage(snapshot: Snapshot, placement: Placement) -> Quoted:
    message = snapshot.store.messages.get(placement.message_id)
    assert message is not None
    return quote_placement(message, placement, snapshot.outline)


def _of_branch(snapshot: Snapshot, branch: Branch, why: str) -> Candidate:
    above = snapshot.outline.path(branch.idea.id)
    return Candidate(
        id=branch.idea.id,
        text=branch.idea.title,
        language=branch.language,
        hue=branch.hue,
        under=" › ".join(one.idea.title for one in above),
        why=why,
    )


def _of_passages(snapshot: Snapshot, placements: Sequence[Placement]) -> list[Candidate]:
    return [
        Candidate(
            id=quoted.passage_id or 0,
            text=shortened(quoted.text, LETTERS),
            language=quoted.language,
            hue=quoted.idea.hue if quoted.idea else "hue-none",
            under=quoted.author or _("Anonymous"),
            why="",
        )
        for quoted in quote_placements(snapshot, placements)
    ]
