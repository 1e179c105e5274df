"""Tables in the dialects that spreadsheets, platforms and people write."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from synth.errors import InputProblem
from synth.importers import any_table, tables
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.records import BodyFormat, Problem, RawMessage, Stance


def _file(content: str | bytes, path: str = "data.csv") -> InputFile:
    data = content if isinstance(content, bytes) else content.encode()
    return InputFile(lambda: io.BytesIO(data), name=path, path=path)


def _read(
    content: str | bytes, columns: Mapping[str, str] | None = None, path: str = "data.csv"
) -> list[RawMessage | Problem]:
    return list(any_table.read(_file(content, path), ReadOptions(columns=columns or {})))


def _messages(content: str | bytes, columns: Mapping[str, str] | None = None) -> list[RawMessage]:
    return [each for each in _read(content, columns) if isinstance(each, RawMessage)]


def test_the_contract_columns() -> None:
    (message,) = _read(
        "id,text,parent_id,author,created_at,title,thread,language\n"
        "m2,The bees are back,m1,Ann,2020-01-06T10:00:00Z,Bees,t1,en-GB\n"
    )
    assert message == RawMessage(
        source_id="m2",
        text="The bees are back",
        position="record 1",
        parent_source_id="m1",
        thread_source_id="t1",
        author_key="Ann",
        author_name="Ann",
        posted_at=datetime(2020, 1, 6, 10, tzinfo=UTC),
        subject="Bees",
        language="en",
    )


@pytest.mark.parametrize(
    "header",
    [
        "comment-id,comment-body,author-id,reply to",
        "Comment ID,Comment Body,Author ID,In-Reply-To",
        "commentId,message,authorId,parentId",
        "Identifiant,Contenu,Auteur ID,En réponse à",
        "identifiant,texte,id_auteur,id_parent",
        "Kommentar-ID,Beitrag,Autor ID,Antwort auf",
        "arg_id,argument,user/id,parent",
    ],
)
def test_names_in_three_languages(header: str) -> None:
    (message,) = _messages(f"{header}\nx2,We should plant lime trees,u7,x1\n")
    assert message.source_id == "x2"
    assert message.text == "We should plant lime trees"
    assert message.author_key == "u7"
    assert message.parent_source_id == "x1"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_dialects(delimiter: str, encoding: str, end: str) -> None:
    rows = [
        ("id", "texte", "titre"),
        ("a", f'"L\'été{delimiter} à la ""mairie"""', "Fêtes"),
        ("b", f'"Deux{end}lignes"', "Noël"),
    ]
    content = end.join(delimiter.join(row) for row in rows) + end
    file = _file(content.encode(encoding))
    assert any_table.sniff(file) is Fit.MESSAGES
    found = list(any_table.read(file, ReadOptions()))
    assert [each.text for each in found if isinstance(each, RawMessage)] == [
        f'L\'été{delimiter} à la "mairie"',
        f"Deux{end}lignes",
    ]
    assert [each.subject for each in found if isinstance(each, RawMessage)] == ["Fêtes", "Noël"]


def test_one_stray_byte_does_not_cost_the_accents_of_a_file() -> None:
    content = "id,text\n" + "".join(f"a{n},L'été à Zürich\n" for n in range(50))
    found = _messages(content.encode() + b"b,caf\xe9\n")
    assert {message.text for message in found} == {"L'été à Zürich", "café"}


def test_an_encoding_may_be_given_and_must_exist() -> None:
    content = "id,text\n1,Привет всем\n".encode("koi8-r")
    (message,) = any_table.read(_file(content), ReadOptions(encoding="koi8-r"))
    assert isinstance(message, RawMessage)
    assert message.text == "Привет всем"
    with pytest.raises(InputProblem, match="does not exist"):
        list(any_table.read(_file(content), ReadOptions(encoding="koi-99")))


def test_without_an_id_column_rows_count() -> None:
    found = _messages("text\nThe first of them\n\nThe second one\n")
    assert [(each.source_id, each.position) for each in found] == [
        ("1", "record 1"),
        ("2", "record 2"),
    ]
    assert found[0].namespace == "data"


def test_numbers_are_ids_of_their_table_and_names_are_ids_everywhere() -> None:
    numbers = "id,text\n1,One of them\n2,Two of them\n"
    spaces = {
        path: {m.namespace for m in _read(numbers, path=path) if isinstance(m, RawMessage)}
        for path in ("north.csv", "south.csv", "north-2024-01-31.csv", "north (1).csv")
    }
    assert spaces["north.csv"] == {"north"}
    assert spaces["south.csv"] == {"south"}
    assert spaces["north-2024-01-31.csv"] == spaces["north (1).csv"] == {"north"}
    assert {m.namespace for m in _messages(numbers.replace("1,", "a1,").replace("2,", "a2,"))} == {
        ""
    }


def test_a_column_named_id_that_repeats_is_no_id() -> None:
    rows = "".join(f"7,row-{n},Text number {n}\n" for n in range(20))
    found = _messages("id,key,text\n" + rows)
    assert [message.source_id for message in found] == [f"row-{n}" for n in range(20)]


def test_a_repeated_id_is_told_and_nothing_is_lost() -> None:
    rows = "".join(f"a{n},Text {n}\n" for n in range(30))
    found = _read("id,text\n" + rows + "a3,Another text\n")
    problems = [each for each in found if isinstance(each, Problem)]
    messages = [each for each in found if isinstance(each, RawMessage)]
    assert len(messages) == 31
    assert len({message.source_id for message in messages}) == 31
    assert [problem.position for problem in problems] == ["record 31"]
    assert "'a3' of record 4" in problems[0].what


def test_parents_that_are_none() -> None:
    found = _messages(
        "id,parent_id,text\n"
        "1,,One word\n2,0,Two words\n3,null,Three\n4,4,Four\n5,-1,Five\n6,1,Six\n"
    )
    assert [message.parent_source_id for message in found] == [None] * 5 + ["1"]
    zero = _messages("id,parent_id,text\n0,,One word\n1,0,Two words\n")
    assert zero[1].parent_source_id == "0"


def test_reddit_ids_are_matched() -> None:
    found = _messages("id,parent_id,body\nc1,t3_post,Top level\nc2,t1_c1,An answer\n")
    assert (found[0].parent_source_id, found[0].thread_source_id) == (None, "t3_post")
    assert found[1].parent_source_id == "c1"


def test_topic_and_stance_of_arguments() -> None:
    found = _messages(
        "arg_id,argument,topic,stance\n"
        "a1,It saves money,Uniforms,-1\na2,It costs a lot,Uniforms,1\n"
    )
    assert [message.stance for message in found] == [Stance.AGAINST, Stance.FOR]
    assert {(message.thread_source_id, message.category) for message in found} == {
        ("Uniforms", "Uniforms")
    }


def test_a_stance_may_be_written_with_its_sign() -> None:
    found = _messages("id,text,stance\na,It saves money,+1\nb,It costs a lot,-1\n")
    assert [message.stance for message in found] == [Stance.FOR, Stance.AGAINST]


def test_a_stance_column_with_other_words_is_left_alone() -> None:
    (message,) = _messages("id,text,position\na,It saves money,third row\n")
    assert message.stance is None
    assert message.extra == {"position": "third row"}


def test_votes_are_numbers() -> None:
    (message,) = _messages("id,text,agrees,disagrees,likes\na,It saves money,12,3.0,7\n")
    assert (message.n_for, message.n_against, message.n_likes) == (12, 3, 7)


def test_a_count_of_comments_is_no_text() -> None:
    (message,) = _messages("id,comment,description\na,12,Plant more lime trees\n")
    assert message.text == "Plant more lime trees"


def test_html_is_noticed() -> None:
    found = _messages("id,text\na,<p>Plant <b>trees</b></p>\nb,if a < b and b > c\n")
    assert [message.body_format for message in found] == [BodyFormat.HTML, BodyFormat.PLAIN]


def test_a_language_in_the_column_name_does_not_matter() -> None:
    (message,) = _messages("id;title/fr;body/fr\n1;Arbres;Plantons des tilleuls\n")
    assert (message.subject, message.text) == ("Arbres", "Plantons des tilleuls")


def test_a_given_mapping_wins() -> None:
    content = "id,text,remarks\n1,short,What I really mean to say\n"
    (message,) = _messages(content, {"text": "Remarks"})
    assert message.text == "What I really mean to say"
    with pytest.raises(InputProblem, match="no column 'nothing' for text"):
        _read(content, {"text": "nothing"})
    with pytest.raises(InputProblem, match="is no field"):
        _read(content, {"txt": "text"})


def test_the_text_is_found_by_content_only_where_it_is_plain() -> None:
    rows = "".join(f"{n},short words here,{'many words ' * 9}{n}\n" for n in range(5))
    assert "many words" in _messages("q1,q2,q3\n" + rows)[0].text
    found = _messages(
        "Received,What do you think?,Your town\n"
        "2020/01/06 10:00:00 AM UTC+1,More trees along all the streets,Lille\n"
        "2020/01/06 11:00:00 AM UTC+1,Fewer cars in the old town please,Lille\n"
    )
    assert found[0].text == "More trees along all the streets"
    rows = "".join(f"some words in a row {n},other words in a row {n}\n" for n in range(5))
    with pytest.raises(InputProblem, match=r"columns are: q1, q2.*--columns text=NAME"):
        _read("q1,q2\n" + rows)


def test_day_and_month_are_told_apart_by_the_whole_column() -> None:
    rows = [f"a{n},Some text,03/04/2020" for n in range(600)]
    ambiguous = "id,text,date\n" + "\n".join(rows) + "\n"
    assert _messages(ambiguous)[0].posted_at == datetime(2020, 4, 3, tzinfo=UTC)
    american = ambiguous + "z,Some text,04/13/2020\n"
    assert _messages(american)[0].posted_at == datetime(2020, 3, 4, tzinfo=UTC)


def test_a_date_that_is_none_keeps_the_message() -> None:
    (message,) = _read("id,text,date\na,Some text,some day\n")
    assert isinstance(message, RawMessage)
    assert message.posted_at is None


def test_rows_with_too_many_cells_are_told_and_the_rest_is_kept() -> None:
    found = _read("id,text\na,One thing\nb,two, things\nc,Three things,,\nd\ne,Five\n")
    assert [each.source_id for each in found if isinstance(each, RawMessage)] == ["a", "c", "e"]
    problems = [each for each in found if isinstance(each, Problem)]
    assert problems[0].position == "record 2 (line 3)"
    assert "3 cells for 2 columns" in problems[0].what
    assert "1 without text" in problems[1].what
    assert problems[1].position == "first at record 4"


def test_a_thousand_troubles_are_summed_up() -> None:
    found = _read("id,text\n" + "a,One thing\n" * 3 + "b,c,d\n" * 1000)
    problems = [str(each) for each in found if isinstance(each, Problem)]
    assert len(problems) < 110
    assert "900 more records" in problems[-1]


@pytest.mark.parametrize("n_rows", [5, 5_000])
def test_an_unclosed_quote_does_not_swallow_the_file(n_rows: int) -> None:
    rows = "".join(f"b{n},Some text\n" for n in range(n_rows))
    found = _read('id,text\na,One\nc,"never closed\n' + rows)
    assert isinstance(found[0], RawMessage)
    problems = [each for each in found if isinstance(each, Problem)]
    assert len(problems) == 1
    assert problems[0].what == "has a quote that is never closed"
    assert problems[0].position == "line 3"
    assert problems[0].source == "data.csv"
    assert sum(isinstance(each, RawMessage) for each in found) == n_rows + 1


def test_a_text_over_many_lines_is_one_text() -> None:
    text = "\n".join(f"Line {n} of a letter, as one might write it" for n in range(200))
    (message,) = _messages(f'id,date,text\na,2020-01-06,"{text}"\n')
    assert message.text == text


def test_a_cell_beyond_all_measure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LONGEST_FIELD", 150_000)
    import csv

    limit = csv.field_size_limit(150_000)
    try:
        found = _read(f"id,text\na,One\nc,{'x' * 140_000}{'y' * 140_000}\nd,Two\n")
    finally:
        csv.field_size_limit(limit)
    texts = [each.text for each in found if isinstance(each, RawMessage)]
    assert texts[0] == "One"
    assert texts[-1] == "Two"
    assert any(isinstance(each, Problem) for each in found)


def test_huge_fields_and_nul_bytes() -> None:
    (message,) = _messages("id,text\na,x\0" + "word " * 200_000 + "\n")
    assert len(message.text) > 900_000
    assert "\0" not in message.text


def test_quotes_escaped_with_backslashes() -> None:
    found = _messages('id,text\na,"She said \\"no\\", twice"\nb,"He said \\"yes\\", once"\n')
    assert found[0].text == 'She said "no", twice'


def test_what_stands_above_the_header_is_passed_over() -> None:
    found = _messages("sep=;\nid;text\n1;Some text\n")
    assert [message.text for message in found] == ["Some text"]
    found = _messages("Export of 2020\n\nid,text,date\na,Some text,2020-01-06\nb,More,2020-01-06\n")
    assert [message.source_id for message in found] == ["a", "b"]


def test_a_table_without_header() -> None:
    long = "Plant more lime trees along every street of the town and water them in summer. "
    found = _messages("".join(f"{n},{long}{n}\n" for n in range(5)))
    assert len(found) == 5
    assert found[0].text.startswith("Plant more")


@pytest.mark.parametrize(
    "text",
    [
        "Once, there was a hive.\nIt was green, and old, and full.\nNobody came.\n",
        "# Title\n\nContent\n\nid: the id\n\ntext: the text\n",
        "1002 1003 -\n1010 1011 -\n",
        "just one line",
        "\0\1\2",
        "",
    ],
)
def test_prose_is_no_table(text: str) -> None:
    assert any_table.sniff(_file(text)) is Fit.NO


def test_a_cut_table_keeps_what_came_before() -> None:
    content = "id,text\n" + "".join(f'a{n},"Text, number {n}"\n' for n in range(40))
    whole = _messages(content)
    for cut in range(60, len(content), 71):
        found = _messages(content[:cut])
        assert found[: len(found) - 1] == whole[: len(found) - 1]


def test_a_large_table_is_streamed() -> None:
    content = ("id,text\n" + "".join(f"a{n},{'words ' * 400}{n}\n" for n in range(4_000))).encode()
    tracemalloc.start()
    n_messages = sum(1 for _ in any_table.read(_file(content), ReadOptions()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_messages == 4_000
    assert peak < len(content) * 0.8


# -- workbooks ---------------------------------------------------------------------------------


def _workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_is_read_from_its_first_sheet_with_texts() -> None:
    content = _workbook(
        ("About", [["Export"], [3]]),
        (
            "Comments",
            [
                ["id", "Kommentar", "Datum", "Stimmen"],
                [1, "Mehr Linden pflanzen", datetime(2020, 1, 6, 10), 12],  # noqa: DTZ001
                [None, None, None, None],
                [2, "Und gießen", None, None],
            ],
        ),
    )
    file = _file(content, "a.xlsx")
    assert any_table.sniff(file) is Fit.MESSAGES
    found = [each for each in any_table.read(file, ReadOptions()) if isinstance(each, RawMessage)]
    assert [(each.source_id, each.text) for each in found] == [
        ("1", "Mehr Linden pflanzen"),
        ("2", "Und gießen"),
    ]
    assert found[0].posted_at == datetime(2020, 1, 6, 10, tzinfo=UTC)
    assert found[0].n_likes == 12


def test_a_workbook_without_texts_says_what_it_has() -> None:
    content = _workbook(("Sheet", [["a", "b"], [1, 2]]))
    with pytest.raises(InputProblem, match=r"sheet 'Sheet'.*columns are: a, b"):
        list(any_table.read(_file(content, "a.xlsx"), ReadOptions()))


def test_a_damaged_workbook_is_one_line() -> None:
    content = bytearray(_workbook(("Sheet", [["id", "text"], [1, "Some text"]])))
    for cut in (len(content) // 2, len(content) - 10):
        with pytest.raises(InputProblem, match="damaged workbook"):
            list(any_table.read(_file(bytes(content[:cut]), "a.xlsx"), ReadOptions()))


def test_a_workbook_that_is_a_bomb_is_refused() -> None:
    stream = io.BytesIO(_workbook(("Sheet", [["id", "text"], [1, "Some text"]])))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/extra.xml", bytes(64 * 2**20))
    with pytest.raises(InputProblem, match="decompression bomb"):
        list(any_table.read(_file(stream.getvalue(), "a.xlsx"), ReadOptions()))


def test_ids_that_repeat_are_told_once_and_all_records_kept() -> None:
    rows = "".join(f"{n // 3},Thing number {n},{n - 3}\n" for n in range(600))
    *messages, problem = _read("id,text,parent_id\n" + rows)
    assert [m.source_id for m in messages if isinstance(m, RawMessage)] == [
        str(n) for n in range(1, 601)
    ]
    # A parent is an id of that column, not a number in the file.
    assert {m.parent_source_id for m in messages if isinstance(m, RawMessage)} == {None}
    assert isinstance(problem, Problem)
    assert problem.what == (
        "400 of 600 records repeat an id that stands above in column 'id': "
        "it was not used, nor 'parent_id' for replies"
    )
    assert "--columns id=NAME" in problem.remedy


def test_ids_that_repeat_are_used_where_a_person_says_so() -> None:
    rows = "".join(f"{n // 3},Thing number {n}\n" for n in range(6))
    messages = _messages("id,text\n" + rows, {"id": "id"})
    assert [m.source_id for m in messages] == ["0", "0~2", "0~3", "1", "1~5", "1~6"]


def test_a_column_that_only_sounds_like_an_id_is_no_trouble() -> None:
    rows = "".join(f"{n % 2},Thing number {n}\n" for n in range(6))
    assert len(_messages("number,text\n" + rows)) == len(_read("number,text\n" + rows)) == 6


def test_texts_that_are_all_empty_are_called_so() -> None:
    (problem,) = _read("id,text,author\n" + "".join(f"{n},,Ann\n" for n in range(6)))
    assert isinstance(problem, Problem)
    assert problem.what == "none of its 6 records has a text in column 'text'"
    assert problem.position == ""


def test_texts_that_begin_late_are_found() -> None:
    rows = "".join(f"{n},,Ann\n" for n in range(700)) + "700,Here I am,Ann\n"
    message, problem = _read("id,text,author\n" + rows)
    assert isinstance(message, RawMessage)
    assert message.text == "Here I am"
    assert isinstance(problem, Problem)
    assert problem.what == "700 without text in column 'text'"


def test_texts_that_are_numbers_are_called_so() -> None:
    with pytest.raises(InputProblem, match="column 'text' holds numbers, not texts; its columns"):
        _read("id,text\na,1\nb,2\nc,3\n")


def test_a_table_without_texts_names_its_columns() -> None:
    with pytest.raises(InputProblem, match="its columns are: id, author; name the right one"):
        _read("id,author\na,Ann\nb,Bo\nc,Cy\n")
    with pytest.raises(InputProblem, match="no column 'body' for text; the columns are: id, text"):
        _read("id,text\na,One thing\n", {"text": "body"})
