"""How many voices carry an idea, and whether a few of them make up most of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import exp, log

from synth.outline import members_under
from synth.records import IdeaVoices, VoicedPassage
from synth.store import Store

FEW_SHARE = 1 / 3
"""Share of what is said under an idea from which one voice dominates it."""
FEW_VOICES = 3.0
"""Effective number of voices below which few carry an idea."""
LEAST_SAID = 6
"""Passages below which that says nothing: a small idea has few voices by nature."""


def voices_behind(said: Iterable[VoicedPassage]) -> IdeaVoices:
    """Who carries an idea: ``said`` has an entry for each passage under it.

    What a voice repeats counts once. The effective number of voices is exp(H), H the entropy
    of the voices' shares: as many voices of equal share would be as diverse (Hill 1973; Jost
    2006). An idea is carried by few when at least ``LEAST_SAID`` passages stand under it and one
    voice has said more than ``FEW_SHARE`` of them or there are fewer than ``FEW_VOICES``
    effective voices.
    """
    by_voice: Counter[int] = Counter()
    counted: set[tuple[int, int]] = set()
    posted: dict[int, set[int]] = {}
    voices: defaultdict[int, set[int]] = defaultdict(set)
    for one in said:
        if one.repetition_id is not None:
            posted.setdefault(one.repetition_id, set()).add(one.message_id)
            voices[one.repetition_id].add(one.voice)
            if (one.voice, one.repetition_id) in counted:
                continue
            counted.add((one.voice, one.repetition_id))
        by_voice[one.voice] += 1
    total = by_voice.total()
    shares = [n / total for n in by_voice.values()]
    effective = exp(-sum(share * log(share) for share in shares)) if shares else 0.0
    top = max(shares, default=0.0)
    posted = {text: messages for text, messages in posted.items() if len(messages) > 1}
    most = max(posted, key=lambda text: (len(posted[text]), len(voices[text]), -text), default=None)
    return IdeaVoices(
        n_repeating=len(set().union(*posted.values())),
        n_same=0 if most is None else len(posted[most]),
        n_same_voices=0 if most is None else len(voices[most]),
        top_share=round(top, 4),
        effective=round(effective, 2),
        is_carried_by_few=total >= LEAST_SAID and (top > FEW_SHARE or effective < FEW_VOICES),
    )


def count_voices(store: Store, discussion_id: int) -> None:
    """Write anew who carries each idea, from the placements as they are stored now.

    Call it after every change of placements or of the outline.
    """
    parents = {idea.id: idea.parent_id for idea in store.ideas.outline(discussion_id)}
    passages = store.passages.voiced(discussion_id)
    under = members_under(parents, ((one.idea_id, one) for one in passages))
    store.repetitions.put_voices({i: voices_behind(said) for i, said in under.items()})
