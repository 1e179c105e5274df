"""The jobs file: who is served next, and what is kept of a job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from synth.errors import StoreProblem
from synth.store import JobState, NewJob, Place, Step, open_jobs, open_store
from synth.store.jobs import Jobs

QUICK = (Step.IMPORT, Step.DRAFT)


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    with open_jobs(tmp_path / "jobs.db") as opened:
        yield opened


def asked(jobs: Jobs, discussion_id: int, *, by: str = "ann", step: Step = Step.IMPORT) -> int:
    number = jobs.add(NewJob(kind="upload", title="T", asked_by=by, settings={"seed": 1}))
    slug = f"d{discussion_id}"
    jobs.queue(number, Place(discussion_id=discussion_id, slug=slug, title="T", step=step))
    return number


def served(jobs: Jobs, *steps: Step) -> list[int]:
    """The jobs in the order in which they are carried out, one after the other."""
    found = []
    while (job := jobs.take(steps or QUICK)) is not None:
        found.append(job.id)
        jobs.finish(job.id, JobState.DONE)
    return found


def test_a_job_is_kept_as_it_was_asked_for(tmp_path: Path) -> None:
    with open_jobs(tmp_path / "jobs.db") as jobs:
        new = NewJob(
            kind="upload",
            title="Été",
            asked_by="ann",
            settings={"quality": "draft"},
            uploads="job-1",
            files=("été 会議.csv",),
            is_first=True,
        )
        number = jobs.add(new)
        place = Place(discussion_id=7, slug="ete", title="Été", step=Step.IMPORT)
        jobs.queue(number, place)
    with open_jobs(tmp_path / "jobs.db") as jobs:
        job = jobs.get(number)
    assert job is not None
    assert (job.state, job.step, job.discussion_id) == (JobState.WAITING, Step.IMPORT, 7)
    assert (job.files, job.uploads, job.is_first) == (("été 会議.csv",), "job-1", True)
    assert job.settings == {"quality": "draft"}
    assert not job.is_over


def test_the_number_of_a_job_is_never_given_again(jobs: Jobs) -> None:
    first = jobs.add(NewJob(kind="build", title="T", asked_by="ann", settings={}))
    jobs.forget(first)
    assert jobs.get(first) is None
    assert jobs.add(NewJob(kind="build", title="T", asked_by="ann", settings={})) == first + 1


def test_nobody_waits_behind_all_jobs_of_another_person(jobs: Jobs) -> None:
    ann = [asked(jobs, n) for n in range(1, 6)]
    bo = [asked(jobs, n, by="bo") for n in range(6, 8)]
    assert served(jobs) == [ann[0], bo[0], ann[1], bo[1], *ann[2:]]


def test_the_discussions_of_one_person_take_turns(jobs: Jobs) -> None:
    first = [asked(jobs, 1) for _ in range(3)]
    second = asked(jobs, 2)
    assert served(jobs) == [first[0], second, *first[1:]]


def test_a_discussion_is_worked_on_by_one_job_at_a_time(jobs: Jobs) -> None:
    first, second = asked(jobs, 1), asked(jobs, 1)
    third = asked(jobs, 2)
    assert [getattr(jobs.take(QUICK), "id", None) for _ in range(3)] == [first, third, None]
    jobs.finish(first, JobState.FAILED)
    taken = jobs.take(QUICK)
    assert taken is not None
    assert taken.id == second


def test_a_lane_takes_its_own_steps_only(jobs: Jobs) -> None:
    full, draft = asked(jobs, 1, step=Step.FULL), asked(jobs, 2, step=Step.DRAFT)
    assert served(jobs) == [draft]
    assert served(jobs, Step.FULL) == [full]


def test_attempts_count_for_each_step(jobs: Jobs) -> None:
    number = asked(jobs, 1)
    for attempt in (1, 2):
        taken = jobs.take(QUICK)
        assert taken is not None
        assert taken.n_attempts == attempt
        jobs.wait_again(number, Step.IMPORT, is_counted=True)
    jobs.take(QUICK)
    jobs.tell(number, step=Step.DRAFT, report="{}")
    told = jobs.get(number)
    assert told is not None
    assert (told.step, told.n_attempts) == (Step.DRAFT, 1)
    jobs.wait_again(number, Step.DRAFT, is_counted=False)
    again = jobs.get(number)
    assert again is not None
    assert again.n_attempts == 0


def test_a_cancelled_job_is_tidied_up_whatever_it_waits_for(jobs: Jobs) -> None:
    number = asked(jobs, 1)
    jobs.take(QUICK)
    jobs.end_as(number, JobState.CANCELLED)
    assert jobs.ending() == {number: JobState.CANCELLED}
    jobs.wait_again(number, Step.FULL, is_counted=False)
    assert jobs.take((*QUICK, Step.FULL)) is None
    taken = jobs.take([Step.TIDY])
    assert taken is not None
    assert (taken.id, taken.ends_as) == (number, JobState.CANCELLED)


def test_only_what_left_nothing_half_done_is_withdrawn_at_once(jobs: Jobs) -> None:
    untouched, begun = asked(jobs, 1), asked(jobs, 2, by="bo")
    assert jobs.withdraw(untouched)
    assert not jobs.withdraw(untouched)
    taken = jobs.take(QUICK)
    assert taken is not None
    assert taken.id == begun
    assert not jobs.withdraw(begun)
    jobs.wait_again(begun, Step.IMPORT, is_counted=False)
    assert not jobs.withdraw(begun)
    jobs.take(QUICK)
    jobs.wait_again(begun, Step.FULL, is_counted=False)
    assert jobs.withdraw(begun)


def test_what_ended_without_success_waits_again_under_its_number(jobs: Jobs) -> None:
    number = asked(jobs, 1)
    place = Place(discussion_id=4, slug="again", title="T", step=Step.IMPORT)
    assert not jobs.restart(number, place, actor="bo")
    jobs.take(QUICK)
    jobs.finish(number, JobState.INTERRUPTED, error="killed")
    assert jobs.restart(number, place, actor="bo")
    job = jobs.get(number)
    assert job is not None
    assert (job.state, job.discussion_id, job.slug, job.error) == ("waiting", 4, "again", "")
    assert [line.event for line in jobs.log(number)] == [
        "asked", "begun", "interrupted", "restarted",
    ]  # fmt: skip


def test_a_discussion_that_is_gone_is_named_by_no_job(jobs: Jobs) -> None:
    number = asked(jobs, 1)
    jobs.leave_discussion(1)
    job = jobs.get(number)
    assert job is not None
    assert job.discussion_id is None


def test_files_are_in_use_until_the_job_is_over_or_given_up(jobs: Jobs) -> None:
    numbers = [
        jobs.add(NewJob(kind="upload", title="T", asked_by="a", settings={}, uploads=f"job-{n}"))
        for n in range(3)
    ]
    jobs.finish(numbers[0], JobState.DONE)
    jobs.finish(numbers[1], JobState.INTERRUPTED)
    assert jobs.uploads_in_use() == {"job-1", "job-2"}


def test_two_workers_never_take_the_same_job(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    with open_jobs(path) as jobs:
        numbers = [asked(jobs, n) for n in range(1, 41)]
    taken: list[int] = []

    def take_all() -> None:
        with open_jobs(path) as opened:
            while (job := opened.take(QUICK)) is not None:
                taken.append(job.id)

    threads = [Thread(target=take_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == numbers


def test_many_open_a_new_file_at_once(tmp_path: Path) -> None:
    found: list[int] = []

    def begin() -> None:
        with open_jobs(tmp_path / "jobs.db") as opened:
            found.append(asked(opened, 1))

    threads = [Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(1, 9))


def test_a_file_of_something_else_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    with open_store(path):
        pass
    before = path.read_bytes()
    with pytest.raises(StoreProblem, match="not a file of jobs"):
        open_jobs(path)
    assert path.read_bytes() == before


def test_a_damaged_file_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    path.write_bytes(b"nonsense" * 1000)
    with pytest.raises(StoreProblem, match=r"jobs\.db: .*"):
        open_jobs(path)
