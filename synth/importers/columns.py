"""Which column means what: the names people give to the same few things, in three languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from models.text import without_accents
from synth.errors import InputProblem
from synth.importers.times import parse_time

FIELDS = (
    "id",
    "text",
    "parent_id",
    "author",
    "author_id",
    "created_at",
    "edited_at",
    "title",
    "thread",
    "language",
    "url",
    "category",
    "stance",
    "likes",
    "votes_for",
    "votes_against",
)
"""Our names, as ``--columns`` accepts them."""

# Per field the known names, best first, without accents, case and punctuation: so that
# ``comment-body``, ``Comment Body`` and ``commentBody`` are one.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    field: tuple(names.split())
    for field, names in {
        "text": """
            text body messagebody commentbody posttext commenttext messagetext bodytext fulltext
            content message comment contents post argument argumenttext statement
            statementtext opinion opiniontext response answer reply utterance tweet review
            contribution proposal feedback remark note description selftext raw cooked
            texte contenu corps commentaire reponse avis proposition publication intervention
            textemessage textecommentaire contribucion
            inhalt beitrag nachricht kommentar kommentartext beitragstext nachrichtentext
            aussage antwort meinung vorschlag stellungnahme anmerkung beschreibung
            keypoint claim premise sentence phrase satz html markdown bodyhtml quote
            """,
        "id": """
            id messageid commentid postid argid argumentid statementid responseid answerid
            contributionid proposalid opinionid tweetid utteranceid replyid textid docid
            documentid entryid itemid recordid rowid uid uuid guid identifier ident tid cid mid
            identifiant idmessage idcommentaire idcontribution idproposition idavis idreponse
            beitragsnr kommentarnr kommentarid beitragid beitragsid
            nachrichtid nachrichtenid kennung
            reference ref key keypointid number num numero nr nummer no n index idx
            """,
        "parent_id": """
            parentid parent parentcommentid commentparent commentparentid parentmessageid
            parentpostid parentuuid inreplyto inreplytoid inreplytostatusid replyto replytoid
            replytocommentid replytopostnumber replytomessageid respondsto responseto parentkey
            idparent parentidentifiant enreponsea reponsea reponseaid commentaireparent
            antwortauf antwortaufid elternid uebergeordnet ubergeordnet bezug bezugid
            """,
        "author": """
            author authorname authorusername username user name nickname nick displayname
            screenname creator createdby postedby sender sendername fromname from participant
            participantname speaker member commenter commentauthor handle pseudonym
            auteur nomauteur auteurnom utilisateur nomutilisateur pseudo pseudonyme redacteur
            expediteur participante contributeur nom
            autor autorin verfasser verfasserin benutzer benutzername nutzer nutzername
            teilnehmer absender
            """,
        "author_id": """
            authorid userid creatorid senderid participantid authorkey memberid commenterid
            speakerid authoremail useremail email mail fromemail authoruuid authorhash userhash
            auteurid idauteur utilisateurid idutilisateur courriel
            autorid nutzerid benutzerid teilnehmerid
            """,
        "created_at": """
            createdat created creationdate createdon createddate datecreated createtime postedat
            posteddate postedon publishedat published publicationdate publishdate pubdate
            submittedat submitdate submissiondate timestamp datetime date time sentat sent
            createdutc ts posttime commentdate messagedate postdate when
            datecreation datedecreation creele publiele datepublication datedepublication
            soumisle horodatage horodateur dateenvoi heure
            datum zeit zeitpunkt zeitstempel erstelltam erstellt veroffentlichtam erstelldatum
            eingereichtam
            """,
        "edited_at": """
            updatedat updated editedat edited modifiedat modified lastmodified updatedate
            datemodification modifiele misajourle geandertam aktualisiertam bearbeitetam
            """,
        "title": """
            title subject headline heading posttitle messagetitle summary threadtitle topictitle
            titre objet intitule titel betreff uberschrift
            """,
        "thread": """
            thread threadid threadkey conversation conversationid discussion discussionid
            topicid roomid room channelid channel forumid questionid question debateid debate
            linkid submissionid issueid rootid rootcommentid
            fil filid sujetid idsujet discussionidentifiant themaid strang
            topic motion sujet thema
            """,
        "language": "language lang locale languagecode langue codelangue sprache sprachcode",
        "url": "url link permalink uri href weburl lien adresse",
        "category": """
            category categoryname categories tag tags section sectiontitle label labels
            theme themes subtheme topic motion issue subject area
            categorie categories etiquette etiquettes rubrique thematique sujet
            kategorie kategorien thema themen schlagwort schlagworte rubrik bereich
            """,
        "stance": """
            stance side procon alignment position polarity vote support attitude agreement
            camp pourcontre avisvote haltung standpunkt seite
            """,
        "likes": """
            likes likecount likescount nlikes nblikes numlikes score points favorites
            favoritecount favourites reactions reactioncount hearts votes votecount votescount
            nvotes totalvotes endorsements supports supportscount
            jaime mentionsjaime nbvotes nombredevotes soutiens nbsoutiens
            gefalltmir zustimmungen stimmen anzahlstimmen unterstutzungen
            """,
        "votes_for": """
            votesfor votefor nfor agrees agree agreecount nagree upvotes upvotecount
            ups yes yesvotes votesok
            votesyes pros thumbsup positivevotes
            pour votespour nbpour daccord votesdaccord dafur zustimmung jastimmen
            """,
        "votes_against": """
            votesagainst voteagainst nagainst disagrees disagree disagreecount ndisagree
            downvotes downvotecount downs no novotes votesnok votesno cons thumbsdown
            negativevotes contre votescontre nbcontre pasdaccord dagegen ablehnung neinstimmen
            """,
    }.items()
}
# Narrow meanings choose before broad ones: ``topic`` is a thread only where none is named.
_ORDER = (
    "text",
    "id",
    "parent_id",
    "author_id",
    "author",
    "created_at",
    "edited_at",
    "votes_for",
    "votes_against",
    "likes",
    "stance",
    "language",
    "url",
    "title",
    "thread",
    "category",
)
_LANGUAGE_SUFFIX = re.compile(r"[/_.\- (\[](?:fr|en|de|es|it|nl|pt|ca)[)\]]?$", re.IGNORECASE)
_STANCES = frozenset(
    (
        *("for", "against", "pro", "con", "contra", "pour", "contre", "dafur", "dagegen"),
        *("agree", "disagree", "positive", "negative", "support", "attack", "oppose"),
        *("favor", "favour", "favorable", "defavorable", "neutral", "neutre", "none"),
        *("yes", "no", "oui", "non", "ja", "nein", "-1", "0", "1", "-1.0", "0.0", "1.0"),
    )
)
_FEWEST_WORDS = 3
# Names that say "id" outright; ``no``, ``key`` or ``reference`` may well mean something else.
_SURE_IDS = frozenset(name for name in _ALIASES["id"] if "id" in name)

Samples = Mapping[str, Sequence[str]]
"""Column name -> what it holds in the first records, empty cells left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Field -> column. ``others`` are the columns that mean nothing to us, in their order."""

    of: Mapping[str, str]
    others: tuple[str, ...]
    is_topic_thread: bool = False
    """The thread column is a topic, and so the category as well."""
    refused_id: str | None = None
    """A column called an id whose first values repeat, so that it cannot be one."""


def fold(name: str) -> str:
    """A column name without accents, case and punctuation."""
    return "".join(char for char in without_accents(name).lower() if char.isalnum())


def has_known_text(names: Sequence[str]) -> bool:
    """Whether one of the column names is one for texts."""
    known = set(_ALIASES["text"])
    return any(key in known for name in names for key in _keys(name))


def id_name(names: Sequence[str]) -> str | None:
    """The column that is an id by its name."""
    return _known("id", names, {})


def n_known(names: Sequence[str]) -> int:
    """How many of the names are known for any field."""
    known = {alias for aliases in _ALIASES.values() for alias in aliases}
    return sum(any(key in known for key in _keys(name)) for name in names)


def recognise(
    names: Sequence[str], samples: Samples, given: Mapping[str, str], *, source: str
) -> Columns:
    """What each column means, from its name, checked against what it holds.

    ``given`` (our name -> column) overrides. Raises InputProblem where it names something
    that is not there, and where no column can be taken for the text.
    """
    chosen = _given(names, given, source=source)
    taken = set(chosen.values())
    if not any(samples.values()):
        samples = {}
    for field in _ORDER:
        if field in chosen:
            continue
        column = _known(field, [name for name in names if name not in taken], samples)
        if column is not None:
            chosen[field] = column
            taken.add(column)
    if "text" not in chosen:
        chosen["text"] = _by_content(names, samples, chosen, source=source)
        taken.add(chosen["text"])
    chosen = {
        field: column
        for field, column in chosen.items()
        if field == "text" or column != chosen["text"]
    }
    others = tuple(name for name in names if name not in set(chosen.values()))
    is_topic = "category" not in chosen and fold(chosen.get("thread", "")) in _ALIASES["category"]
    return Columns(
        of=chosen,
        others=others,
        is_topic_thread=is_topic,
        refused_id=None if "id" in chosen else _repeating_id(others, samples),
    )


def _repeating_id(names: Sequence[str], samples: Samples) -> str | None:
    for name in names:
        values = samples.get(name, ())
        if not _SURE_IDS.isdisjoint(_keys(name)) and len(set(values)) < len(values):
            return name
    return None


def _given(names: Sequence[str], given: Mapping[str, str], *, source: str) -> dict[str, str]:
    by_key = {fold(name): name for name in reversed(names)}
    chosen: dict[str, str] = {}
    for field, wanted in given.items():
        if field not in FIELDS:
            raise InputProblem(
                source, f"--columns {field}= is no field", remedy=f"use {', '.join(FIELDS)}"
            )
        column = wanted if wanted in names else by_key.get(fold(wanted))
        if column is None:
            raise InputProblem(
                source,
                f"there is no column {wanted!r} for {field}",
                remedy=f"the columns are: {_listed(names)}",
            )
        chosen[field] = column
    return chosen


def _known(field: str, names: Sequence[str], samples: Samples) -> str | None:
    """The first column, best alias first, whose content does not speak against it."""
    fits = _CHECKS.get(field, bool) if samples else lambda _: True
    for alias in _ALIASES[field]:
        for name in names:
            if alias in _keys(name) and fits(samples.get(name, ())):
                return name
    return None


def _keys(name: str) -> tuple[str, ...]:
    """What a name may be known as: as it is, without its language, as the last of a path."""
    bare = _LANGUAGE_SUFFIX.sub("", name)
    return tuple(dict.fromkeys((fold(name), fold(bare))))


def _by_content(
    names: Sequence[str], samples: Samples, chosen: Mapping[str, str], *, source: str
) -> str:
    """The column with texts where no name says so: clearly the longest, and in words."""
    taken = {column for field, column in chosen.items() if field != "title"}
    lengths = sorted(
        (
            (sum(map(len, values)) / len(values), name)
            for name in names
            if name not in taken and _is_prose(values := samples.get(name, ()))
            if not all(parse_time(value) for value in values[:20])
        ),
        reverse=True,
    )
    if lengths and (len(lengths) == 1 or lengths[0][0] > 2 * lengths[1][0]):
        return lengths[0][1]
    named = _known("text", [name for name in names if name not in taken], {})
    if named is not None and not samples.get(named):
        return named  # empty so far: what there is to say is said of the whole column
    what = "has no column known for its texts"
    if named is not None:
        what = f"its column {named!r} holds numbers, not texts"
    raise InputProblem(
        source,
        f"{what}; its columns are: {_listed(names)}",
        remedy="name the right one with --columns text=NAME",
    )


def _listed(names: Sequence[str], limit: int = 30) -> str:
    shown = ", ".join(name[:60] for name in names[:limit])
    return shown + (f", … ({len(names)} in all)" if len(names) > limit else "")


def _is_number(value: str) -> bool:
    try:
        float(value.replace(",", "."))
    except ValueError:
        return False
    return True


def _has_no_numbers(values: Sequence[str]) -> bool:
    return bool(values) and sum(map(_is_number, values)) < len(values) / 2


def _has_numbers(values: Sequence[str]) -> bool:
    return bool(values) and all(map(_is_number, values))


def _is_prose(values: Sequence[str]) -> bool:
    words = [len(value.split()) for value in values]
    return bool(words) and sum(words) / len(words) >= _FEWEST_WORDS


def _is_unique(values: Sequence[str]) -> bool:
    """An id is short, in one piece, and each but a stray one is there once."""
    if not values:
        return False
    is_short = max(map(len, values)) <= 200 and not _is_prose(values)
    return is_short and len(set(values)) >= 0.9 * len(values)


def _is_stance(values: Sequence[str]) -> bool:
    return bool(values) and all(_stance_key(value) in _STANCES for value in values)


def _stance_key(value: str) -> str:
    return value.strip() if _is_number(value) else fold(value)


_CHECKS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "text": _has_no_numbers,
    "id": _is_unique,
    "likes": _has_numbers,
    "votes_for": _has_numbers,
    "votes_against": _has_numbers,
    "stance": _is_stance,
}
