"""Extracts: key passages that the machine suggests and people take, adjust or reject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.errors import EditConflict, StoreProblem
from synth.records import Extract, ExtractState, Nature, Span
from synth.store.edits import (
    Edits,
    Facts,
    facts_and_words,
    facts_of,
    version_of_extract,
    version_of_facts,
    version_of_text,
)
from synth.store.rows import IN, SHOWN_IDEAS, Collection, record
from synth.store.runs import Events


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractChange:
    """What a person decides about an extract; None leaves a thing as it is."""

    state: ExtractState | None = None
    nature: Nature | None = None
    span: Span | None = None
    tags: tuple[str, ...] | None = None
    note: str | None = None

    def facts(self, quote: str) -> dict[str, object]:
        """What is asked for, by the names of the facts of an extract; ``quote`` of the new span."""
        asked: dict[str, object] = {
            "state": self.state,
            "nature": self.nature,
            "tags": None if self.tags is None else sorted(set(self.tags)),
            "note": self.note,
        }
        if self.span is not None:
            asked |= {"start": self.span.start, "end": self.span.end, "quote": quote}
        return {name: value for name, value in asked.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractMark:
    """That a message holds an extract of some nature in some state."""

    message_id: int
    nature: Nature
    state: ExtractState


class Extracts(Collection):
    # -- writing ---------------------------------------------------------------------------

    def replace_suggestions(
        self, discussion_id: int, suggestions: Sequence[Extract], *, run_id: int
    ) -> None:
        """Put new suggestions in place of the machine's last ones; people's stay."""
        with self._db.atomic():
            self._write(
                """DELETE FROM extracts WHERE origin = 'machine' AND message_id IN
                   (SELECT id FROM messages WHERE discussion_id = ?)""",
                discussion_id,
            )
            self.add_suggestions(suggestions, run_id=run_id)

    def add_suggestions(self, suggestions: Sequence[Extract], *, run_id: int) -> None:
        """Put new suggestions beside those that are there."""
        with self._db.atomic():
            for extract in suggestions:
                span = Span(start=extract.start, end=extract.end)
                extract_id = self._add(
                    extract.message_id,
                    span,
                    quote=extract.quote,
                    nature=extract.nature,
                    score=extract.score,
                    run_id=run_id,
                )
                self._write_many(
                    "INSERT INTO extract_ideas VALUES (?, ?)",
                    [(extract_id, idea_id) for idea_id in extract.idea_ids],
                )

    def drop_stale_suggestions(self, message_ids: Sequence[int]) -> None:
        """Forget what the machine suggested in words that were edited away."""
        self._write(
            f"DELETE FROM extracts WHERE origin = 'machine' AND is_stale = 1 AND message_id {IN}",
            message_ids,
        )

    def decide(
        self, extract_id: int, change: ExtractChange, *, actor: str, version: str | None = None
    ) -> Extract:
        """Record a person's decision; from now on the extract is theirs and outlives rebuilds.

        Only what was asked is changed. ``version`` is that of the extract (``version_of_extract``)
        that the person saw: raises EditConflict where it has been changed since, unless it is
        already as asked. Raises StoreProblem when there is no such extract or the span lies outside
        its message.
        """
        with self._db.atomic():
            before = self.get(extract_id)
            if before is None:
                raise StoreProblem(
                    f"no extract {extract_id}; it may have been replaced by a rebuild"
                )
            quote = before.quote
            if change.span is not None:
                quote = self._quote(before.message_id, change.span)
            asked = change.facts(quote)
            if version not in (None, version_of_extract(before)):
                if asked.items() <= facts_and_words(before).items():
                    return before
                raise self._conflict(before, asked, version)
            if change.span is None and self._is_stale(extract_id):
                raise EditConflict(
                    f"the message of extract {extract_id}",
                    changed=("quote",),
                    stored=facts_and_words(before),
                    wanted=asked,
                    actor="import",
                )
            asked.pop("tags", None)
            columns = asked | {"origin": "person"} | ({"is_stale": 0} if change.span else {})
            sets = ", ".join(f'"{name}" = ?' for name in columns)
            self._write(f"UPDATE extracts SET {sets} WHERE id = ?", *columns.values(), extract_id)
            if change.tags is not None:
                self._tag(extract_id, change.tags)
            return self._decided(extract_id, before, actor)

    def take(
        self,
        message_id: int,
        span: Span,
        *,
        nature: Nature,
        tags: tuple[str, ...],
        actor: str,
        version: str | None = None,
    ) -> Extract:
        """Take a passage that nobody had suggested; what is taken already just so stays as it is.

        ``version`` is that of the text (``version_of_text``) in which the span was chosen: raises
        EditConflict where the message says something else now.
        """
        with self._db.atomic():
            quote = self._quote(message_id, span, version)
            there = self._taken(message_id, span, nature, tags)
            if there is not None:
                return there
            extract_id = self._add(message_id, span, quote=quote, nature=nature, score=1.0)
            self._write(
                "UPDATE extracts SET state = 'taken', origin = 'person' WHERE id = ?", extract_id
            )
            self._tag(extract_id, tags)
            return self._decided(extract_id, None, actor)

    def _taken(
        self, message_id: int, span: Span, nature: Nature, tags: tuple[str, ...]
    ) -> Extract | None:
        """What somebody took just so."""
        return next(
            (
                extract
                for extract in self.of_messages([message_id]).get(message_id, ())
                if extract.state is ExtractState.TAKEN
                and (extract.start, extract.end) == (span.start, span.end)
                and (extract.nature, set(extract.tags)) == (nature, set(tags))
            ),
            None,
        )

    def _is_stale(self, extract_id: int) -> bool:
        """Whether its words are no longer in its message."""
        return bool(self._value("SELECT is_stale FROM extracts WHERE id = ?", extract_id))

    def _conflict(self, extract: Extract, asked: Facts, seen: str) -> EditConflict:
        """``seen``: the version that the person had before them."""
        changed, actor = Edits(self._db).since(
            "extract",
            extract.id,
            facts_of(extract),
            is_seen=lambda facts: version_of_facts(extract.message_id, facts) == seen,
        )
        return EditConflict(
            f"extract {extract.id}",
            changed=changed,
            stored=facts_and_words(extract),
            wanted=asked,
            actor=actor,
        )

    def _add(
        self,
        message_id: int,
        span: Span,
        *,
        quote: str,
        nature: Nature,
        score: float,
        run_id: int | None = None,
    ) -> int:
        """Add a suggestion."""
        what = {"quote": quote, "nature": nature, "score": score, "run_id": run_id}
        where = {"message_id": message_id, "start": span.start, "end": span.end}
        return self._insert("extracts", where | what | {"state": "suggested", "origin": "machine"})

    def _quote(self, message_id: int, span: Span, version: str | None = None) -> str:
        """The words of a span; ``version`` of the text that it belongs to."""
        text = self._text("SELECT text FROM messages WHERE id = ?", message_id)
        if text is None:
            raise StoreProblem(f"no message {message_id}")
        if version not in (None, version_of_text(text)):
            chosen_in = Edits(self._db).text_before(message_id, version) or ""
            raise EditConflict(
                f"message {message_id}",
                changed=("text",),
                stored={"text": text},
                wanted={"quote": chosen_in[span.start : span.end]},
                actor="import",
            )
        if not 0 <= span.start < span.end <= len(text):
            raise StoreProblem(f"{span.start}:{span.end} lies outside message {message_id}")
        return text[span.start : span.end]

    def _tag(self, extract_id: int, tags: tuple[str, ...]) -> None:
        self._write("DELETE FROM extract_tags WHERE extract_id = ?", extract_id)
        self._write_many(
            "INSERT INTO extract_tags VALUES (?, ?)",
            [(extract_id, tag) for tag in sorted(set(tags))],
        )

    def _decided(self, extract_id: int, before: Extract | None, actor: str) -> Extract:
        """Note in the history what became of an extract, and return it."""
        after, discussion_id = self.get(extract_id), self.discussion_of(extract_id)
        assert after is not None
        assert discussion_id is not None
        Events(self._db).add(
            discussion_id,
            actor=actor,
            verb=after.state,
            noun="extract",
            noun_id=after.id,
            change=(None if before is None else facts_of(before), facts_of(after)),
        )
        return after

    # -- reading ---------------------------------------------------------------------------

    def get(self, extract_id: int) -> Extract | None:
        return next(iter(self._read("SELECT ? AS id", extract_id)), None)

    def discussion_of(self, extract_id: int) -> int | None:
        return self._id(
            """SELECT m.discussion_id FROM extracts e JOIN messages m ON m.id = e.message_id
               WHERE e.id = ?""",
            extract_id,
        )

    def all(self, discussion_id: int) -> list[Extract]:
        """Those whose words still stand, in order of message and place."""
        return self._read(f"SELECT e.id {_STANDING}", discussion_id)

    def of_messages(self, message_ids: Sequence[int]) -> dict[int, list[Extract]]:
        """Message id → its extracts in order of place."""
        found: dict[int, list[Extract]] = {}
        inside = f"SELECT id FROM extracts WHERE is_stale = 0 AND message_id {IN}"
        for extract in self._read(inside, message_ids):
            found.setdefault(extract.message_id, []).append(extract)
        return found

    def page(self, discussion_id: int, *, limit: int, offset: int = 0) -> list[Extract]:
        """What readers see (``outline.is_shown``), in order of message and place."""
        return self._shown(_BY_PLACE, discussion_id, None, None, limit, offset)

    def best(self, discussion_id: int, *, limit: int, offset: int = 0) -> list[Extract]:
        """What readers see and nobody rejected: what people took first, then by score."""
        order = "WHERE state <> 'rejected' ORDER BY state <> 'taken', score DESC, id"
        return self._shown(order, discussion_id, None, None, limit, offset)

    def by_idea(
        self,
        discussion_id: int,
        state: ExtractState,
        nature: Nature | None,
        *,
        limit: int,
        offset: int = 0,
    ) -> list[Extract]:
        """What readers see in one state, and of one nature unless it is None.

        In the order of the outline, then the best first; those under no idea come last.
        """
        order = """LEFT JOIN ideas i ON i.id = seen.idea_id
            ORDER BY i.rank IS NULL, i.rank, score DESC, seen.id"""
        return self._shown(order, discussion_id, state, nature, limit, offset)

    def shown_counts(self, discussion_id: int) -> dict[tuple[ExtractState, Nature], int]:
        """How many of what readers see stand in each state and are of each nature."""
        rows = self._tuples(
            f"{_SEEN} SELECT state, nature, count(*) FROM seen GROUP BY state, nature",
            *(discussion_id, None, None),
        )
        return {(ExtractState(state), Nature(nature)): n for state, nature, n in rows}

    def marks(self, discussion_id: int) -> list[ExtractMark]:
        """Which messages hold an extract of which nature and state, each once."""
        rows = self._rows(
            f"SELECT DISTINCT e.message_id, e.nature, e.state {_STANDING}", discussion_id
        )
        return [record(ExtractMark, row) for row in rows]

    def decided_spans(self, discussion_id: int) -> list[tuple[int, Span]]:
        """(message id, where in it) of what people decided on, in order of message and place."""
        rows = self._tuples(
            f"""SELECT e.message_id, e.start, e."end" {_STANDING} AND e.origin = 'person'
                ORDER BY e.message_id, e.start, e."end", e.id""",
            discussion_id,
        )
        return [(message, Span(start=start, end=end)) for message, start, end in rows]

    def counts(self, discussion_id: int) -> dict[ExtractState, int]:
        """How many stand in each state."""
        found = self._mapping(
            f"SELECT e.state, count(*) {_STANDING} GROUP BY e.state", discussion_id
        )
        return {state: found.get(state, 0) for state in ExtractState}

    def count(self, discussion_id: int) -> int:
        """How many stand, suggested and decided ones."""
        return sum(self.counts(discussion_id).values())

    def _shown(self, order: str, *values: object) -> list[Extract]:
        """A page of what readers see; ``values``: discussion, state, nature, limit, offset."""
        ids = self._column(f"{_SEEN} SELECT seen.id FROM seen {order} LIMIT ?4 OFFSET ?5", *values)
        by_id = {
            extract.id: extract for extract in self._read("SELECT value FROM json_each(?)", ids)
        }
        return [by_id[extract_id] for extract_id in ids]

    def _read(self, ids: str, value: object) -> list[Extract]:
        """The extracts that the query ``ids`` names, in order of message and place."""
        rows = self._rows(f"SELECT * FROM extracts WHERE id IN ({ids}) {_BY_PLACE}", value)
        found = [row["id"] for row in rows]
        ideas = self._groups(
            f"""SELECT extract_id, idea_id FROM extract_ideas WHERE extract_id {IN}
                ORDER BY extract_id, idea_id""",
            found,
        )
        tags = self._groups(
            f"""SELECT extract_id, tag FROM extract_tags WHERE extract_id {IN}
                ORDER BY extract_id, tag""",
            found,
        )
        return [
            record(
                Extract,
                row,
                idea_ids=tuple(ideas.get(row["id"], ())),
                tags=tuple(tags.get(row["id"], ())),
            )
            for row in rows
        ]


_BY_PLACE = 'ORDER BY message_id, start, "end", id'
_STANDING = """FROM messages m JOIN extracts e ON e.message_id = m.id
    WHERE m.discussion_id = ? AND e.is_stale = 0"""
# What readers see: taken, under no idea at all, or under an idea that they see.
_SEEN = f"""WITH RECURSIVE {SHOWN_IDEAS}, seen AS (
        SELECT e.id, e.message_id, e.start, e."end", e.state, e.nature, e.score,
            min(shown.id) AS idea_id
        FROM messages m JOIN extracts e ON e.message_id = m.id
        LEFT JOIN extract_ideas x ON x.extract_id = e.id LEFT JOIN shown ON shown.id = x.idea_id
        WHERE m.discussion_id = ?1 AND e.is_stale = 0 AND (?2 IS NULL OR e.state = ?2)
            AND (?3 IS NULL OR e.nature = ?3)
        GROUP BY e.id HAVING e.state = 'taken' OR count(x.idea_id) = 0 OR min(shown.id) NOT NULL)"""
