"""What whoever runs the viewer can set: one TOML file, the environment over it, options over both.

Every key has its place in ``Configuration``, with what it means; ``docs/running.md`` holds the
same list. A key that there is not, and a value of the wrong kind, is told in one line.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec

from synth.errors import InputProblem

FILE = "synth.toml"
PREFIX = "SYNTH_"
"""Of the variables of the environment: ``smtp.host`` is ``SYNTH_SMTP_HOST``."""
OTHERS = frozenset(
    f"{PREFIX}{name}" for name in ("CONFIG", "CACHE", "KEY_FILE", "LLM_URL", "LLM_MODEL", "LLM_KEY")
)
"""Variables with another purpose."""
HELP = "docs/running.md lists every key"
T = TypeVar("T")
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Few = Annotated[int, msgspec.Meta(ge=0, le=16)]
Many = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Values = Mapping[str, object]


def key(default: T, about: str, *, is_secret: bool = False) -> T:
    """A field of the configuration, with what it means in one line; a secret is never printed."""
    return field(default=default, repr=not is_secret, metadata={"about": about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is written to the standard error stream."""

    format: Literal["text", "json"] = key("text", "Lines for people, or one JSON object a line.")
    level: Literal["debug", "info", "warning", "error"] = key(
        "warning", "`info` tells every request."
    )
    addresses: bool = key(False, "Write the addresses of readers too; they are personal data.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Figures for Prometheus at `/metrics`."""

    serve: Literal["off", "loopback", "token"] = key(
        "off", "`loopback`: to this machine only; `token`: to who sends `Authorization: Bearer`."
    )
    token: str = key("", "What who asks must send; at least 16 letters.", is_secret=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """The mail server by which invitations and links for signing in are sent."""

    host: str = key("", "Its name; without one, no mail is sent.")
    port: Port = key(587, "Its port.")
    user: str = key("", "Name to sign in with; without one, nobody signs in.")
    password: str = key("", "Password to sign in with.", is_secret=True)
    sender: str = key("", "Address in `From:`, such as `Ideas <ideas@example.org>`.")
    starttls: bool = key(True, "Encrypt the connection; mail is not sent where that fails.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """Another service by which people sign in (OpenID Connect); the extra `oidc` is needed."""

    issuer: str = key(
        "", "Its address, as it names itself, such as `https://login.example.org`; else none."
    )
    client_id: str = key("", "Name under which it knows this viewer.")
    client_secret: str = key("", "Secret that it gave this viewer.", is_secret=True)
    client_secret_file: Path | None = key(None, "File that holds the secret, in its place.")
    label: str = key("", "Name of the service on the button; else the name of its host.")
    address_claim: str = key("email", "Claim that holds a person's e-mail address.")
    newcomers: Literal["invited", "anybody"] = key(
        "invited", "Who of its people may open an account."
    )
    domains: tuple[str, ...] = key(
        (), "Domains of confirmed addresses that may sign in by it; none named: all may."
    )
    match_addresses: bool = key(
        False,
        "Who has none bound gets the account with their address, if both sides confirmed it.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """How one viewer is run."""

    db: Path = key(Path("synth.db"), "Discussion file (SQLite); made if it is not there.")
    host: str = key("127.0.0.1", "Address to listen on; `0.0.0.0` for all of this machine.")
    port: Port = key(8000, "Port to listen on.")
    public_url: str = key(
        "", "Address at which people reach it, such as `https://ideas.example.org/group`."
    )
    prefix: str = key(
        "", "Path under which all pages stand, such as `/group`; else the one of `public_url`."
    )
    hosts: tuple[str, ...] = key(
        (), "Other names it answers for; `.example.org` stands for all names below."
    )
    trusted_proxies: Few = key(
        0, "Proxies in front that set `X-Forwarded-For`, `-Proto` and `-Host`, each adding one."
    )
    secret_key: str = key(
        "",
        "Signs sessions; at least 32 letters. Else one is made and kept in `FILE.secret`.",
        is_secret=True,
    )
    accounts: Literal["auto", "on", "off"] = key(
        "auto", "Whether people sign in; `auto`: wherever others than this machine are let in."
    )
    session_days: Many = key(30, "Days after which who did not come back signs in again.")
    upload_limit: Many = key(512, "Megabytes that one upload may have, all its files together.")
    uploads: Path | None = key(
        None, "Folder in which uploads wait to be imported; else beside the discussion file."
    )
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = key(
        14, "Days in which the deletion of a discussion can be taken back."
    )
    threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = key(
        8, "Requests that are answered at a time, by each process."
    )
    log: Log = key(Log(), "")
    metrics: Metrics = key(Metrics(), "")
    smtp: Smtp = key(Smtp(), "")
    oidc: Oidc = key(Oidc(), "")

    def __post_init__(self) -> None:
        for name, trouble in _troubles(self):
            raise InputProblem("configuration", trouble, remedy=HELP, position=name)

    @property
    def root(self) -> str:
        """The path of all pages without a slash at its end; empty at the root of a host."""
        return (self.prefix or urlsplit(self.public_url).path).rstrip("/")

    @property
    def address(self) -> str:
        """Where people find the front page."""
        return f"{self.public_url.rstrip('/') or f'http://{self.listens}{self.root}'}/"

    @property
    def listens(self) -> str:
        """``127.0.0.1:8000`` or ``[::1]:8000``."""
        host = self.host.strip("[]")
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"


def keys(kind: type = Configuration, above: str = "") -> Iterator[tuple[str, object, object, str]]:
    """Every key with its type, its default, and what it means: ``smtp.port``, …"""
    hints = get_type_hints(kind, include_extras=True)
    for one in fields(kind):
        if is_dataclass(one.default):
            yield from keys(type(one.default), f"{one.name}.")
        else:
            yield f"{above}{one.name}", hints[one.name], one.default, one.metadata["about"]


def surrounding_configuration(
    named: Path | None = None, options: Mapping[str, object] | None = None
) -> Configuration:
    """What the file, the environment and the command line say together.

    The file is ``named``, or ``SYNTH_CONFIG``, or found (``find_file``).
    """
    options = options or {}
    told = os.environ.get("SYNTH_CONFIG")
    file = named or (Path(told) if told else None)
    db = options.get("db") or os.environ.get("SYNTH_DB")
    found = find_file(file, Path(str(db)) if db else None)
    return load(found, environment=os.environ, options=options)


def load(
    file: Path | None, *, environment: Mapping[str, str], options: Mapping[str, object]
) -> Configuration:
    """The configuration: ``options`` (None for those not given) over ``environment`` over ``file``.

    Paths in the file are meant from its folder. Raises InputProblem.
    """
    types = {name: kind for name, kind, _, _ in keys()}
    found: dict[str, object] = {}
    if file is not None:
        found |= _of_file(file, types)
    for name, kind in types.items():
        told = environment.get(variable_of(name))
        if told is not None:
            found[name] = _from_text(told, kind, variable_of(name))
    found |= {name: value for name, value in options.items() if value is not None}
    return _built(found)


def variable_of(name: str) -> str:
    """``smtp.port`` → ``SYNTH_SMTP_PORT``."""
    return PREFIX + name.replace(".", "_").upper()


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like ours and mean nothing: slips of the pen."""
    known = {variable_of(name) for name, _, _, _ in keys()} | OTHERS
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def find_file(named: Path | None, db: Path | None) -> Path | None:
    """The file with that name; else ``synth.toml`` beside the discussion file, or in this folder.

    Raises InputProblem where the named one is not there.
    """
    if named is not None:
        if not named.is_file():
            raise InputProblem(str(named), "no such file", remedy="give another --config")
        return named
    folder = Path() if db is None else db.parent
    return next((path for path in (folder / FILE, Path(FILE)) if path.is_file()), None)


def _of_file(file: Path, types: Mapping[str, object]) -> dict[str, object]:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputProblem(str(file), f"is not TOML ({error})", remedy="mend that place") from error
    except OSError as error:
        raise InputProblem(str(file), f"{error.strerror}", remedy="make it readable") from error
    found: dict[str, object] = {}
    for name, value in _flat(told, sections={name.split(".")[0] for name in types if "." in name}):
        if name not in types:
            near = difflib.get_close_matches(name, types, n=1)
            remedy = f"did you mean {near[0]}?" if near else HELP
            raise InputProblem(str(file), "there is no such key", remedy=remedy, position=name)
        found[name] = _converted(value, types[name], source=str(file), name=name)
        if isinstance(found[name], Path):
            found[name] = file.parent / cast("Path", found[name])
    return found


def _flat(told: Mapping[str, Any], *, sections: set[str]) -> Iterator[tuple[str, object]]:
    for name, value in told.items():
        if isinstance(value, dict) and name in sections:
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value


def _from_text(told: str, kind: object, name: str) -> object:
    """A value of the environment; a list has commas between."""
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in told.split(",") if part.strip())
    if kind is bool and told.lower() in {"yes", "on", "no", "off"}:
        return told.lower() in {"yes", "on"}
    return _converted(told, kind, source="environment", name=name, is_text=True)


def _converted(
    value: object, kind: object, *, source: str, name: str, is_text: bool = False
) -> object:
    try:
        return msgspec.convert(value, cast("Any", kind), strict=not is_text, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise InputProblem(
            source, f"{value!r} is not {words_of(kind)}", remedy=HELP, position=name
        ) from error


def _path(kind: type, value: object) -> Path:
    if kind is not Path or not isinstance(value, str) or not value:
        raise msgspec.ValidationError("no path")
    return Path(value).expanduser()


def words_of(kind: object) -> str:
    """What a value of this type is, in words."""
    if get_origin(kind) is Annotated:
        meta = get_args(kind)[1]
        return f"a whole number from {meta.ge} to {meta.le}"
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(f'"{one}"' for one in get_args(kind))
    if get_origin(kind) is tuple:
        return "a list of texts"
    return {bool: "true or false", str: "a text"}.get(cast("type", kind), "a path")


def _built(found: Values) -> Configuration:
    top: dict[str, Any] = {}
    below: dict[str, dict[str, Any]] = {}
    for name, value in found.items():
        section, dot, inner = name.partition(".")
        if dot:
            below.setdefault(section, {})[inner] = value
        else:
            top[name] = value
    sections = {name: type(getattr(_PLAIN, name))(**values) for name, values in below.items()}
    return Configuration(**top, **sections)


def _troubles(told: Configuration) -> Iterator[tuple[str, str]]:
    """Values that do not go together, each with the key to mend."""
    url = urlsplit(told.public_url)
    is_web = url.scheme in {"http", "https"} and url.hostname and not (url.query or url.fragment)
    if told.public_url and not is_web:
        yield "public_url", f"{told.public_url!r} is not an address with https:// and a name"
    if told.prefix and (not told.prefix.startswith("/") or told.prefix.endswith("/")):
        yield "prefix", f"{told.prefix!r} must begin with a slash and not end with one"
    if told.prefix and told.public_url and url.path.rstrip("/") != told.prefix:
        yield "prefix", f"{told.prefix!r} is not the path of public_url ({told.public_url})"
    if told.secret_key and len(told.secret_key) < 32:
        yield "secret_key", "is shorter than 32 letters"
    if told.metrics.serve == "token" and len(told.metrics.token) < 16:
        yield "metrics.token", "is shorter than 16 letters"
    if told.smtp.host and "@" not in told.smtp.sender:
        yield "smtp.sender", "mail needs an address to come from"
    if told.smtp.host and not told.public_url:
        # Else a link in a mail would stand under whatever name a request gives.
        yield "public_url", "mail needs the address at which people reach the viewer"
    yield from _troubles_of_oidc(told)


def _troubles_of_oidc(told: Configuration) -> Iterator[tuple[str, str]]:
    oidc, url = told.oidc, urlsplit(told.oidc.issuer)
    if not oidc.issuer:
        return
    is_here = url.scheme == "http" and url.hostname in {"127.0.0.1", "localhost", "::1"}
    if not (url.hostname and (url.scheme == "https" or is_here)) or url.query or url.fragment:
        yield "oidc.issuer", f"{oidc.issuer!r} is not an address with https:// and a name"
    if not oidc.client_id:
        yield "oidc.client_id", "the service has to know this viewer"
    if oidc.client_secret and oidc.client_secret_file is not None:
        yield "oidc.client_secret_file", "the secret is given twice"
    if not told.public_url:
        yield "public_url", "signing in by another service needs the address to come back to"


_PLAIN = Configuration()
