"""The client of a chat server: what it sends, and every way in which no answer comes."""

from __future__ import annotations

import logging
import socket

import pytest

from models import ChatProblem, ChatServer
from tests.chat_server import Chat, Question, Raw, chat_server

KEY = "sk-not-to-be-told"


def ask(server: ChatServer) -> str:
    return server.ask(model="m", system="Be brief.", user='{"passages": []}', fields=("title",))


def at(chat: Chat, **more: object) -> ChatServer:
    return ChatServer(**{"url": chat.url, "timeout": 5.0, "pauses": (), **more})  # type: ignore[arg-type]


def test_a_question_and_its_answer() -> None:
    with chat_server(lambda _: "Fine.") as chat:
        assert ask(at(chat, key=KEY)) == "Fine."
    (request,) = chat.requests
    assert request["temperature"] == 0
    assert request["model"] == "m"
    assert [m["role"] for m in request["messages"]] == ["system", "user"]
    assert request["response_format"]["json_schema"]["schema"]["required"] == ["title"]
    assert chat.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_a_server_that_knows_no_schema_is_asked_without_one() -> None:
    with chat_server() as chat:
        chat.answer = lambda _: (
            Raw(status=400) if "response_format" in chat.requests[-1] else "Free words."
        )
        assert ask(at(chat)) == "Free words."
    assert len(chat.requests) == 2


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/v1", "/v1/chat/completions"),
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/openai/v1/?version=2", "/openai/v1/chat/completions?version=2"),
    ],
)
def test_the_address_may_end_where_people_end_it(path: str, asked: str) -> None:
    with chat_server(lambda _: "Fine.") as chat:
        server = at(chat, url=chat.url + path)
        ask(server)
    assert chat.paths == [asked]
    assert "version" not in server.address


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/v1",
        "127.0.0.1:8080",
        "http://",
        "http://127.0.0.1:99999999",
        "http://[::1",
        "http://127.0.0.1/ v1",
        "http://127.0.0.1/\nHost: elsewhere",
        f"http://me:{KEY}@127.0.0.1/",
    ],
)
def test_what_is_no_web_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"not an http|SYNTH_LLM_KEY") as caught:
        ChatServer(url=url)
    assert KEY not in str(caught.value)


def test_the_key_is_shown_nowhere() -> None:
    with pytest.raises(ValueError, match="the key") as caught:
        ChatServer(url="http://127.0.0.1", key=f"{KEY}\r\nX: y")
    assert KEY not in str(caught.value)
    assert KEY not in repr(ChatServer(url="http://127.0.0.1", key=KEY))


def _refuse(_: Question) -> str:
    raise ConnectionAbortedError


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Raw(status=500, body=b"boom"), "HTTP 500"),
        (Raw(status=401, body=KEY.encode()), "HTTP 401"),
        (Raw(status=400), "HTTP 400"),
        (Raw(status=302), "HTTP 302"),
        (Raw(body=b"<html>hello</html>"), "something else than JSON"),
        (Raw(body=b"[1]"), "as a chat server does"),
        (Raw(body=b'{"choices": []}'), "as a chat server does"),
        (Raw(body=b'{"choices": [{"message": {"content": null}}]}'), "as a chat server does"),
        (Raw(body=b" " * 1_000_001), "longer than any answer"),
        (None, "cannot be reached"),
    ],
)
def test_every_trouble_is_one_line(answer: Raw | None, told: str) -> None:
    with (
        chat_server((lambda _: answer) if answer else _refuse) as chat,
        pytest.raises(ChatProblem, match=told) as caught,
    ):
        ask(at(chat, key=KEY))
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)


def test_what_may_pass_is_tried_again_and_not_for_ever() -> None:
    with chat_server() as chat:
        chat.answer = lambda _: "At last." if len(chat.requests) == 3 else Raw(status=503)
        assert ask(at(chat, pauses=(0.01, 0.01))) == "At last."
        chat.answer = lambda _: Raw(status=503)
        with pytest.raises(ChatProblem, match="503"):
            ask(at(chat, pauses=(0.01, 0.01)))
    assert len(chat.requests) == 6


def test_a_server_that_hangs_is_given_up() -> None:
    with chat_server() as chat:
        chat.answer = chat.hang
        with pytest.raises(ChatProblem, match=r"did not answer within 0\.2 seconds"):
            ask(at(chat, timeout=0.2, pauses=(0.01,)))
    assert len(chat.requests) == 1, "a slow server is not asked twice"


def test_no_proxy_of_the_environment_hears_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with chat_server(lambda _: "Fine.") as chat:
        assert ask(at(chat)) == "Fine."


def test_no_log_tells_the_query_of_an_address(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), chat_server(lambda _: "Fine.") as chat:
        ask(at(chat, url=f"{chat.url}/v1?key={KEY}"))
    assert KEY not in caplog.text


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(ChatProblem, match=r"cannot be reached \(Connection refused\)"):
        ask(ChatServer(url=f"http://127.0.0.1:{port}", pauses=()))


@pytest.mark.parametrize(
    ("models", "told"), [((), "names no model"), (("a", "b"), "several models; choose one: a, b")]
)
def test_the_model_is_the_only_one_or_has_to_be_named(models: tuple[str, ...], told: str) -> None:
    with chat_server() as chat:
        assert at(chat).find_model() == "tiny-model"
        chat.models = models
        assert at(chat, model="mine").find_model() == "mine"
        with pytest.raises(ChatProblem, match=told):
            at(chat).find_model()
