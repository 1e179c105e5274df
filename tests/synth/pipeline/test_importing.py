"""Imports: nothing twice, edits kept, dry runs leave no trace, ids that collide."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from synth.errors import InputProblem, StoreProblem
from synth.pipeline import (
    choose_discussion,
    discussion_for,
    import_files,
    require_messages,
    title_of,
)
from synth.records import Nature, ParentEvidence, Span
from synth.store import Store
from tests.synth.small_discussion import rows, write_csv


def texts(store: Store, discussion_id: int) -> list[str]:
    return [message.text for message in store.messages.all(discussion_id)]


def counts(store: Store, discussion_id: int, *paths: Path) -> tuple[int, int, int]:
    report = import_files(store, discussion_id, list(paths))
    return report.n_added, report.n_updated, report.n_unchanged


def test_the_same_file_twice_adds_nothing(store: Store, discussion_id: int, table: Path) -> None:
    assert counts(store, discussion_id, table) == (40, 0, 0)
    before = list(store.messages.all(discussion_id))
    assert counts(store, discussion_id, table) == (0, 0, 40)
    assert list(store.messages.all(discussion_id)) == before
    assert len(store.sources.all(discussion_id)) == 1


def test_an_updated_export_under_another_name(
    store: Store, discussion_id: int, table: Path
) -> None:
    import_files(store, discussion_id, [table])
    ids = {m.source_id: m.id for m in store.messages.all(discussion_id)}
    newer = rows(41)
    newer[4]["text"] += " Edited since."
    assert counts(store, discussion_id, write_csv(table.with_name("later.csv"), newer)) == (
        1,
        1,
        39,
    )
    after = {m.source_id: m for m in store.messages.all(discussion_id)}
    assert len(after) == 41
    assert after["5"].text.endswith("Edited since.")
    assert {source_id: after[source_id].id for source_id in ids} == ids
    (event,) = store.events.last(discussion_id)
    assert (event["verb"], event["noun_id"]) == ("edited", ids["5"])
    assert event["after"]["text"] == after["5"].text


def test_what_a_person_took_survives_an_edit_around_it(
    store: Store, discussion_id: int, table: Path
) -> None:
    import_files(store, discussion_id, [table])
    first, second = list(store.messages.all(discussion_id))[:2]
    for message in (first, second):
        store.extracts.take(
            message.id, Span(start=4, end=20), nature=Nature.ISSUE, tags=(), actor="harvester"
        )
    newer = rows()
    newer[0]["text"] = f"One thing first. {newer[0]['text']}"
    newer[1]["text"] = "Withdrawn."
    import_files(store, discussion_id, [write_csv(table.with_name("later.csv"), newer)])
    (kept,) = store.extracts.all(discussion_id)
    message = store.messages.get(kept.message_id)
    assert message is not None
    assert kept.message_id == first.id
    assert message.text[kept.start : kept.end] == kept.quote == first.text[4:20]


def test_a_dry_run_keeps_nothing(store: Store, discussion_id: int, table: Path) -> None:
    import_files(store, discussion_id, [table])
    before = list(store.messages.all(discussion_id))
    newer = rows(45)
    newer[0]["text"] += " Edited since."
    later = write_csv(table.with_name("later.csv"), newer)
    report = import_files(store, discussion_id, [later], dry_run=True)
    assert (report.n_added, report.n_updated, report.n_unchanged) == (5, 1, 39)
    assert list(store.messages.all(discussion_id)) == before
    assert len(store.sources.all(discussion_id)) == 1
    assert store.events.last(discussion_id) == []


def test_a_dry_run_opens_no_discussion(store: Store, table: Path) -> None:
    with discussion_for(store, "New", [table]) as chosen:
        report = import_files(store, chosen.id, [table], dry_run=True)
    assert report.n_added == 40
    assert store.discussions.all() == []


def test_what_cannot_be_read_opens_no_discussion(store: Store, tmp_path: Path, table: Path) -> None:
    missing = tmp_path / "missing.csv"
    with discussion_for(store, None, [missing]) as chosen:
        report = import_files(store, chosen.id, [missing])
    with pytest.raises(InputProblem, match=r"missing\.csv: does not exist; check the path"):
        require_messages(report, [missing])
    assert store.discussions.all() == []
    with discussion_for(store, None, [table]) as chosen:
        import_files(store, chosen.id, [table])
    with discussion_for(store, None, [missing]) as same:
        import_files(store, same.id, [missing])
    assert [found.slug for found in store.discussions.all()] == [chosen.slug] == ["town"]


def test_two_files_that_both_count_from_one(
    store: Store, discussion_id: int, table: Path, tmp_path: Path
) -> None:
    other = [
        {"id": str(i), "parent_id": "1" if i == 2 else "", "text": f"Quasar number {i} fades."}
        for i in range(1, 21)
    ]
    sky = write_csv(tmp_path / "sky.csv", other)
    assert counts(store, discussion_id, table, sky) == (60, 0, 0)
    messages = {m.text: m for m in store.messages.all(discussion_id)}
    answer = messages["Quasar number 2 fades."]
    assert answer.parent_id == messages["Quasar number 1 fades."].id
    assert counts(store, discussion_id, sky, table) == (0, 0, 60)


def test_short_answers_that_repeat_do_not_make_two_tables_one(
    store: Store, discussion_id: int, tmp_path: Path
) -> None:
    answers = [{"id": str(i), "text": "Yes." if i % 3 else "No, never."} for i in range(1, 31)]
    first = write_csv(tmp_path / "question_bus.csv", answers)
    answers[0]["text"] = "Only if the rents stay as they are."
    second = write_csv(tmp_path / "question_rent.csv", answers)
    assert counts(store, discussion_id, first, second) == (60, 0, 0)


def test_an_id_used_again_for_other_words_is_told_and_kept(
    store: Store, discussion_id: int, tmp_path: Path
) -> None:
    repeated = [*rows(12), {"id": "3", "text": "Swans nest below the mill."}]
    path = write_csv(tmp_path / "repeated.csv", repeated)
    report = import_files(store, discussion_id, [path])
    assert sorted(texts(store, discussion_id)) == sorted(row["text"] for row in repeated)
    (problem,) = report.all_problems
    assert "'3'" in problem.what
    assert problem.remedy
    again = import_files(store, discussion_id, [path])
    assert (again.n_added, again.n_updated, again.n_unchanged) == (0, 0, 13)


def test_good_records_and_files_are_kept_beside_bad_ones(
    store: Store, discussion_id: int, table: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    cut = tmp_path / "cut.json"
    whole = json.dumps([{"id": f"j{i}", "text": f"Lantern {i} is broken."} for i in range(20)])
    cut.write_text(whole[: len(whole) // 2], encoding="utf-8")
    report = import_files(store, discussion_id, [picture, cut, table, tmp_path / "missing.csv"])
    assert 40 < report.n_added < 60
    sources = {Path(problem.source).name for problem in report.all_problems}
    assert sources == {"picture.csv", "cut.json", "missing.csv"}
    assert all(problem.what and problem.remedy for problem in report.all_problems)
    kept = {s.name: s.n_problems for s in store.sources.all(discussion_id)}
    assert kept[str(cut)] == 1


def test_cycles_self_answers_and_lost_parents(
    store: Store, discussion_id: int, tmp_path: Path
) -> None:
    parents = {"1": "3", "2": "1", "3": "2", "4": "4", "5": "99", "6": "5"}
    messages = [
        {"id": i, "parent_id": parent, "text": f"Remark {i} stands here."}
        for i, parent in parents.items()
    ]
    report = import_files(store, discussion_id, [write_csv(tmp_path / "loop.csv", messages)])
    assert report.n_added == 6
    found = {m.id: m for m in store.messages.all(discussion_id)}
    for message in found.values():
        steps, at = 0, message
        while at.parent_id is not None:
            at, steps = found[at.parent_id], steps + 1
            assert steps <= len(found)
        assert at.id == message.thread_id
        assert steps == message.depth


def test_a_forum_post_on_two_pages_is_one_message(
    store: Store, discussion_id: int, tmp_path: Path
) -> None:
    def page(numbers: range, *, likes: int) -> str:
        posts = [
            {
                "id": 700 + n,
                "topic_id": 7,
                "post_number": n,
                "post_type": 1,
                "username": f"user{n}",
                "created_at": f"2024-05-01T10:{n:02d}:00.000Z",
                "cooked": f"<p>Bench number {n} needs paint.</p>",
                "reply_to_post_number": 1 if n == 3 else None,
                "actions_summary": [{"id": 2, "count": likes}],
            }
            for n in numbers
        ]
        return json.dumps({"id": 7, "title": "Benches", "post_stream": {"posts": posts}})

    folder = tmp_path / "forum"
    folder.mkdir()
    (folder / "t_7.json").write_text(page(range(1, 6), likes=1), encoding="utf-8")
    (folder / "t_7_page_2.json").write_text(page(range(4, 9), likes=1), encoding="utf-8")
    assert counts(store, discussion_id, folder) == (8, 0, 2)
    messages = {m.source_id: m for m in store.messages.all(discussion_id)}
    assert messages["703"].parent_id == messages["701"].id
    assert messages["703"].parent_evidence is ParentEvidence.HEADER
    assert counts(store, discussion_id, folder) == (0, 0, 10)


def test_erased_authors_stay_away(store: Store, discussion_id: int, table: Path) -> None:
    import_files(store, discussion_id, [table])
    who = store.participants.find(discussion_id, "Person 3")
    assert who is not None
    n_emptied = store.participants.erase(discussion_id, who)["messages"]
    newer = rows(50)
    for row in newer:
        row["text"] += " Edited since."
    import_files(store, discussion_id, [write_csv(table.with_name("later.csv"), newer)])
    messages = list(store.messages.all(discussion_id))
    assert sum(not m.text for m in messages) == n_emptied > 0
    theirs = {row["id"] for row in newer if row["author"] == "Person 3"}
    assert all(not m.text for m in messages if m.source_id in theirs)
    assert store.participants.find(discussion_id, "Person 3") is None
    assert "Person 3" not in store.participants.names(discussion_id).values()


def test_real_names_stay_out_of_messages(store: Store, discussion_id: int, table: Path) -> None:
    import_files(store, discussion_id, [table])
    authors = {m.author for m in store.messages.all(discussion_id)}
    assert len(authors) == 7
    assert all(author and re.fullmatch(r"Participant \d+", author) for author in authors)


def test_which_discussion_is_meant(store: Store, table: Path) -> None:
    with pytest.raises(StoreProblem, match="no discussion yet"):
        choose_discussion(store, None)
    first = choose_discussion(store, None, [table])
    assert first.title == "town"
    assert choose_discussion(store, None).id == first.id
    second = choose_discussion(store, "Second", [table])
    assert choose_discussion(store, "second").id == second.id
    with pytest.raises(StoreProblem, match=r"--discussion: town, second"):
        choose_discussion(store, None, [table])
    with pytest.raises(StoreProblem, match="there are: town, second"):
        choose_discussion(store, "third")


@pytest.mark.parametrize(
    ("path", "title"),
    [("exports/town_hall.csv.gz", "town hall"), ("élan.mbox", "élan"), ("/", "discussion")],
)
def test_titles_come_from_file_names(path: str, title: str) -> None:
    assert title_of(path) == title
