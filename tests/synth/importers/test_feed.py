"""RSS and Atom feeds, also hostile and broken ones."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from synth.importers import feed
from synth.importers.input_file import Fit, InputFile, ReadOptions
from synth.records import BodyFormat, Problem, RawMessage

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:thr="http://purl.org/syndication/thread/1.0">
<channel><title>Comments on: Bees</title>
<item><title>By: Ann</title><link>https://example.org/bees/#comment-12</link>
<dc:creator><![CDATA[Ann]]></dc:creator><pubDate>Mon, 06 Jan 2020 10:00:00 +0000</pubDate>
<guid isPermaLink="false">https://example.org/?p=1#comment-12</guid>
<description>The bees are back</description>
<content:encoded><![CDATA[<p>The bees are <em>back</em> & well</p>]]></content:encoded></item>
<item><title>By: Bob</title><link>https://example.org/bees/#comment-13</link>
<guid>https://example.org/?p=1#comment-13</guid>
<thr:in-reply-to ref="https://example.org/?p=1#comment-12"/>
<category>Nature</category><description>All of them?</description></item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
<title>Bees</title>
<entry><id>tag:1</id><title>First</title><link rel="alternate" href="https://example.org/1"/>
<link rel="edit" href="https://example.org/edit"/>
<author><name>Ann</name></author>
<published>2020-01-06T11:00:00+01:00</published><updated>2020-01-07T10:00:00Z</updated>
<category term="nature" label="Nature"/>
<content type="html">&lt;p&gt;Bees&lt;/p&gt;</content></entry>
<entry><id>tag:2</id><title>Second</title><thr:in-reply-to ref="tag:1"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>All <b>of</b> them</p></div>
</content></entry>
<entry><id>tag:3</id><title>Third</title><summary>Just words &lt; 5</summary></entry>
</feed>"""


def _file(content: str) -> InputFile:
    return InputFile(lambda: io.BytesIO(content.encode()), name="feed.xml", path="feed.xml")


def _read(content: str) -> list[RawMessage | Problem]:
    return list(feed.read(_file(content), ReadOptions()))


def test_rss_comments_of_a_blog() -> None:
    assert feed.sniff(_file(RSS)) is Fit.MESSAGES
    first, second = _read(RSS)
    assert isinstance(first, RawMessage)
    assert isinstance(second, RawMessage)
    assert first.source_id == "https://example.org/?p=1#comment-12"
    assert first.text == "<p>The bees are <em>back</em> & well</p>"
    assert first.body_format is BodyFormat.HTML
    assert first.author_name == "Ann"
    assert first.posted_at == datetime(2020, 1, 6, 10, tzinfo=UTC)
    assert first.thread_source_id == second.thread_source_id == "https://example.org/bees/"
    assert second.parent_source_id == first.source_id
    assert second.category == "Nature"
    assert second.body_format is BodyFormat.PLAIN
    assert second.position == "entry 2"


def test_atom_entries() -> None:
    assert feed.sniff(_file(ATOM)) is Fit.MESSAGES
    first, second, third = (each for each in _read(ATOM) if isinstance(each, RawMessage))
    assert (first.text, first.body_format) == ("<p>Bees</p>", BodyFormat.HTML)
    assert first.posted_at == datetime(2020, 1, 6, 10, tzinfo=UTC)
    assert first.edited_at == datetime(2020, 1, 7, 10, tzinfo=UTC)
    assert (first.url, first.category) == ("https://example.org/1", "Nature")
    assert second.parent_source_id == "tag:1"
    assert second.text.strip() == "<div><p>All <b>of</b> them</p></div>"
    assert (third.text, third.body_format) == ("Just words < 5", BodyFormat.PLAIN)


def test_a_title_alone_is_the_text_and_nothing_at_all_is_a_problem() -> None:
    found = _read("<rss><channel><item><title>Bees!</title></item><item/></channel></rss>")
    assert isinstance(found[0], RawMessage)
    assert (found[0].text, found[0].subject) == ("Bees!", None)
    assert isinstance(found[1], Problem)
    assert found[1].position == "entry 2"


def test_other_xml_is_no_feed() -> None:
    for content in ("<html><body/></html>", "<corpus/>", "rss", "<?xml version='1.0'?><a/>", ""):
        assert feed.sniff(_file(content)) is Fit.NO


def test_a_cut_feed_keeps_what_came_before() -> None:
    found = _read(RSS[: RSS.index("All of them")])
    assert [type(each) for each in found] == [RawMessage, Problem]
    assert isinstance(found[1], Problem)
    assert found[1].position == "after entry 1"


@pytest.mark.parametrize(
    "bomb",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_are_refused(bomb: str) -> None:
    content = f"{bomb}<rss><channel><item><title>&a;</title></item></channel></rss>"
    (problem,) = _read(content)
    assert isinstance(problem, Problem)
    assert "entities: refused" in problem.what


def test_links_that_run_code_are_dropped() -> None:
    (message,) = _read(
        "<rss><channel><item><title>a</title><link>javascript:alert(1)</link></item></channel></rss>"
    )
    assert isinstance(message, RawMessage)
    assert message.url is None
