"""What is new since a moment, and a discussion at a glance."""

from __future__ import annotations

from dataclasses import asdict

from synth.analytics.alerts import Kind, Missing
from synth.analytics.participation import Band, Light, Pulse
from synth.store import Discussion
from web.api.parameters import Parameter
from web.api.schemas import (
    array,
    boolean,
    choice,
    count,
    maybe,
    named,
    record,
    row_id,
    share,
    string,
    time,
)  # fmt: skip
from web.api.shapes.lists import Json, time_of
from web.services.news import IdeaFate, IdeaWithNews, NewsReport
from web.services.overview import Overview, ShownAlert
from web.services.since import Point, Since

SINCE = Parameter(
    name="since",
    schema=string(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|visit|synthesis)$"),
    description=(
        "A day, `synthesis` for the last one, or `visit` for the last visit, as the cookie `seen` "
        "tells it. Default: the visit, else the synthesis, else the last 30 days."
    ),
)
_FATE = record(
    {
        "id": row_id("Of an earlier map."),
        "title": string("As it was called then."),
        "into": array(row_id(), "What it lives on in."),
    }
)
_IDEA_NEWS = record(
    {
        "idea_id": row_id(),
        "n_new": count("New messages."),
        "n_before": count("Messages that were there; 0 for a new idea."),
        "n_new_voices": count("Voices that had said nothing under it."),
    }
)
NEWS = named(
    "News",
    record(
        {
            "point": choice(Point, "What is counted from."),
            "moment": time("When that was; null where there was no such thing."),
            "n_messages": count(),
            "n_voices": count("In these messages."),
            "n_new_voices": count("That had never spoken before."),
            "n_threads": count("With new messages."),
            "n_new_threads": count("That began."),
            "newest": array(row_id(), "Messages, the newest first."),
            "ideas": array(_IDEA_NEWS, "Those of most new messages first."),
            "quiet": array(row_id(), "Ideas spoken of in as long a time before, and not since."),
            "born": array(row_id(), "Ideas that rebuilds found in messages that were there."),
            "split": array(_FATE),
            "merged": array(_FATE),
            "gone": array(_FATE),
            "corrections": array(
                record({"at": time(), "verb": string(), "idea_id": maybe(row_id())}),
                "What people changed, the newest first.",
            ),
        }
    ),
)
_PULSE = {
    "n_voices": count(),
    "n_days": maybe(count("Days since the last message, on the reference day.")),
    "participation": choice(Light),
    "contribution": maybe(choice(Light)),
}
OVERVIEW = named(
    "Overview",
    record(
        {
            "question": string("What participants are asked; may be empty."),
            "introduction": string(),
            "participation": record(
                {
                    "n_voices": count(),
                    "n_messages": count("That say something."),
                    "n_proactive": count("The fewest voices who wrote half of the messages."),
                    "n_reactive": count("All others who wrote."),
                    "n_started": count("Voices that started a thread."),
                    "top_share": share("Of the messages, by the most active voice."),
                    "top_ten_share": share(),
                    "band": choice(Band, "How large the group is."),
                }
            ),
            "coverage": record(
                {
                    "passages": share("Of all, under an idea."),
                    "messages": share(),
                    "voices": share(),
                    "n_left_out": count("Voices without any passage under an idea."),
                }
            ),
            "reference": maybe(
                record(
                    {
                        "at": time("Silence is counted from then."),
                        "is_today": boolean("Otherwise the day of the last message."),
                    }
                )
            ),
            "pulse": record(_PULSE),
            "ideas": array(record({"idea_id": row_id(), **_PULSE}), "Top ideas."),
            "alerts": array(
                record(
                    {
                        "kind": choice(Kind),
                        "missing": maybe(choice(Missing, "Why it cannot be told.")),
                        "n": count("Cases; the first are named."),
                        "idea_ids": array(row_id()),
                        "message_ids": array(row_id()),
                        "authors": array(string("Pseudonym.")),
                    }
                )
            ),
        }
    ),
)


def news_json(since: Since, report: NewsReport | None) -> Json:
    told: Json = {"point": since.point.value, "moment": time_of(since.moment)}
    if report is None:
        return told | _NOTHING
    news = report.news
    return told | {
        "n_messages": news.n_messages,
        "n_voices": news.n_voices,
        "n_new_voices": news.n_new_voices,
        "n_threads": news.n_threads,
        "n_new_threads": news.n_new_threads,
        "newest": list(news.newest),
        "ideas": [_moved_json(one) for one in (*report.new, *report.grown)],
        "quiet": [branch.idea.id for branch in report.quiet],
        "born": [branch.idea.id for branch in report.born],
        "split": [_fate_json(one) for one in report.split],
        "merged": [_fate_json(one) for one in report.merged],
        "gone": [_fate_json(one) for one in report.gone],
        "corrections": [
            {
                "at": time_of(one.at),
                "verb": one.verb,
                "idea_id": None if one.branch is None else one.branch.idea.id,
            }
            for one in report.corrections
        ],
    }


def overview_json(discussion: Discussion, seen: Overview) -> Json:
    participation = asdict(seen.participation)
    del participation["groups"], participation["proactive"]
    reference = seen.reference
    return {
        "question": discussion.question,
        "introduction": discussion.framing.introduction,
        "participation": participation,
        "coverage": asdict(seen.coverage),
        "reference": None
        if reference is None
        else {"at": time_of(reference.at), "is_today": reference.is_today},
        "pulse": _pulse_json(seen.pulse),
        "ideas": [{"idea_id": o.branch.idea.id, **_pulse_json(o.pulse)} for o in seen.ideas],
        "alerts": [_alert_json(shown) for shown in seen.alerts],
    }


_NOTHING: Json = {
    **dict.fromkeys(("n_messages", "n_voices", "n_new_voices", "n_threads", "n_new_threads"), 0),
    **{name: [] for name in ("newest", "ideas", "quiet", "born", "split", "merged", "gone")},
    "corrections": [],
}


def _moved_json(one: IdeaWithNews) -> Json:
    return asdict(one.news)


def _fate_json(one: IdeaFate) -> Json:
    fate = one.fate
    return {"id": fate.idea_id, "title": fate.title, "into": [b.idea.id for b in one.into]}


def _pulse_json(pulse: Pulse) -> Json:
    light = pulse.contribution
    return {
        "n_voices": pulse.n_voices,
        "n_days": pulse.n_days,
        "participation": pulse.participation.value,
        "contribution": None if light is None else light.value,
    }


def _alert_json(shown: ShownAlert) -> Json:
    alert, cases = shown.alert, shown.cases
    return {
        "kind": alert.kind.value,
        "missing": None if alert.missing is None else alert.missing.value,
        "n": alert.n,
        "idea_ids": [case.branch.idea.id for case in cases if case.branch is not None],
        "message_ids": [case.message.id for case in cases if case.message is not None],
        "authors": [case.author for case in cases if case.author is not None],
    }
