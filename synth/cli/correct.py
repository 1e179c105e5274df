"""``synth correct``: what people change on the map, and take back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synth.cli import options, output
from synth.permissions import Permission

if TYPE_CHECKING:
    from synth.store import Correction, Discussion, Store

Place = tuple[int, int | None]
NOT_ABOUT = (
    *("greeting", "thanks", "test", "list_matter", "no_answer", "duplicate", "bot", "address"),
    *("quotation", "off_topic"),
)
"""Why a passage is not about the question, as :class:`synth.records.Unplaced` says it."""


def place(value: str) -> Place:
    """``12`` for all of message 12, ``12:140`` for its passage that starts at 140."""
    message, colon, start = value.partition(":")
    if not message.isdecimal() or (colon and not start.isdecimal()):
        raise click.BadParameter(f"{value!r} is not MESSAGE or MESSAGE:START, e.g. 12 or 12:140")
    return int(message), int(start) if colon else None


IDEA = click.argument("idea", type=int)
MESSAGE = click.argument("one", type=place, metavar="MESSAGE")
MESSAGES = click.argument("places", type=place, nargs=-1, required=True, metavar="MESSAGE...")
ACTOR = click.option(
    "--actor",
    default="facilitator",
    show_default=True,
    metavar="WHO",
    help="Who corrects; kept in the history. A member must have the permission.",
)


@click.group()
def correct() -> None:
    """Correct the map: what you change is in force at once, and every rebuild keeps it.

    IDEA is an idea_id of ideas.csv. MESSAGE is a message_id of placements.csv and means all of
    the message; MESSAGE:START means its passage that starts there (12:140). Nothing is final:
    `synth correct undo` takes the last correction back, or any one of `synth correct list`.
    """


def _correction(
    *arguments: options.Decorator, needs: Callable[..., Permission] | None = None
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a sub-command of a function that makes one correction, given what was asked for.

    The file is opened for it, and what it did is read back before others may write again: the
    last event is the one made here. ``needs`` says, of what was asked for, which permission a
    member needs; else it is that to correct.
    """

    def decorate(make: Callable[..., None]) -> click.Command:
        @wraps(make)
        def command(db: Path, discussion: str | None, *, as_json: bool, **asked: Any) -> None:
            with options.open_discussion(db, discussion, is_changed=True) as (store, found):
                with store.atomic():
                    needed = needs(store, found.id, **asked) if needs else Permission.CORRECT
                    asked["actor"] = options.acting(store, found, asked["actor"], needed)
                    make(store, found.id, **asked)
                    (event,) = store.events.last(found.id, limit=1)
                _tell(store, found, event, as_json=as_json)

        shared = (options.db_option(), options.discussion_option, ACTOR, options.json_option)
        return correct.command()(options.together(*arguments, *shared)(command))

    return decorate


@_correction(
    IDEA,
    click.argument("title"),
    click.option("--summary", metavar="TEXT", help="Also what stands under the title."),
)
def rename(
    store: Store, here: int, idea: int, *, title: str, summary: str | None, actor: str
) -> None:
    """Call IDEA by another TITLE."""
    from synth.corrections import rename_idea

    rename_idea(store, here, idea, title=title, summary=summary, actor=actor)


@_correction(IDEA, click.argument("summary"))
def describe(store: Store, here: int, idea: int, *, summary: str, actor: str) -> None:
    """Say what IDEA is about: SUMMARY stands under its title. "" takes it away."""
    from synth.corrections import describe_idea

    describe_idea(store, here, idea, summary=summary, actor=actor)


@_correction(IDEA, click.argument("others", type=int, nargs=-1, required=True, metavar="OTHER..."))
def merge(store: Store, here: int, idea: int, others: tuple[int, ...], *, actor: str) -> None:
    """Make IDEA and each OTHER one idea, which keeps the id and title of IDEA."""
    from synth.corrections import merge_ideas

    merge_ideas(store, here, idea, others, actor=actor)


@_correction(
    IDEA,
    MESSAGES,
    click.option("--title", required=True, help="What the new idea is called."),
)
def split(
    store: Store, here: int, idea: int, places: tuple[Place, ...], *, title: str, actor: str
) -> None:
    """Make passages of IDEA an idea of their own."""
    from synth.corrections import passages_of, split_idea

    split_idea(store, here, idea, passages_of(store, here, places), title=title, actor=actor)


@_correction(
    IDEA,
    click.option("--under", type=int, metavar="IDEA", help="The idea it goes under."),
    click.option("--top", is_flag=True, help="Put it at the top."),
)
def move(store: Store, here: int, idea: int, *, under: int | None, top: bool, actor: str) -> None:
    """Put IDEA, with all below it, under another idea or at the top."""
    from synth.corrections import move_idea

    if (under is None) != top:
        raise click.UsageError("say either --under IDEA or --top")
    move_idea(store, here, idea, under=under, actor=actor)


@_correction(
    MESSAGES,
    click.option(
        "--to", "idea", type=int, metavar="IDEA", help="Where they belong; else where they are."
    ),
)
def pin(
    store: Store, here: int, places: tuple[Place, ...], *, idea: int | None, actor: str
) -> None:
    """Put passages, and those linked to them, under an idea, where they stay."""
    from synth.corrections import keep_passages, passages_of, pin_passages

    passages = passages_of(store, here, places)
    if idea is None:
        keep_passages(store, here, passages, actor=actor)
    else:
        pin_passages(store, here, passages, idea, actor=actor)


@_correction(MESSAGES)
def unpin(store: Store, here: int, places: tuple[Place, ...], *, actor: str) -> None:
    """Leave it to the machine where passages belong; the next build may move them."""
    from synth.corrections import passages_of, release_passages

    release_passages(store, here, passages_of(store, here, places), actor=actor)


@_correction(MESSAGES)
def unplace(store: Store, here: int, places: tuple[Place, ...], *, actor: str) -> None:
    """Take passages, and those linked to them, from their ideas; they stay under none."""
    from synth.corrections import passages_of, unplace_passages

    unplace_passages(store, here, passages_of(store, here, places), actor=actor)


@_correction(
    MESSAGES,
    click.option(
        "--reason",
        type=click.Choice(NOT_ABOUT),
        default="off_topic",
        show_default=True,
        help="Why they are not about it.",
    ),
)
def aside(store: Store, here: int, places: tuple[Place, ...], *, reason: str, actor: str) -> None:
    """Set passages aside: they are not about the question."""
    from synth.corrections import passages_of, set_passages_aside
    from synth.records import Unplaced

    passages = passages_of(store, here, places)
    set_passages_aside(store, here, passages, reason=Unplaced(reason), actor=actor)


@_correction(IDEA)
def confirm(store: Store, here: int, idea: int, *, actor: str) -> None:
    """Say that IDEA is right: it stays, with the passages it has."""
    from synth.corrections import confirm_idea

    confirm_idea(store, here, idea, actor=actor)


@_correction(IDEA)
def hide(store: Store, here: int, idea: int, *, actor: str) -> None:
    """Show IDEA, and all below it, to readers no longer."""
    from synth.corrections import hide_idea

    hide_idea(store, here, idea, actor=actor)


@_correction(IDEA)
def show(store: Store, here: int, idea: int, *, actor: str) -> None:
    """Take back that IDEA is hidden or confirmed: the machine may change it again."""
    from synth.corrections import release_idea

    release_idea(store, here, idea, actor=actor)


@_correction(IDEA)
def lock(store: Store, here: int, idea: int, *, actor: str) -> None:
    """Let the machine change nothing about IDEA and all below it; later messages may come."""
    from synth.corrections import lock_idea

    lock_idea(store, here, idea, actor=actor)


@_correction(IDEA)
def unlock(store: Store, here: int, idea: int, *, actor: str) -> None:
    """Let the machine change IDEA, and all below it, again."""
    from synth.corrections import unlock_idea

    unlock_idea(store, here, idea, actor=actor)


@_correction(
    IDEA,
    click.argument("other", type=int),
    click.option(
        "--as",
        "kind",
        type=click.Choice(["supports", "opposes", "answers", "questions", "related"]),
        default="related",
        show_default=True,
        help="What IDEA does to OTHER.",
    ),
)
def link_ideas(store: Store, here: int, idea: int, *, other: int, kind: str, actor: str) -> None:
    """Say how IDEA stands to OTHER; pages and map show it."""
    from synth import corrections
    from synth.records import LinkKind

    corrections.link_ideas(store, here, idea, other, kind=LinkKind(kind), actor=actor)


@_correction(IDEA, click.argument("other", type=int))
def unlink_ideas(store: Store, here: int, idea: int, *, other: int, actor: str) -> None:
    """Take back how IDEA and OTHER stand to each other."""
    from synth import corrections

    corrections.unlink_ideas(store, here, idea, other, actor=actor)


@_correction(
    click.option("--take-back", is_flag=True, help="Open the frame again."),
    needs=lambda *_, **__: Permission.SIGN_OFF,
)
def sign_off(store: Store, here: int, *, take_back: bool, actor: str) -> None:
    """Confirm all ideas: their frame stays, later messages are placed under it."""
    from synth import corrections

    change = corrections.take_sign_off_back if take_back else corrections.sign_off
    change(store, here, actor=actor)


@_correction(MESSAGE, MESSAGES)
def link(store: Store, here: int, one: Place, places: tuple[Place, ...], *, actor: str) -> None:
    """Keep passages together: always under the same idea, or all under none."""
    from synth.corrections import link_passages, passages_of

    first = passages_of(store, here, [one])
    link_passages(store, here, first, passages_of(store, here, places), actor=actor)


@_correction(MESSAGE, MESSAGES)
def apart(store: Store, here: int, one: Place, places: tuple[Place, ...], *, actor: str) -> None:
    """Keep the first MESSAGE apart from the others: never under the same idea."""
    from synth.corrections import part_passages, passages_of

    first = passages_of(store, here, [one])
    part_passages(store, here, first, passages_of(store, here, places), actor=actor)


@_correction(
    click.argument("message", type=int),
    click.argument("side", type=click.Choice(["for", "against", "none"])),
)
def side(store: Store, here: int, message: int, *, side: str, actor: str) -> None:
    """Say that MESSAGE is for or against what it answers, or takes no side of it."""
    from synth.corrections import set_side
    from synth.records import Stance

    chosen = None if side == "none" else Stance(side)
    set_side(store, here, message, chosen, actor=actor)


def _to_undo(store: Store, here: int, *, correction: int | None, actor: str) -> Permission:
    from synth.corrections import permission_to_undo

    return permission_to_undo(store, here, correction)


@_correction(click.argument("correction", type=int, required=False), needs=_to_undo)
def undo(store: Store, here: int, correction: int | None, *, actor: str) -> None:
    """Take back the last correction, or the one with that number in the list."""
    from synth.corrections import undo_correction

    undo_correction(store, here, correction, actor=actor)


@correct.command("list")
@options.db_option()
@options.discussion_option
@options.json_option
def list_(db: Path, discussion: str | None, *, as_json: bool) -> None:
    """Say what people corrected, the newest first."""
    with options.open_discussion(db, discussion) as (store, found):
        history = store.corrections.history(found.id)
    if as_json:
        output.say_json([_facts(one) for one in history])
        return
    for one in history:
        click.echo(_line(one))
    if not history:
        click.echo("Nobody corrected this map yet.")


def _tell(store: Store, found: Discussion, event: dict[str, Any], *, as_json: bool) -> None:
    """Say what correction was made."""
    verb, noun, noun_id = event["verb"], event["noun"], event["noun_id"]
    if as_json:
        made = {name: event[name] for name in ("verb", "noun", "noun_id", "before", "after")}
        output.say_json({"discussion": found.slug, "correction": event["id"]} | made)
        return
    click.echo(f"{_words(verb).capitalize()}: {_what(noun, noun_id)}.")
    moved = (event["after"] or {}).get("placements", ())
    if verb in ("pinned", "unplaced", "set_aside") and len(moved) > 1:
        click.echo(f"{len(moved)} passages in all, with those linked to them.")
    output.tell_outline(store, found)


def _words(verb: str) -> str:
    return verb.replace("_", " ")


def _what(noun: str, noun_id: int | None) -> str:
    if noun == "map":
        return "all ideas"
    said = {"event": "correction", "side": "the side of message"}
    return f"{said.get(noun, noun)} {noun_id}"


def _facts(one: Correction) -> dict[str, Any]:
    names = ("at", "actor", "verb", "noun", "noun_id", "before", "after", "is_undone")
    return {"correction": one.id} | {name: getattr(one, name) for name in names}


def _line(one: Correction) -> str:
    undone = " (undone)" if one.is_undone else ""
    return (
        f"{one.id}  {one.at:%Y-%m-%d %H:%M}  {one.actor}: {_words(one.verb)} "
        f"{_what(one.noun, one.noun_id)}{undone}"
    )
