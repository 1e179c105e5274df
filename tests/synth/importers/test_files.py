"""Inputs as people name them, the harmless and the dangerous."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from synth.importers import files, input_file
from synth.importers.files import expand
from synth.importers.input_file import InputFile
from synth.records import Problem


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _split(*inputs: str | Path) -> tuple[list[InputFile], list[Problem]]:
    found = list(expand(inputs))
    return (
        [each for each in found if isinstance(each, InputFile)],
        [each for each in found if isinstance(each, Problem)],
    )


def _content(file: InputFile) -> bytes:
    with file.open() as stream:
        return stream.read()


def _only_problem(path: Path) -> Problem:
    found, problems = _split(path)
    assert not found
    assert len(problems) == 1
    assert problems[0].source == str(path)
    return problems[0]


def test_a_folder_is_read_in_order_without_litter(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/c.txt", ".hidden", "__MACOSX/x", "Thumbs.db", "~$a.xlsx"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    found, problems = _split(tmp_path)
    assert [file.path for file in found] == ["a/c.txt", "a/z.txt", "b.txt"]
    assert not problems
    assert not any(file.is_given for file in found)


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    found, _ = _split(tmp_path / "a.txt", tmp_path, str(tmp_path / "*.txt"))
    assert [file.path for file in found] == ["a.txt"]
    assert found[0].is_given


def test_a_glob_means_its_matches_seen_from_its_fixed_part(tmp_path: Path) -> None:
    for name in ("x/1.txt", "y/2.txt", "users.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    found, _ = _split(str(tmp_path / "*" / "*.txt"))
    assert [file.path for file in found] == ["x/1.txt", "y/2.txt"]
    sibling = found[0].sibling("../users.txt")
    assert sibling is not None
    assert _content(sibling) == b"users.txt"


def test_gz_and_zip_are_told_by_content(tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_bytes(gzip.compress(b"one"))
    (tmp_path / "other.txt").write_bytes(
        _zip({"d/two.txt.gz": gzip.compress(b"two"), "in.zip": _zip({"three.txt": b"three"})})
    )
    found, problems = _split(tmp_path)
    assert not problems
    assert [(file.path, _content(file)) for file in found] == [
        ("d/two.txt", b"two"),
        ("three.txt", b"three"),
        ("plain.csv", b"one"),
    ]
    assert found[1].name == f"{tmp_path / 'other.txt'}:in.zip:three.txt"


def test_siblings_stay_inside_their_container(tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("a")
    (tmp_path / "in" / "b.txt.gz").write_bytes(gzip.compress(b"b"))
    (tmp_path / "in" / "link.txt").symlink_to(tmp_path / "outside.txt")
    (file,), _ = _split(tmp_path / "in" / "a.txt")
    assert file.sibling("../outside.txt") is None
    assert file.sibling("link.txt") is None
    assert file.sibling("none.txt") is None
    packed = file.sibling("b.txt")
    assert packed is not None
    assert _content(packed) == b"b"


def test_archive_members_know_their_siblings(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(_zip({"users.json": b"[]", "general/1.json": b"{}"}))
    found, _ = _split(path)
    sibling = found[0].sibling("../users.json")
    assert found[0].path == "general/1.json"
    assert sibling is not None
    assert _content(sibling) == b"[]"


def test_fingerprint_is_of_the_decompressed_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"same")
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"same"))
    found, _ = _split(tmp_path)
    assert found[0].fingerprint() == found[1].fingerprint()
    assert found[0].fingerprint()[1] == 4


def test_missing_and_empty_files(tmp_path: Path) -> None:
    assert "does not exist" in _only_problem(tmp_path / "none.csv").what
    assert "does not exist" in _only_problem(tmp_path / "*.csv").what
    (tmp_path / "empty.csv").touch()
    assert "is empty" in _only_problem(tmp_path / "empty.csv").what
    (tmp_path / "empty.gz").write_bytes(gzip.compress(b""))
    assert "is empty" in _only_problem(tmp_path / "empty.gz").what


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    path.chmod(0)
    assert "permission denied" in _only_problem(path).what


def test_permission_errors_are_told_from_other_errors() -> None:
    assert "permission denied" in input_file.reason(PermissionError(13, "x"))
    assert input_file.reason(OSError(5, "Input/output error")) == "input/output error"


def test_links_met_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "a.txt").write_text("a")
    found, problems = _split(tmp_path)
    assert [file.path for file in found] == ["a.txt"]
    assert [problem.what for problem in problems] == ["is a symbolic link: not followed"]


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in _only_problem(tmp_path / "pipe").what
    _, problems = _split(tmp_path)
    assert len(problems) == 1


@pytest.mark.parametrize("name", ["../../evil.txt", "/etc/evil.txt", "..\\evil.txt", "C:/evil.txt"])
def test_paths_that_lead_out_of_an_archive_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(_zip({name: b"evil", "good.txt": b"good"}))
    found, problems = _split(path)
    assert [file.path for file in found] == ["good.txt"]
    assert len(problems) == 1
    assert "leads out of the archive" in problems[0].what


def test_links_in_an_archive_are_refused(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("link")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    (problem,) = expand([path])
    assert "symbolic link" in str(problem)


def _encrypted(content: bytes) -> bytes:
    """An archive whose members say that they are encrypted."""
    data = bytearray(_zip({"a.txt": content}))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + at] |= 1
    return bytes(data)


def test_an_encrypted_archive_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(_encrypted(b"secret"))
    problem = _only_problem(path)
    assert "is encrypted" in problem.what
    assert "password" in problem.remedy


def test_damaged_archives(tmp_path: Path) -> None:
    whole = _zip({"a.txt": os.urandom(5000)})
    path = tmp_path / "cut.zip"
    path.write_bytes(whole[:3000])
    assert "cut-off zip" in _only_problem(path).what
    path = tmp_path / "flipped.zip"
    path.write_bytes(whole[:2000] + b"\0\0\0\0" + whole[2004:])
    (problem,) = expand([path])
    assert isinstance(problem, Problem)
    assert "CRC" in problem.what


def test_a_cut_gz_gives_what_came_before_and_says_so(tmp_path: Path) -> None:
    content = os.urandom(300_000)
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(content)[:200_000])
    (file,), problems = _split(path)
    assert not problems
    given = _content(file)
    assert content.startswith(given)
    assert len(given) > 190_000
    assert file.fault is not None
    assert "cut off" in file.fault.what
    assert not file.is_refused


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.txt", bytes(64 * 2**20))
    problem = _only_problem(path)
    assert "decompression bomb" in problem.what
    assert path.stat().st_size < 100_000


def test_a_gz_bomb_is_stopped_on_the_way(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb") as stream:
        for _ in range(64):
            stream.write(b"a" * 2**20)
    (file,), _ = _split(path)
    with file.open() as stream:
        n_bytes = sum(len(chunk) for chunk in iter(lambda: stream.read(2**20), b""))
    assert n_bytes <= input_file.RATIO_FLOOR + 2**20
    assert file.is_refused
    assert file.fault is not None
    assert "decompression bomb" in file.fault.what


def test_limits_leave_ordinary_text_alone() -> None:
    assert not input_file.is_bomb(n_packed=10 * 2**20, n_bytes=600 * 2**20)
    assert input_file.is_bomb(n_packed=2**20, n_bytes=2**30)
    assert input_file.is_bomb(n_packed=2**32, n_bytes=input_file.MAX_BYTES + 1)


def test_archives_may_be_nested_once(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(_zip({"b.zip": _zip({"c.zip": _zip({"d.txt": b"d"})})}))
    (problem,) = expand([path])
    assert isinstance(problem, Problem)
    assert "too deep" in problem.what
    assert problem.source.endswith("a.zip:b.zip:c.zip")


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_MEMBERS", 2)
    path = tmp_path / "a.zip"
    path.write_bytes(_zip({f"{n}.txt": b"x" for n in range(3)}))
    assert "holds 3 files" in _only_problem(path).what


def test_a_packed_pack_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(gzip.compress(b"x")))
    assert "packed twice" in _only_problem(path).what
