"""Ask a language model behind an OpenAI-compatible address: llama.cpp, Ollama, vLLM and others.

Nothing here is called unless a person names an address. No redirect and no proxy is followed,
so that what is sent, and the key, reach the named address or nothing.
"""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 1_000_000
"""Of an answer; a title and a summary take a thousandth of it."""
MOST_TOKENS = 300
"""What the model is allowed to write."""


class ChatProblem(Exception):
    """A language model behind an address gave no answer that could be read.

    The message is one line that names the address and never the key.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatServer:
    """An address and how to speak to it. Raises ValueError for what cannot be an address."""

    url: str
    """``http://127.0.0.1:8080``, with or without ``/v1``."""
    model: str | None = None
    """None: the only one that the address serves."""
    key: str = field(default="", repr=False)
    """Sent as a bearer token; never stored, logged or shown."""
    timeout: float = 300.0
    """Seconds without a word, and seconds after which a slow answer is given up."""
    pauses: tuple[float, ...] = (1.0, 4.0)
    """Seconds before each further try, where another one may help."""

    def __post_init__(self) -> None:
        _checked(self.url)
        if not (self.key.isascii() and self.key.isprintable()) or " " in self.key:
            raise ValueError("the key for the LLM has characters that no key has")

    @property
    def address(self) -> str:
        """The address without what may be secret in it, for records and messages."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{_base(parts)}"

    def find_model(self) -> str:
        """The name of the model: the chosen one, else the only one served.

        Raises ChatProblem when the address does not answer or serves several.
        """
        if self.model:
            return self.model
        listed = self._talk("GET", "/models", None).get("data")
        served = listed if isinstance(listed, list) else []
        names = [str(one["id"]) for one in served if isinstance(one, dict) and one.get("id")]
        if not names:
            raise ChatProblem(f"{self.address} names no model; say which with --llm-model")
        if len(names) > 1:
            listed_names = ", ".join(sorted(names)[:5])
            raise ChatProblem(f"{self.address} serves several models; choose one: {listed_names}")
        return names[0]

    def ask(self, *, model: str, system: str, user: str, fields: tuple[str, ...] = ()) -> str:
        """What the model writes, at temperature 0. Raises ChatProblem when no answer comes.

        ``fields``: the server is asked to hold the model to a JSON object with these texts;
        one that cannot do so answers freely, so the caller reads the answer with care.
        """
        request: dict[str, object] = {
            "model": model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": user},
            ],
            "temperature": 0,
            "seed": 0,
            "max_tokens": MOST_TOKENS,
            "stream": False,
        }
        try:
            answer = self._talk("POST", "/chat/completions", request | _form(fields))
        except _NotUnderstood:
            answer = self._talk("POST", "/chat/completions", request)
        try:
            content = answer["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError):
            content = None
        if not isinstance(content, str):
            raise ChatProblem(f"{self.address} does not answer as a chat server does")
        return content

    def _talk(self, method: str, path: str, request: Mapping[str, object] | None) -> dict[str, Any]:
        """One exchange, tried again where that may help."""
        for pause in self.pauses:
            try:
                return self._once(method, path, request)
            except _Passing:
                time.sleep(pause)
        return self._once(method, path, request)

    def _once(self, method: str, path: str, request: Mapping[str, object] | None) -> dict[str, Any]:
        import httpx

        try:
            status, body = self._exchange(method, path, request)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ChatProblem(
                f"{self.address} did not answer within {self.timeout:g} seconds"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _Passing(f"{self.address} cannot be reached ({_reason(error)})") from error
        if status != HTTPStatus.OK:
            kind = _KINDS.get(status, ChatProblem)
            raise kind(f"{self.address} answered with {_status_text(status)}")
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise ChatProblem(f"{self.address} answered with something else than JSON") from error
        if not isinstance(answer, dict):
            raise ChatProblem(f"{self.address} does not answer as a chat server does")
        return answer

    def _exchange(
        self, method: str, path: str, request: Mapping[str, object] | None
    ) -> tuple[int, bytes]:
        import httpx

        # It would log whole addresses, whose query may hold a secret.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        parts = urlsplit(self.url)
        url = parts._replace(path=_base(parts) + path, fragment="").geturl()
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if request is not None:
            headers["Content-Type"] = "application/json"
        content = None if request is None else json.dumps(request).encode()
        until = time.monotonic() + self.timeout
        # Without the environment there is no proxy; the certificates are the system's.
        trusted = ssl.create_default_context()
        with (
            httpx.Client(timeout=self.timeout, verify=trusted, trust_env=False) as client,
            client.stream(method, url, headers=headers, content=content) as response,
        ):
            return response.status_code, _read(response, until)


class _Passing(ChatProblem):
    """A trouble that may be over in a moment."""


class _NotUnderstood(ChatProblem):
    """Something in the request is unknown to the server."""


_KINDS = dict.fromkeys((429, 500, 502, 503, 504), _Passing) | dict.fromkeys(
    (400, 422), _NotUnderstood
)
"""What an HTTP status means, where it is more than a trouble."""


def _form(fields: tuple[str, ...]) -> dict[str, object]:
    """What holds an answer to a JSON object, in the words of the OpenAI interface."""
    if not fields:
        return {}
    schema = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in fields},
        "required": list(fields),
        "additionalProperties": False,
    }
    kept = {"name": "answer", "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": kept}}


def _read(response: httpx.Response, until: float) -> bytes:
    """The whole answer; one that is endless, or never ends, is given up."""
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > MOST_BYTES:
            raise ChatProblem("the LLM's answer is longer than any answer could be")
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(body)


def _reason(error: BaseException) -> str:
    """What the system says of a failed connection, else the kind of the error."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


def _checked(url: str) -> None:
    """Raises ValueError, without repeating what may be secret in the address."""
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port
    except ValueError as error:
        raise ValueError("not an http or https address") from error
    if not is_web or not (url.isascii() and url.isprintable()) or " " in url:
        raise ValueError("not an http or https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("has a name or password in it; give the key as SYNTH_LLM_KEY instead")


def _base(parts: SplitResult) -> str:
    """The path up to the version: "" → "/v1", "/openai/v1/chat/completions" → "/openai/v1"."""
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    last = path.rsplit("/", 1)[-1]
    return path if last[:1] == "v" and last[1:2].isdigit() else f"{path}/v1"


def _status_text(status: int) -> str:
    import httpx

    phrase = httpx.codes.get_reason_phrase(status)
    return f"HTTP {status} ({phrase})" if phrase else f"HTTP {status}"
