"""Whether the time of an answer tells who has an account: sign-in, forgotten password, addresses.

``python -m benchmarks.web.existence`` asks by turns about somebody who has an account and somebody
who has none, in one process without a network, which is more than an attacker can have. It writes
the medians, and how likely one answer about the first takes longer than one about the second
(Mann-Whitney's U by the number of pairs): 50 % tells nothing. The table goes to docs/security.md.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from scipy.stats import mannwhitneyu

from benchmarks.pages import DOCS, write_between_marks
from synth.store import open_store
from web import create_app
from web.services import accounts
from web.services.accounts import MailServer, hash_password

PASSWORD = "a long enough phrase"
HAS, HAS_NOT = "bea@example.org", "bob@example.org"


class NoMail(MailServer):
    """Takes mails and throws them away."""

    def send(self, to: str, subject: str, text: str) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One form that might tell whether somebody has an account."""

    name: str
    address: str
    form: Callable[[str, int], dict[str, str]]
    """E-mail address, number of the try → what is sent."""
    is_signed_in: bool = False


WAYS = (
    Way(
        name="sign-in, wrong password",
        address="/sign-in",
        form=lambda email, _n: {"name": email, "password": "a wrong phrase"},
    ),
    Way(name="forgotten password", address="/forgotten", form=lambda email, _n: {"email": email}),
    Way(
        name="address in the account form",
        address="/account",
        form=lambda email, _n: {"name": "Ana", "email": email, "old": PASSWORD},
        is_signed_in=True,
    ),
)


def viewer(folder: Path) -> Flask:
    """Two accounts, one with a confirmed address."""
    db = folder / "accounts.db"
    with open_store(db) as store:
        hashed = hash_password(PASSWORD)
        store.members.add("Ana", password_hash=hashed)
        bea = store.members.add("Bea", email=HAS, password_hash=hashed)
        store.members.confirm_address(bea.id, HAS, actor="benchmark")
    mail = NoMail(host="nowhere", sender="x@nowhere.example")
    config = {"DB": str(db), "ACCOUNTS": "on", "MAIL_SERVER": mail}
    return create_app(config | {"RATELIMIT_ENABLED": False, "WTF_CSRF_ENABLED": False})


def timed(app: Flask, way: Way, *, tries: int) -> tuple[list[float], list[float]]:
    """Seconds of each answer, about who has an account and who has none."""
    begun: list[threading.Thread] = []

    def in_background(work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        thread.start()
        begun.append(thread)

    accounts.in_background = in_background
    found: dict[str, list[float]] = {HAS: [], HAS_NOT: []}
    for n in range(tries + 5):
        for email in (HAS, HAS_NOT) if n % 2 else (HAS_NOT, HAS):
            client = _client(app, way)
            at = time.perf_counter()
            client.post(way.address, data=way.form(email, n))
            seconds = time.perf_counter() - at
            for thread in begun:
                thread.join()
            begun.clear()
            if n >= 5:  # the first ones load and make what is made once
                found[email].append(seconds)
    return found[HAS], found[HAS_NOT]


def _client(app: Flask, way: Way) -> FlaskClient:
    client = app.test_client()
    if way.is_signed_in:
        client.post("/sign-in", data={"name": "Ana", "password": PASSWORD})
    return client


def rows(app: Flask, *, tries: int) -> Iterator[str]:
    yield "| form | who has an account | who has none | likely that the first takes longer |"
    yield "|---|---|---|---|"
    for way in WAYS:
        has, has_not = timed(app, way, tries=tries)
        yield f"| {way.name} | {_ms(has)} | {_ms(has_not)} | {_likely(has, has_not):.0%} |"


def _ms(seconds: Sequence[float]) -> str:
    return f"{median(seconds) * 1000:.1f} ms"


def _likely(first: Sequence[float], second: Sequence[float]) -> float:
    return float(mannwhitneyu(first, second).statistic) / (len(first) * len(second))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=400, help="of each kind")
    tries = parser.parse_args().tries
    with tempfile.TemporaryDirectory() as folder:
        table = "\n".join(rows(viewer(Path(folder)), tries=tries))
    told = f"Medians of {tries} answers each (`benchmarks/web/existence.py`); 50 % tells nothing:\n"
    write_between_marks(DOCS / "security.md", "existence", f"{told}\n{table}\n")
    print(table)


if __name__ == "__main__":
    main()
