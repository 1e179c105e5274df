"""``synth correct``: what people change on the map, and take back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from synth.cli import options, output

if TYPE_CHECKING:
    from synth.store import Correction, Store

Place = tuple[int, int | None]


def place(value: str) -> Place:
    """``12`` for all of message 12, ``12:140`` for its passage that starts at 140."""
    message, colon, start = value.partition(":")
    if not message.isdecimal() or (colon and not start.isdecimal()):
        raise click.BadParameter(f"{value!r} is not MESSAGE or MESSAGE:START, e.g. 12 or 12:140")
    return int(message), int(start) if colon else None


_options = options.together(
    options.db_option(),
    options.discussion_option,
    click.option(
        "--actor",
        default="facilitator",
        show_default=True,
        metavar="WHO",
        help="Who corrects; kept in the history.",
    ),
    options.json_option,
)


@click.group()
def correct() -> None:
    """Correct the map: what you change is in force at once, and every rebuild keeps it.

    IDEA is an idea_id of ideas.csv. MESSAGE is a message_id of placements.csv and means all of
    the message; MESSAGE:START means its passage that starts there (12:140). Nothing is final:
    `synth correct undo` takes the last correction back, or any one of `synth correct list`.
    """


@correct.command()
@click.argument("idea", type=int)
@click.argument("title")
@click.option("--summary", metavar="TEXT", help="Also what stands under the title.")
@_options
def rename(idea: int, title: str, *, summary: str | None, **where: Any) -> None:
    """Call IDEA by another TITLE."""
    from synth.pipeline import rename_idea

    with _correcting(**where) as (store, here, actor):
        rename_idea(store, here, idea, title=title, summary=summary, actor=actor)


@correct.command()
@click.argument("idea", type=int)
@click.argument("others", type=int, nargs=-1, required=True, metavar="OTHER...")
@_options
def merge(idea: int, others: tuple[int, ...], **where: Any) -> None:
    """Make IDEA and each OTHER one idea, which keeps the id and title of IDEA."""
    from synth.pipeline import merge_ideas

    with _correcting(**where) as (store, here, actor):
        merge_ideas(store, here, idea, others, actor=actor)


@correct.command()
@click.argument("idea", type=int)
@click.argument("places", type=place, nargs=-1, required=True, metavar="MESSAGE...")
@click.option("--title", required=True, help="What the new idea is called.")
@_options
def split(idea: int, places: tuple[Place, ...], *, title: str, **where: Any) -> None:
    """Make passages of IDEA an idea of their own."""
    from synth.pipeline import passages_of, split_idea

    with _correcting(**where) as (store, here, actor):
        chosen = passages_of(store, here, places)
        split_idea(store, here, idea, chosen, title=title, actor=actor)


@correct.command()
@click.argument("idea", type=int)
@click.option("--under", type=int, metavar="IDEA", help="The idea it goes under.")
@click.option("--top", is_flag=True, help="Put it at the top.")
@_options
def move(idea: int, *, under: int | None, top: bool, **where: Any) -> None:
    """Put IDEA, with all below it, under another idea or at the top."""
    from synth.pipeline import move_idea

    if (under is None) != top:
        raise click.UsageError("say either --under IDEA or --top")
    with _correcting(**where) as (store, here, actor):
        move_idea(store, here, idea, under=under, actor=actor)


@correct.command()
@click.argument("places", type=place, nargs=-1, required=True, metavar="MESSAGE...")
@click.option("--to", "idea", type=int, required=True, metavar="IDEA", help="Where they belong.")
@_options
def pin(places: tuple[Place, ...], *, idea: int, **where: Any) -> None:
    """Put passages, and those linked to them, under an idea, where they stay."""
    from synth.pipeline import passages_of, pin_passages

    with _correcting(**where) as (store, here, actor):
        pin_passages(store, here, passages_of(store, here, places), idea, actor=actor)


@correct.command()
@click.argument("places", type=place, nargs=-1, required=True, metavar="MESSAGE...")
@_options
def unplace(places: tuple[Place, ...], **where: Any) -> None:
    """Take passages, and those linked to them, from their ideas; they stay under none."""
    from synth.pipeline import passages_of, unplace_passages

    with _correcting(**where) as (store, here, actor):
        unplace_passages(store, here, passages_of(store, here, places), actor=actor)


@correct.command()
@click.argument("idea", type=int)
@_options
def confirm(idea: int, **where: Any) -> None:
    """Say that IDEA is right: it stays, with the passages it has."""
    from synth.pipeline import confirm_idea

    with _correcting(**where) as (store, here, actor):
        confirm_idea(store, here, idea, actor=actor)


@correct.command()
@click.argument("idea", type=int)
@_options
def hide(idea: int, **where: Any) -> None:
    """Show IDEA, and all below it, to readers no longer."""
    from synth.pipeline import hide_idea

    with _correcting(**where) as (store, here, actor):
        hide_idea(store, here, idea, actor=actor)


@correct.command()
@click.argument("idea", type=int)
@_options
def show(idea: int, **where: Any) -> None:
    """Take back that IDEA is hidden or confirmed: the machine may change it again."""
    from synth.pipeline import release_idea

    with _correcting(**where) as (store, here, actor):
        release_idea(store, here, idea, actor=actor)


@correct.command()
@click.argument("one", type=place, metavar="MESSAGE")
@click.argument("others", type=place, nargs=-1, required=True, metavar="MESSAGE...")
@_options
def link(one: Place, others: tuple[Place, ...], **where: Any) -> None:
    """Keep passages together: always under the same idea, or all under none."""
    from synth.pipeline import link_passages, passages_of

    with _correcting(**where) as (store, here, actor):
        first = passages_of(store, here, [one])
        link_passages(store, here, first, passages_of(store, here, others), actor=actor)


@correct.command()
@click.argument("one", type=place, metavar="MESSAGE")
@click.argument("others", type=place, nargs=-1, required=True, metavar="MESSAGE...")
@_options
def apart(one: Place, others: tuple[Place, ...], **where: Any) -> None:
    """Keep the first MESSAGE apart from the others: never under the same idea."""
    from synth.pipeline import part_passages, passages_of

    with _correcting(**where) as (store, here, actor):
        first = passages_of(store, here, [one])
        part_passages(store, here, first, passages_of(store, here, others), actor=actor)


@correct.command()
@click.argument("correction", type=int, required=False)
@_options
def undo(correction: int | None, **where: Any) -> None:
    """Take back the last correction, or the one with that number in the list."""
    from synth.pipeline import undo_correction

    with _correcting(**where) as (store, here, actor):
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


@contextmanager
def _correcting(
    *, db: Path, discussion: str | None, actor: str, as_json: bool
) -> Iterator[tuple[Store, int, str]]:
    """Open the discussion; when the correction is made, say what it was.

    It is read back before others may write again: the last event is the one made here.
    """
    with options.open_discussion(db, discussion) as (store, found):
        with store.atomic():
            yield store, found.id, actor
            (event,) = store.events.last(found.id, limit=1)
        done = {"discussion": found.slug, "correction": event["id"], "verb": event["verb"]}
        if as_json:
            output.say_json(
                done
                | {"noun": event["noun"], "noun_id": event["noun_id"]}
                | {"before": event["before"], "after": event["after"]}
            )
            return
        click.echo(f"{event['verb'].capitalize()}: {_what(event['noun'], event['noun_id'])}.")
        moved = (event["after"] or {}).get("placements", ())
        if event["verb"] in ("pinned", "unplaced") and len(moved) > 1:
            click.echo(f"{len(moved)} passages in all, with those linked to them.")
        output.tell_outline(store, found)


def _what(noun: str, noun_id: int | None) -> str:
    return f"correction {noun_id}" if noun == "event" else f"{noun} {noun_id}"


def _facts(one: Correction) -> dict[str, Any]:
    return {
        "correction": one.id,
        "at": one.at,
        "actor": one.actor,
        "verb": one.verb,
        "noun": one.noun,
        "noun_id": one.noun_id,
        "before": one.before,
        "after": one.after,
        "is_undone": one.is_undone,
    }


def _line(one: Correction) -> str:
    undone = " (undone)" if one.is_undone else ""
    return (
        f"{one.id}  {one.at:%Y-%m-%d %H:%M}  {one.actor}: {one.verb} "
        f"{_what(one.noun, one.noun_id)}{undone}"
    )
