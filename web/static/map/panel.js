// The chosen idea beside the map: what it says, who speaks, and the way to its page.

import { balance } from "./labels.js";
import { counted, day, element, say, shortened } from "./words.js";

const N_QUOTES = 3, LETTERS = 260;

export class Panel {
  constructor(node, { words, fetchJson, model, addresses, onClose, onZoom, target, heading }) {
    Object.assign(this, { node, words, fetchJson, model, addresses, target, heading });
    this.close = this.button("map-close", words.close, onClose);
    this.zoom = this.button("plain", words.zoom_to_it, onZoom);
  }

  button(classes, words, onClick) {
    const made = element("button", classes, words);
    made.type = "button";
    made.addEventListener("click", onClick);
    return made;
  }

  link(href, ...inside) {
    const made = element("a", "", ...inside);
    made.href = href;
    if (this.target) { made.target = this.target; made.rel = "noopener"; }
    return made;
  }

  // How people say that it stands to other ideas; null where nobody did.
  links(place) {
    const { links, ideas } = this.model, mine = links.filter(({ one, other }) => one === place || other === place);
    const said = ({ one, other, kind }) => {
      const words = one === place ? this.words.links[kind] : this.words.linked_from[kind];
      const there = ideas[one === place ? other : one];
      return element("li", "", `${words} `, this.link(this.addresses.ideaPage(there.id), there.title));
    };
    return mine.length ? element("ul", "plain map-links", ...mine.map(said)) : null;
  }

  // Its menu is opened by correct.js.
  correctLink(id) {
    const made = this.link(this.addresses.correct(id), this.words.correct);
    made.className = "correct-link";
    made.dataset.menu = this.addresses.correct(id);
    made.setAttribute("aria-label", say(this.words.correct_idea, { id }));
    return made;
  }

  hide() { this.asked = null; this.node.hidden = true; this.node.replaceChildren(); }

  // nNew: passages that are new, or 0.
  async show(place, { nNew, isFocused }) {
    const idea = this.model.ideas[place], { words } = this;
    this.asked = place;
    const title = element(this.heading, "map-panel-title", this.link(this.addresses.ideaPage(idea.id), idea.title));
    title.id = "map-panel-title";
    title.tabIndex = -1;
    if (idea.language) { title.lang = idea.language; }
    const facts = [counted(words.voice, idea.n_authors), counted(words.message, idea.n_messages)];
    const above = idea.parent === null ? null : element("p", "counts", this.model.ideas[idea.parent].title);
    const parts = [
      above, title, element("p", "counts", facts.join(" · ")),
      idea.is_new ? element("p", "map-new", words.since_sign_off) : null,
      nNew ? element("p", "map-new", counted(words.new, nNew)) : null,
      idea.n_for + idea.n_against > 0 ? element("p", "counts", balance(idea)) : null,
      this.links(place),
    ];
    const more = element("div", "map-panel-more");
    const way = element("p", "actions", this.link(this.addresses.ideaPage(idea.id), words.read_idea), this.zoom);
    way.firstChild.className = "button";
    if (this.addresses.correct) { way.append(this.correctLink(idea.id)); }
    this.node.className = `map-panel hue-${idea.hue}`;
    this.node.replaceChildren(this.close, ...parts.filter((part) => part !== null), more, way);
    this.node.hidden = false;
    if (isFocused) { title.focus({ preventScroll: true }); }
    const told = await this.fetchJson(this.addresses.idea(idea.id)).catch(() => null);
    if (told !== null && this.asked === place) { this.tell(more, told); }
  }

  tell(more, told) {
    const summary = told.summary ? element("p", "words", shortened(told.summary, 2 * LETTERS)) : null;
    if (summary && told.language) { summary.lang = told.language; }
    const phrases = told.keyphrases.length ? element("p", "phrases", told.keyphrases.join(" · ")) : null;
    const quotes = told.passages.items.slice(0, N_QUOTES).map((one) => this.quote(one));
    more.replaceChildren(...[phrases, summary, ...(summary ? quotes.slice(0, 1) : quotes)].filter((part) => part !== null));
  }

  quote(passage) {
    const words = element("p", "words", shortened(passage.text, LETTERS));
    if (passage.language) { words.lang = passage.language; }
    words.dir = "auto";
    const who = [passage.author ?? this.words.anonymous, passage.posted_at ? day(passage.posted_at) : ""];
    const link = this.link(this.addresses.passagePage(passage.id), who.filter(Boolean).join(", "));
    return element("blockquote", "quote", words, element("footer", "byline", link));
  }
}
