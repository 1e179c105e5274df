"""Erasing: a person's words and name are nowhere in the file afterwards."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from synth.corrections import confirm_idea
from synth.errors import ModelMissing, StoreProblem, StoreTrouble
from synth.permissions import Role
from synth.pipeline import build, erase_participant, import_files, write_results
from synth.records import Message
from synth.settings import Settings
from synth.store import Offer, Proposal, Store, Watch, open_store
from tests.synth.small_discussion import rows, write_csv

BUILD = import_module("synth.pipeline.build")
"""The module: the package has a function of the same name."""

ONE = 1
DRAFT = Settings(quality="draft")
WORDS = "The harbour crane squeaks whenever the ferry leaves"
SQUEAKS = (
    WORDS,
    "Grease for the harbour crane costs less than new windows along the harbour",
    "At night the harbour crane squeaks so loud that the ferry sounds quiet",
    "A ferry without a harbour crane would leave the goods on the quay",
)


@pytest.fixture
def with_a_stranger(built: Store, tmp_path: Path) -> Store:
    """The built discussion, and one more person whose words somebody answers."""
    newer = [
        *rows(),
        {"id": "41", "author": "Zebulon Quill", "text": f"{WORDS}."},
        {"id": "42", "parent_id": "41", "author": "Person 1", "text": "So grease it at last."},
    ]
    import_files(built, ONE, [write_csv(tmp_path / "town.csv", newer)])
    return built


@pytest.mark.parametrize("named_by", ["name", "pseudonym"])
def test_nothing_of_a_person_remains(with_a_stranger: Store, named_by: str) -> None:
    store = with_a_stranger
    pseudonyms = {name: pseudonym for pseudonym, name in store.participants.names(ONE).items()}
    who = "Zebulon Quill" if named_by == "name" else pseudonyms["Zebulon Quill"]
    n_messages, report = erase_participant(store, ONE, who)
    assert n_messages == 1
    assert report is not None
    messages = {m.source_id: m for m in store.messages.all(ONE)}
    assert messages["41"].text == ""
    assert messages["41"].author is None
    assert messages["42"].parent_id == messages["41"].id
    store.close()
    left = store.path.read_bytes() + b"".join(
        path.read_bytes() for path in store.path.parent.glob(f"{store.path.name}-*")
    )
    for trace in ("Zebulon", "harbour crane", "squeaks", "ferry"):
        assert trace.encode() not in left


def test_nothing_tells_who_they_were(imported: Store, discussion_id: int) -> None:
    who = imported.participants.find(discussion_id, "Person 2")
    assert who is not None
    member = imported.members.add("Bea")
    imported.claims.put(member.id, who)
    offer = Offer(
        role=Role.PARTICIPANT, discussion_id=discussion_id, participant_id=who, note="For Bea Lind"
    )
    _made, token = imported.invitations.make(offer, actor="console")
    erase_participant(imported, discussion_id, "Person 2")
    left = imported.invitations.find(token)
    assert left is not None
    assert (left.note, left.is_open) == ("", False)
    assert imported.claims.of(discussion_id) == []


def test_the_map_is_built_without_them(with_a_stranger: Store) -> None:
    build(with_a_stranger, ONE, Settings(quality="draft"))
    ids = {m.source_id: m.id for m in with_a_stranger.messages.all(ONE)}
    erase_participant(with_a_stranger, ONE, "Zebulon Quill")
    placed = {p.message_id for p in with_a_stranger.ideas.placements(ONE)}
    assert ids["41"] not in placed
    assert ids["1"] in placed


def test_an_idea_that_only_they_spoke_of_rests_without_their_words(
    built: Store, tmp_path: Path
) -> None:
    theirs = [
        {"id": str(41 + n), "author": "Zebulon Quill", "text": f"{SQUEAKS[n % 4]}, {n} times."}
        for n in range(12)
    ]
    import_files(built, ONE, [write_csv(tmp_path / "town.csv", [*rows(), *theirs])])
    build(built, ONE, DRAFT, force=True)
    stranger = built.participants.find(ONE, "Zebulon Quill")
    ids = {m.id for m in built.messages.all(ONE) if m.participant_id == stranger}
    under: dict[int | None, set[bool]] = {}
    for placement in built.ideas.placements(ONE):
        under.setdefault(placement.idea_id, set()).add(placement.message_id in ids)
    (idea_id, *_) = [leaf for leaf, whose in under.items() if leaf and whose == {True}]
    confirm_idea(built, ONE, idea_id, actor="Ann")
    build(built, ONE, DRAFT, force=True)
    _, report = erase_participant(built, ONE, "Zebulon Quill")
    assert report is not None
    assert report.n_ideas == len(built.ideas.outline(ONE))
    assert report.lineage["kept"] + report.lineage["born"] == report.n_ideas
    resting = built.ideas.get(idea_id)
    assert resting is not None
    assert (resting.title, resting.keyphrases, resting.summary) == ("…", (), "")
    built.close()
    left = built.path.read_bytes()
    for trace in ("harbour", "Harbour", "squeaks", "ferry"):
        assert trace.encode() not in left


def test_no_run_tells_of_the_titles_that_were(with_a_stranger: Store) -> None:
    store = with_a_stranger
    became = {"gone": [{"id": 3, "title": "Harbour crane"}], "kept": [1]}
    for state, outcome in (("done", {"became": became}), ("failed", {"error": "no harbour"})):
        run_id = store.runs.begin(
            ONE, kind="build", seed=0, settings={"quality": "draft"}, versions={}
        )
        store.runs.finish(run_id, state=state, outcome=outcome)
    store.runs.forget_words(ONE)
    done, failed = store.runs.last(ONE), store.runs.last(ONE, state="failed")
    assert done is not None
    assert failed is not None
    assert done.outcome == {"became": {"gone": [{"id": 3, "title": "…"}], "kept": [1]}}
    assert failed.outcome == {"error": "…"}


def test_without_the_model_nothing_is_erased(
    with_a_stranger: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_: str) -> object:
        raise ModelMissing("the model is not there")

    monkeypatch.setattr("models.load", load)
    with pytest.raises(ModelMissing):
        erase_participant(with_a_stranger, ONE, "Zebulon Quill")
    assert with_a_stranger.participants.find(ONE, "Zebulon Quill") is not None


def test_a_second_call_finishes_what_a_failed_build_left(
    with_a_stranger: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = with_a_stranger
    build(store, ONE, DRAFT)
    titles = {idea.title for idea in store.ideas.outline(ONE)}
    names = {name: pseudonym for pseudonym, name in store.participants.names(ONE).items()}
    stranger = names["Zebulon Quill"]

    def fail(*_: object) -> object:
        raise StoreProblem(f"cannot: {WORDS}")

    with monkeypatch.context() as patch:
        patch.setattr(BUILD, "find_map", fail)
        with pytest.raises(StoreProblem, match="erased, but the map was not built again"):
            erase_participant(store, ONE, stranger)
    assert {idea.title for idea in store.ideas.outline(ONE)} == {"…"}
    assert WORDS.encode() not in store.path.read_bytes()
    n_messages, report = erase_participant(store, ONE, stranger)
    assert n_messages == 0
    assert report is not None
    assert len(titles & {idea.title for idea in store.ideas.outline(ONE)}) > 1


def test_without_a_map_there_is_nothing_to_build(imported: Store, discussion_id: int) -> None:
    n_messages, report = erase_participant(imported, discussion_id, "Person 2")
    assert n_messages == 6
    assert report is None


def test_nobody_of_that_name(imported: Store, discussion_id: int) -> None:
    with pytest.raises(StoreProblem, match="nobody called 'Ann'"):
        erase_participant(imported, discussion_id, "Ann")


ALL = Settings(quality="draft", suggest="all")
ZEB = "Zebulon Quill <zeb@quill.example>"
TRACES = ("zwirbelkran", "quietscht", "schnurzfähre", "zebulon", "zeb@quill")
"""Words that nobody else ever typed, and the name."""
SAID = """The Zwirbelkran at the harbour quietscht whenever the old Schnurzfähre
leaves, and nobody in the whole town sleeps before the tide has turned again."""


def mail(
    n: int, sender: str, subject: str, text: str, *, to: int | None = None, html: bool = False
) -> str:
    answers = "" if to is None else f"In-Reply-To: <{to}@town.example>\n"
    kind = "html" if html else "plain"
    return (
        f"From {n}@town.example Mon Feb 24 09:00:00 2025\nFrom: {sender}\nSubject: {subject}\n"
        f"Date: Mon, 24 Feb 2025 {9 + n // 60:02}:{n % 60:02}:00 +0000\n"
        f"Message-ID: <{n}@town.example>\n{answers}"
        f'Content-Type: text/{kind}; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n{text}\n\n'
    )  # fmt: skip


def quoted(text: str, mark: str) -> str:
    return "\n".join(mark + line for line in text.splitlines())


NESTED = """On Mon, Bo Lind <bo@town.example> wrote:
> On Mon, Zebulon Quill <zeb@quill.example> wrote:
> > The Zwirbelkran at the harbour quietscht whenever the
> > old Schnurzfähre leaves, and nobody in the whole town
> > sleeps before the tide has turned again.
> Grease costs little, says Bo about it.

Then let us buy a bucket of it on Saturday."""
HTML = """<p>Look at this thing that I was sent:</p><blockquote>The <b>Zwirbelkran</b> at the
harbour quietscht whenever the old Schnurzfähre leaves</blockquote>
<p>What do you make of it, neighbours?</p>"""
FORWARDED = f"""Somebody sent me these lines.

{quoted(SAID, "> ")}

They came without a name, and I like them.

> Quietscht!"""


def mails() -> Iterator[str]:
    """A town that talks of three subjects; one of seven also of a fourth, and is answered."""
    for n, row in enumerate(rows(40), start=1):
        yield mail(n, f"{row['author']} <p{n % 7}@town.example>", f"Subject {n % 3}", row["text"])
    yield mail(50, ZEB, "Zwirbelkran by night", SAID)
    for n in range(51, 57):
        text = f"Again the Zwirbelkran quietscht, {n} times, as the Schnurzfähre left the harbour."
        yield mail(n, ZEB, "Re: Zwirbelkran by night", text, to=50)
    direct = f"On Mon, {ZEB} wrote:\n{quoted(SAID, '> ')}\n\nGrease costs little."
    yield mail(60, "Bo Lind <bo@town.example>", "Re: Zwirbelkran by night", direct, to=50)
    yield mail(61, "Cy Dorn <cy@town.example>", "AW: Re: Zwirbelkran by night", NESTED, to=60)
    yield mail(62, "Dee Ash <dee@town.example>", "Something I was sent", FORWARDED)
    yield mail(
        63,
        "Eve Oak <eve@town.example>",
        "Tickets (was: Zwirbelkran by night)",
        "Tickets are too dear for us. Ask zeb@quill.example, or @ZebulonQuill.",
    )
    yield mail(64, "Gus Fir <gus@town.example>", "A mail", HTML, html=True)


@pytest.fixture(scope="module")
def town_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built twice, with what a file gathers: edits, corrections, proposals, failures."""
    folder = tmp_path_factory.mktemp("town")
    box, db = folder / "town.mbox", folder / "town.db"
    with open_store(db) as store:
        here = store.discussions.add("The town").id
        first = "".join(mails())
        box.write_text(first.replace("54 times", "54 times, quietscht in vain,"), encoding="utf-8")
        import_files(store, here, [box])
        build(store, here, ALL)
        theirs = next(i for i in store.ideas.outline(here) if "zwirbelkran" in i.title.casefold())
        confirm_idea(store, here, theirs.id, actor="Ann")
        box.write_text(first, encoding="utf-8")
        import_files(store, here, [box])
        build(store, here, ALL, force=True)
        last = store.runs.last(here)
        assert last is not None
        proposal = Proposal(
            idea_id=theirs.id, run_id=last.id, model="m", address="a", prompt=SAID,
            answer="Der Zwirbelkran", refusal=None,
        )  # fmt: skip
        store.proposals.put(here, proposal)
        failed = store.runs.begin(here, kind="build", seed=0, settings={}, versions={})
        store.runs.finish(failed, state="failed", outcome={"error": SAID})
        store.vacuum()
    return db


@pytest.fixture
def town(town_db: Path, tmp_path: Path) -> Iterator[Store]:
    with open_store(shutil.copy(town_db, tmp_path / "town.db")) as store:
        yield store


def contents(store: Store, out: Path) -> bytes:
    """Every byte of the file, of what SQLite keeps beside it, and of an export."""
    write_results(store, 1, out, names=True)
    beside = store.path.parent.glob(f"{store.path.name}*")
    return b"".join(path.read_bytes().lower() for path in (*beside, *out.iterdir()))


def indexed_words(path: Path) -> set[str]:
    """The words of the full-text index, which holds those that begin alike in parts."""
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab('main', 'messages_fts', 'row')")
        return {term for (term,) in raw.execute("SELECT term FROM temp.v")}


def by_source(store: Store) -> dict[str, Message]:
    return {m.source_id.split("@")[0].strip("<"): m for m in store.messages.all(1)}


def test_no_byte_of_the_file_or_of_an_export_holds_their_words(town: Store, tmp_path: Path) -> None:
    before = contents(town, tmp_path / "before")
    for trace in TRACES:
        assert trace.encode() in before, trace
    assert {"zwirbelkran", "schnurzfahre"} <= indexed_words(town.path)
    assert "zwirbelkran" in " ".join(i.title for i in town.ideas.outline(1)).casefold()
    n_messages, report = erase_participant(town, 1, "Zebulon Quill")
    assert n_messages == 7
    assert report is not None
    after = contents(town, tmp_path / "after")
    for trace in TRACES:
        assert trace.encode() not in after, trace
    (record,) = town.erasures.of(1)
    assert record.removed["messages"] == 7
    assert {"passages", "extracts", "quotes", "subjects", "originals", "masks", "titles",
            "prompts", "names"} == record.removed.keys() - {"messages"}  # fmt: skip
    assert re.fullmatch(r"Participant \d+", record.pseudonym)
    assert not [w for w in indexed_words(town.path) if w.startswith(("zwirb", "schnurz", "quie"))]


def test_what_others_say_themselves_stays(town: Store) -> None:
    before = by_source(town)
    erase_participant(town, 1, "Zebulon Quill")
    after = by_source(town)
    for name in ("60", "61", "62", "63", "64", "7"):
        assert after[name].text == before[name].text != ""
    assert after["60"].text == "Grease costs little."
    assert "They came without a name" in after["62"].text
    quotes = {q.text for found in town.evidence.quotes([after["61"].id]).values() for q in found}
    assert quotes == {
        "On Mon, Bo Lind <bo@town.example> wrote:",
        "Grease costs little, says Bo about it.",
    }
    assert after["61"].parent_id == after["60"].id


def test_a_subject_that_others_only_carry_on_goes_and_one_they_wrote_stays(town: Store) -> None:
    erase_participant(town, 1, "Zebulon Quill")
    after = by_source(town)
    assert [after[name].subject for name in ("50", "60", "61")] == [None, None, None]
    assert after["63"].subject == "Tickets"
    assert after["62"].subject == "Something I was sent"


def test_a_subject_that_somebody_else_wrote_as_well_stays(town: Store, tmp_path: Path) -> None:
    box = tmp_path / "more.mbox"
    box.write_text(mail(70, "Hal Elm <hal@town.example>", "Zwirbelkran by night", "I saw it."))
    import_files(town, 1, [box])
    erase_participant(town, 1, "Zebulon Quill")
    after = by_source(town)
    assert after["70"].subject == "Zwirbelkran by night"
    assert after["60"].subject == "Re: Zwirbelkran by night"
    assert after["50"].subject is None


def test_a_map_of_an_earlier_version_is_built_again_with_todays_settings(built: Store) -> None:
    """Its run did not know of settings that came later."""
    built._db.execute("UPDATE runs SET settings = json_remove(settings, '$.sides')")
    n_messages, report = erase_participant(built, ONE, "Person 1")
    assert n_messages > 0
    assert report is not None
    last = built.runs.last(ONE)
    assert last is not None
    assert last.settings["sides"] is True


def _traces(db: Path) -> list[str]:
    """What of the stranger's words is left in the file or beside it."""
    parts = [db, *db.parent.glob(f"{db.name}-*")]
    stored = b"".join(path.read_bytes() for path in parts)
    return [t for t in ("Zebulon", "harbour crane", "squeaks", "ferry") if t.encode() in stored]


def test_the_words_are_gone_while_others_have_the_file_open(with_a_stranger: Store) -> None:
    """A viewer holds it open, and readers come and go."""
    db = with_a_stranger.path
    with closing(Watch(db)) as watch, open_store(db) as reader:
        assert watch.version() is not None
        assert reader.messages.count(ONE) == 42
        erase_participant(with_a_stranger, ONE, "Zebulon Quill")
        assert _traces(db) == []


def test_the_words_are_gone_before_the_map_is_built_anew(
    with_a_stranger: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Building takes long, and may be cut off."""
    db = with_a_stranger.path
    left: list[list[str]] = []

    def note(*_: object, **__: object) -> None:
        left.append(_traces(db))
        raise StoreProblem("cut off")

    with closing(Watch(db)) as watch, pytest.raises(StoreProblem, match="are erased, but"):
        watch.version()
        with monkeypatch.context() as patch:
            patch.setattr("synth.pipeline.erase.build", note)
            erase_participant(with_a_stranger, ONE, "Zebulon Quill")
    assert left == [[]]


def test_who_keeps_the_words_by_reading_an_earlier_state_is_waited_for_and_told_of(
    with_a_stranger: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synth.pipeline.erase.PATIENCE", 0.05)
    store = with_a_stranger
    pseudonyms = {name: pseudonym for pseudonym, name in store.participants.names(ONE).items()}
    pseudonym = pseudonyms["Zebulon Quill"]
    with open_store(store.path) as reader:
        reader.hold()
        assert reader.messages.count(ONE) == 42
        with pytest.raises(StoreProblem, match="still reads an earlier state") as problem:
            erase_participant(store, ONE, pseudonym)
        assert problem.value.trouble is StoreTrouble.LOCKED
        assert _traces(store.path) != []
    assert {m.text for m in store.messages.all(ONE) if m.source_id == "41"} == {""}
    n_messages, report = erase_participant(store, ONE, "Zebulon Quill")
    assert n_messages == 0
    assert report is not None
    assert _traces(store.path) == []
