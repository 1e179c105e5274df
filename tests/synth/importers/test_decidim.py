"""Decidim's CSV exports of debates, proposals, meetings and comments."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from synth.importers import decidim
from synth.importers.input_file import Fit
from synth.records import BodyFormat, Stance

Make = Callable[..., Any]
SITE = "https://participer.example.org/processes/ville/f/7"
DEBATE = "participer.example.org Decidim::Debates::Debate"
PROPOSAL = "participer.example.org Decidim::Proposals::Proposal"
COMMENT = "participer.example.org Decidim::Comments::Comment"

DEBATES = f"""id;author_id;title/fr;description/fr;comments;created_at;url;component/id
3;;Où planter des arbres ?;<p>Quartier & parcs</p>;2;2024-02-01 09:00:00 +0100;{SITE}/debates/3;7
"""
PROPOSALS = f"""id;category/id;category/name/en;category/name/fr;scope/name/fr;title;body;votes;\
comments;created_at;url;component/id
3;9;;Nature;Centre;Des bancs;Mettre des bancs.;12;0;2024-02-02 09:00:00 +0100;{SITE}/proposals/3;7
4;;;;;Un titre seul;;;0;2024-02-02 10:00:00 +0100;{SITE}/proposals/4;7
"""
COMMENTS = f"""id;created_at;body;author/id;author/name;alignment;depth;commentable_id;\
commentable_type;root_commentable_url
10;2024-02-03 09:00:00 +0100;"Oui; au parc.
Vite.";a1;Ana;1;0;3;Decidim::Debates::Debate;{SITE}/debates/3
11;2024-02-03 10:00:00 +0100;Non.;a2;Bo;-1;1;10;Decidim::Comments::Comment;{SITE}/debates/3
12;2024-02-03 11:00:00 +0100;Bien.;a1;Ana;0;0;3;Decidim::Proposals::Proposal;{SITE}/proposals/3
"""


def test_comments_hang_under_debates_proposals_and_comments(export: Make) -> None:
    files = {"debats.csv": DEBATES, "prop.csv": PROPOSALS, "commentaires.csv": COMMENTS}
    messages, problems = export(files).read(decidim)
    assert not problems
    by_key = {(one.namespace, one.source_id): one for one in messages}
    assert set(by_key) == {
        (DEBATE, "3"),
        (PROPOSAL, "3"),
        (PROPOSAL, "4"),
        (COMMENT, "10"),
        (COMMENT, "11"),
        (COMMENT, "12"),
    }
    parents = {
        one.source_id: (one.parent_namespace, one.parent_source_id)
        for one in messages
        if one.namespace == COMMENT
    }
    assert parents == {"10": (DEBATE, "3"), "11": (COMMENT, "10"), "12": (PROPOSAL, "3")}
    first, second = by_key[COMMENT, "10"], by_key[COMMENT, "11"]
    assert first.text == "Oui; au parc.\nVite."
    assert (first.stance, second.stance) == (Stance.FOR, Stance.AGAINST)
    assert by_key[COMMENT, "12"].stance is None
    assert (first.author_name, first.author_key) == ("Ana", "participer.example.org a1")
    assert first.posted_at == datetime(2024, 2, 3, 8, tzinfo=UTC)
    assert first.url == f"{SITE}/debates/3#comment_10"
    assert first.thread_source_id == second.thread_source_id == f"{DEBATE} 3"


def test_a_debate_says_its_question(export: Make) -> None:
    (one,), _ = export({"debats.csv": DEBATES}).read(decidim)
    assert one.text == "<p>Où planter des arbres ?</p>\n<p>Quartier & parcs</p>"
    assert (one.body_format, one.language) == (BodyFormat.HTML, "fr")
    assert one.subject == "Où planter des arbres ?"


def test_a_proposal_keeps_votes_category_and_scope(export: Make) -> None:
    (bench, bare), _ = export({"prop.csv": PROPOSALS}).read(decidim)
    assert (bench.subject, bench.text) == ("Des bancs", "Mettre des bancs.")
    assert (bench.n_for, bench.category, bench.extra) == (12, "Nature", {"scope_name": "Centre"})
    assert (bare.text, bare.n_for) == ("Un titre seul", None)


def test_the_newer_dialect(export: Make) -> None:
    proposals = (
        "id;author/name;title/en;title/machine_translations/fr;body/en;body/ca;state;reference;"
        "participatory_space/id;endorsements/total_count;published_at;url\n"
        "5;Ana;Benches;Bancs;;Posar bancs;accepted;REF-5;1;4;2024-02-02 09:00:00 UTC;"
        f"{SITE}/proposals/5\n"
    )
    comments = (
        "id,created_at,body,locale,author/id,author/name,alignment,commentable_id,"
        "commentable_type,root_commentable_url,up_votes,down_votes\n"
        '1,2024-02-03 09:00:00 UTC,"{""en"": ""Yes, <b>please</b>""}",en,7,Bo,0,5,'
        f"Decidim::Proposals::Proposal,{SITE}/proposals/5,3,1\n"
    )
    (comment, proposal), problems = export({"a.csv": comments, "b.csv": proposals}).read(decidim)
    assert not problems
    assert (proposal.subject, proposal.text, proposal.language) == ("Benches", "Posar bancs", "ca")
    assert (proposal.n_likes, proposal.extra["state"]) == (4, "accepted")
    assert proposal.posted_at == datetime(2024, 2, 2, 9, tzinfo=UTC)
    assert (comment.text, comment.language) == ("Yes, <b>please</b>", "en")
    assert (comment.n_for, comment.n_against) == (3, 1)
    assert (comment.parent_namespace, comment.parent_source_id) == (PROPOSAL, "5")


def test_two_sites_stay_apart(export: Make) -> None:
    other = COMMENTS.replace("participer.example.org", "autre.example.org")
    messages, _ = export({"a.csv": COMMENTS, "b.csv": other}).read(decidim)
    assert len({(one.namespace, one.source_id) for one in messages}) == 6
    assert len({one.author_key for one in messages}) == 4


def test_without_addresses_the_columns_tell_the_kind(export: Make) -> None:
    debates = "id;title/fr;description/fr;reference;component/id\n1;Quoi ?;Tout.;R1;2\n"
    meetings = "id;title/fr;description/fr;address;reference;component/id\n1;Soir;Venez.;Ici;R2;3\n"
    (debate, meeting), _ = export({"a.csv": debates, "b.csv": meetings}).read(decidim)
    assert debate.namespace == "Decidim::Debates::Debate"
    assert meeting.namespace == "Decidim::Meetings::Meeting"


def test_bad_rows_are_told(export: Make) -> None:
    rows = COMMENTS + "13;;;a;b;0;0;3;Decidim::Debates::Debate;\n" + "14;x;" * 9 + "\n"
    messages, problems = export({"a.csv": rows}).read(decidim)
    assert len(messages) == 3
    assert [(one.position, one.what) for one in problems] == [
        ("line 6", "no text"),
        ("line 7", "19 cells for 10 columns"),
    ]


@pytest.mark.parametrize(
    ("header", "fit"),
    [
        ("id;body;commentable_id;commentable_type", Fit.MESSAGES),
        ("id;title;body;component/id;url", Fit.MESSAGES),
        ("id;title;body", Fit.NO),
        ("id;text", Fit.NO),
        ("comment-id,comment-body", Fit.NO),
    ],
)
def test_files_are_recognised(export: Make, header: str, fit: Fit) -> None:
    assert export({"a.csv": header + "\n"}).fits(decidim) == {"a.csv": fit}


def test_the_real_exports(folder: Make, shared_data: Path) -> None:
    root = shared_data / "decidim-lille-fr"
    messages, problems = folder(root).read(decidim)
    assert not problems
    lille = "participation.lillemetropole.fr Decidim::"
    kinds = Counter(one.namespace for one in messages)
    assert kinds[lille + "Debates::Debate"] == 29
    assert kinds[lille + "Comments::Comment"] == 693
    assert kinds[lille + "Proposals::Proposal"] == 196
    known = {(one.namespace, one.source_id) for one in messages}
    ours = [one for one in messages if one.namespace == lille + "Comments::Comment"]
    assert all((one.parent_namespace, one.parent_source_id) in known for one in ours)
    with (root / "commentaires_debats.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    stances = Counter(row["alignment"] for row in rows)
    assert Counter(one.stance for one in ours) == {
        Stance.FOR: stances["1"],
        Stance.AGAINST: stances["-1"],
        None: stances["0"],
    }
    assert {one.source_id: one.text for one in ours} == {
        row["id"]: row["body"].strip() for row in rows
    }
