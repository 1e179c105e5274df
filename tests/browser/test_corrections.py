"""Correcting where one sees it, in a browser: mouse, keyboard alone, a phone, without scripts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from synth.corrections import link_ideas, merge_ideas, rename_idea
from synth.permissions import Role
from synth.pipeline import build, import_files
from synth.records import LinkKind
from synth.settings import Settings
from synth.store import Store, open_store
from tests.browser.accessibility import violations
from tests.browser.serving import serving
from web import create_app
from web.services.accounts import hash_password

pytestmark = pytest.mark.browser
AT = "/d/town-talk"
ONE = 1
PASSWORD = "correct horse battery"
PHONE = {"width": 375, "height": 740}


@pytest.fixture(scope="module")
def _built(export: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = tmp_path_factory.mktemp("corrected") / "built.db"
    with open_store(db) as store:
        found = store.discussions.add("Town talk")
        import_files(store, found.id, [export])
        build(store, found.id, Settings(quality="draft"))
        store.vacuum()
    return db


@pytest.fixture
def db(_built: Path, tmp_path: Path) -> Path:
    """A discussion of the test's own: three ideas, about the cycle, the library and the market."""
    return Path(shutil.copy(_built, tmp_path / "corrected.db"))


@pytest.fixture
def store(db: Path) -> Iterator[Store]:
    with open_store(db) as opened:
        yield opened


@pytest.fixture
def where(db: Path) -> Iterator[str]:
    with serving(create_app({"DB": str(db)})) as address:
        yield address


@pytest.fixture
def page(browser: Browser, where: str) -> Iterator[Page]:
    """A page that fails its test when the console shows an error that nobody expects."""
    told: list[str] = []
    context = browser.new_context(base_url=where, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.on("pageerror", lambda error: told.append(str(error)))
    opened.on(
        "console",
        # A refusal and a conflict are answers of 422 and 409, which the console calls errors.
        lambda m: told.append(m.text) if m.type == "error" and "4" not in m.text else None,
    )
    yield opened
    context.close()
    assert told == []


def ids(store: Store) -> dict[str, int]:
    """``cycle``, ``library``, ``market`` → the idea that is about it."""
    return {idea.title.split()[-1].lower(): idea.id for idea in store.ideas.outline(ONE)}


def title(store: Store, idea_id: int) -> str:
    found = store.ideas.get(idea_id)
    assert found is not None
    return found.title


def open_form(page: Page, menu: str, name: str) -> Locator:
    """Open a menu of corrections and one of its forms."""
    page.get_by_role("link", name=menu, exact=True).first.click()
    page.locator(".correct-menu").get_by_role("link", name=name, exact=True).click()
    form = page.locator(".correction")
    expect(form).to_be_visible()
    return form


def test_an_idea_is_renamed_in_place_and_the_note_takes_it_back(page: Page, store: Store) -> None:
    cycle = ids(store)["cycle"]
    old = title(store, cycle)
    page.goto(f"{AT}/ideas/{cycle}")
    address = page.url
    form = open_form(page, f"Correct idea {cycle}", "Rename")
    expect(page.get_by_label("Title")).to_be_focused()
    expect(page.locator("h1[data-place]")).to_be_hidden()
    assert violations(page) == []
    page.get_by_label("Title").fill("Safe ways across the bridge")
    form.get_by_role("button", name="Rename").click()
    expect(page.locator("h1[data-place]")).to_have_text("Safe ways across the bridge")
    expect(page.get_by_role("status").filter(has_text="Renamed.")).to_be_visible()
    assert page.url == address
    assert violations(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("h1[data-place]")).to_have_text(old)
    assert title(store, cycle) == old


def test_by_keyboard_alone_ideas_are_merged_with_one_that_typing_finds(
    page: Page, store: Store
) -> None:
    at = ids(store)
    page.goto(f"{AT}/ideas/{at['cycle']}")
    page.get_by_role("link", name=f"Correct idea {at['cycle']}").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".correct-menu a").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Merge with another idea")).to_be_focused()
    page.keyboard.press("Enter")
    box = page.get_by_role("combobox")
    box.focus()
    page.keyboard.type("market")
    option = page.get_by_role("option", name=re.compile("market", re.IGNORECASE))
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []
    page.keyboard.press("Enter")
    chosen = page.locator("input[name=other]:checked")
    expect(chosen).to_be_focused()
    assert chosen.get_attribute("value") == str(at["market"])
    page.keyboard.press("Enter")  # sends the form
    expect(page.get_by_role("status").filter(has_text="Merged.")).to_be_visible()
    assert store.corrections.merged_into(at["market"]) == at["cycle"]
    page.keyboard.press("Control+z")
    expect(page.get_by_role("status").filter(has_text="Taken back.")).to_be_visible()
    assert store.corrections.merged_into(at["market"]) is None


def test_escape_closes_what_is_open_and_gives_the_focus_back(page: Page, store: Store) -> None:
    cycle = ids(store)["cycle"]
    page.goto(f"{AT}/ideas/{cycle}")
    link = page.get_by_role("link", name=f"Correct idea {cycle}")
    link.click()
    expect(link).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.locator(".correct-menu")).to_have_count(0)
    expect(link).to_be_focused()
    open_form(page, f"Correct idea {cycle}", "Rename")
    page.keyboard.press("Escape")
    expect(page.locator(".correction")).to_have_count(0)
    expect(page.locator("h1[data-place]")).to_be_visible()
    expect(link).to_be_focused()


def test_escape_in_the_search_closes_the_list_of_what_was_found_first(
    page: Page, store: Store
) -> None:
    cycle = ids(store)["cycle"]
    page.goto(f"{AT}/ideas/{cycle}")
    open_form(page, f"Correct idea {cycle}", "Merge with another idea")
    box = page.get_by_role("combobox")
    box.fill("market")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(page.locator(".correction")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_count(1)
    box.fill("nothing like it")
    expect(page.get_by_text("Nothing found.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".correction")).to_have_count(0)


def test_what_is_refused_stays_beside_the_field(page: Page, store: Store) -> None:
    cycle = ids(store)["cycle"]
    page.goto(f"{AT}/ideas/{cycle}")
    form = open_form(page, f"Correct idea {cycle}", "Rename")
    page.get_by_label("Title").fill("   ")
    form.get_by_role("button", name="Rename").click()
    problem = page.get_by_role("alert")
    expect(problem).to_have_text("The title is empty; say one.")
    expect(problem).to_be_focused()
    expect(page.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []
    page.get_by_label("Title").fill("Bridges")
    form.get_by_role("button", name="Rename").click()
    expect(page.locator("h1[data-place]")).to_have_text("Bridges")


def test_what_another_person_did_meanwhile_is_shown_before_it_is_overwritten(
    page: Page, store: Store
) -> None:
    cycle = ids(store)["cycle"]
    page.goto(f"{AT}/ideas/{cycle}")
    form = open_form(page, f"Correct idea {cycle}", "Rename")
    rename_idea(store, ONE, cycle, title="Theirs", actor="Ana")
    page.get_by_label("Title").fill("Mine")
    form.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("alert")).to_contain_text("Ana renamed")
    expect(page.get_by_role("alert")).to_contain_text("“Theirs”")
    expect(page.get_by_label("Title")).to_have_value("Mine")
    assert violations(page) == []
    assert title(store, cycle) == "Theirs"
    page.get_by_role("button", name="Do it anyway").click()
    expect(page.locator("h1[data-place]")).to_have_text("Mine")


def test_a_passage_is_placed_elsewhere_in_the_list_it_stands_in(page: Page, store: Store) -> None:
    at = ids(store)
    page.goto(f"{AT}/ideas/{at['library']}#all")
    passage = next(p for p in store.ideas.placements(ONE) if p.idea_id == at["library"])
    form = open_form(page, f"Correct passage {passage.passage_id}", "Place it elsewhere")
    form.get_by_role("combobox").fill("cycle")
    page.get_by_role("option").first.click()
    form.get_by_role("button", name="Place it there").click()
    expect(page.get_by_role("status").filter(has_text="Placed.")).to_be_visible()
    expect(page.get_by_role("link", name=f"Correct passage {passage.passage_id}")).to_have_count(0)
    moved = store.ideas.passages([passage.passage_id])[passage.passage_id]
    assert moved.idea_id == at["cycle"]


def test_an_idea_is_split_as_proposed(page: Page, store: Store) -> None:
    cycle = ids(store)["cycle"]
    page.goto(f"{AT}/ideas/{cycle}")
    form = open_form(page, f"Correct idea {cycle}", "Split this idea")
    part = form.locator(".part").filter(has=page.get_by_label("Title of the new idea")).first
    n_ticked = part.locator("input[type=checkbox]:checked").count()
    assert n_ticked >= 1
    assert violations(page) == []
    part.get_by_label("Title of the new idea").fill("Ways to school")
    form.get_by_role("button", name="Split it").click()
    expect(page.get_by_role("status").filter(has_text="Split.")).to_be_visible()
    made = next(i for i in store.ideas.outline(ONE) if i.title == "Ways to school")
    assert sum(p.idea_id == made.id for p in store.ideas.placements(ONE)) == n_ticked


def test_an_idea_is_moved_in_the_outline_by_dragging_and_by_the_menu(
    page: Page, store: Store
) -> None:
    at = ids(store)
    page.goto(f"{AT}/outline")
    expect(page.locator(".grip").first).to_be_visible()
    item = page.locator(f"#outline li:has(> h2 a[data-idea='{at['market']}'])")
    item.locator(".grip").drag_to(page.locator(f"a[data-idea='{at['cycle']}']"))
    expect(page.get_by_role("status").filter(has_text="Moved.")).to_be_visible()
    moved = store.ideas.get(at["market"])
    assert moved is not None
    assert moved.parent_id == at["cycle"]
    page.get_by_role("link", name="Unfold all levels").click()
    assert violations(page) == []
    form = open_form(page, f"Correct idea {at['market']}", "Move in the outline")
    form.get_by_label("To the top of the outline").check()
    form.get_by_role("button", name="Move").click()
    expect(page.get_by_role("status").filter(has_text="Moved.")).to_be_visible()
    moved = store.ideas.get(at["market"])
    assert moved is not None
    assert moved.parent_id is None


def test_beside_the_map_an_idea_is_corrected_and_its_links_are_told(
    page: Page, store: Store
) -> None:
    at = ids(store)
    link_ideas(store, ONE, at["cycle"], at["market"], kind=LinkKind.OPPOSES, actor="Ana")
    page.goto(f"{AT}/map?idea={at['cycle']}")
    panel = page.locator(".map-panel")
    expect(panel.locator(".map-links")).to_have_text(re.compile("^opposes .*market", re.IGNORECASE))
    expect(page.locator("#legend-links")).to_be_visible()
    form = open_form(page, f"Correct idea {at['cycle']}", "Rename")
    page.get_by_label("Title").fill("Bridges")
    form.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("status").filter(has_text="Renamed.")).to_be_visible()
    expect(panel.get_by_role("link", name="Bridges")).to_be_visible()
    assert violations(page) == []


def test_on_a_phone_in_french_nothing_is_wider_than_the_window(
    browser: Browser, where: str, store: Store
) -> None:
    at = ids(store)
    merge_ideas(store, ONE, at["cycle"], [at["market"]], actor="Ana")
    context = browser.new_context(base_url=where, viewport=PHONE, has_touch=True, locale="fr")
    page = context.new_page()
    page.goto(f"{AT}/ideas/{at['cycle']}?lang=fr")
    page.get_by_role("link", name=f"Corriger l’idée {at['cycle']}").tap()
    page.get_by_role("link", name="Relier à une autre idée").tap()
    form = page.locator(".correction")
    form.get_by_label("Cette idée…").select_option("supports")
    form.get_by_role("combobox", name="Chercher une autre idée").fill("library")
    page.locator(".found [role=option]").first.tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    form.get_by_role("button", name="Relier").tap()
    expect(page.get_by_role("status").filter(has_text="Reliées.")).to_be_visible()
    expect(page.locator(".links")).to_contain_text("Cette idée soutient")
    assert violations(page) == []
    for place in ("history", "sign-off", "proposals", "outline"):
        page.goto(f"{AT}/{place}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], place
        assert violations(page) == [], place
    page.goto(f"{AT}/history")
    expect(page.locator(".steps li").last).to_contain_text("Ana a fusionné")
    context.close()


def test_without_scripts_the_same_forms_are_pages(
    browser: Browser, where: str, store: Store
) -> None:
    at = ids(store)
    context = browser.new_context(base_url=where, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{AT}/ideas/{at['cycle']}")
    page.get_by_role("link", name=f"Correct idea {at['cycle']}").click()
    page.get_by_role("link", name="Merge with another idea").click()
    page.get_by_label("Find another idea by its title").fill("market")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("radio", name=re.compile("market", re.IGNORECASE)).check()
    page.get_by_role("button", name="Merge").click()
    expect(page).to_have_url(re.compile(f"/ideas/{at['cycle']}$"))
    expect(page.get_by_role("status")).to_contain_text("Merged.")
    assert store.corrections.merged_into(at["market"]) == at["cycle"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Taken back.")
    assert store.corrections.merged_into(at["market"]) is None
    context.close()


# -- with accounts -------------------------------------------------------------------------------


@pytest.fixture
def accounts(db: Path) -> Iterator[str]:
    """The same discussion where people sign in: Ana and Bo take part, Fay and Gil facilitate."""
    with open_store(db) as store:
        hashed = hash_password(PASSWORD)
        roles = {"Ana": Role.PARTICIPANT, "Bo": Role.PARTICIPANT}
        roles |= dict.fromkeys(("Fay", "Gil"), Role.FACILITATOR)
        for name, role in roles.items():
            member = store.members.add(name, password_hash=hashed)
            store.memberships.set_role(member.id, ONE, role, actor="test")
    app = create_app({"DB": str(db), "ACCOUNTS": "on", "RATELIMIT_ENABLED": False})
    with serving(app) as address:
        yield address


def signed_in(browser: Browser, where: str, name: str) -> Page:
    """The browser of somebody with an account."""
    page = browser.new_context(base_url=where, viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/sign-in")
    page.locator("main input[name=name]").fill(name)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    expect(page).not_to_have_url(re.compile("sign-in"))
    return page


def test_participants_propose_and_the_facilitator_sees_how_many_ask_for_the_same(
    browser: Browser, accounts: str, store: Store
) -> None:
    at = ids(store)
    for name, own, other in (("Ana", "cycle", "market"), ("Bo", "market", "cycle")):
        page = signed_in(browser, accounts, name)
        page.goto(f"{AT}/ideas/{at[own]}")
        menu = f"Propose a correction of idea {at[own]}"
        form = open_form(page, menu, "Merge with another idea")
        form.get_by_role("radio", name=re.compile(other, re.IGNORECASE)).check()
        form.get_by_label("Why (if you like)").fill(f"{name} says so.")
        assert violations(page) == []
        form.get_by_role("button", name="Propose it").click()
        expect(page.get_by_role("status").filter(has_text="Proposed.")).to_be_visible()
        page.context.close()
    assert store.corrections.history(ONE) == []
    page = signed_in(browser, accounts, "Fay")
    page.goto(f"{AT}/outline")
    page.get_by_role("link", name="Proposed corrections (2)").click()
    asked = page.locator(".lines > li").first
    expect(asked).to_contain_text("are the same.")
    expect(asked).to_contain_text("2 people ask for it")
    expect(asked).to_contain_text("Bo says so.")
    assert violations(page) == []
    asked.get_by_role("button", name=re.compile("^Accept")).click()
    expect(page.get_by_role("status")).to_contain_text("Accepted, and done.")
    assert len(store.corrections.history(ONE)) == 1
    page.goto(f"{AT}/history")
    expect(page.locator(".steps li").first).to_contain_text("Fay merged")
    expect(page.locator(".steps li").first).to_contain_text("proposed by Ana, Bo")
    page.context.close()


def test_two_facilitators_at_once_see_each_other_s_words(
    browser: Browser, accounts: str, store: Store
) -> None:
    cycle = ids(store)["cycle"]
    fay, gil = (signed_in(browser, accounts, name) for name in ("Fay", "Gil"))
    for page, title_ in ((fay, "Bridges"), (gil, "Lanes")):
        page.goto(f"{AT}/ideas/{cycle}")
        open_form(page, f"Correct idea {cycle}", "Rename")
        page.get_by_label("Title").fill(title_)
    fay.locator(".correction").get_by_role("button", name="Rename").click()
    expect(fay.locator("h1[data-place]")).to_have_text("Bridges")
    gil.locator(".correction").get_by_role("button", name="Rename").click()
    expect(gil.get_by_role("alert")).to_contain_text("Fay renamed")
    expect(gil.get_by_label("Title")).to_have_value("Lanes")
    gil.get_by_role("link", name="Leave it").click()
    expect(gil.locator(".correction")).to_have_count(0)
    expect(gil.locator("h1[data-place]")).to_have_text("Bridges")
    assert title(store, cycle) == "Bridges"
    for page in (fay, gil):
        page.context.close()
