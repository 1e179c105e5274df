// What lies under the pointer, in short: a passage with its author and date, or an idea.

import { counted, day, element, number, say, shortened } from "./words.js";

const PAUSE = 110, LETTERS = 320; // ms before anything is fetched; of a passage

export class Card {
  constructor(node, { words, fetchJson, model, addresses }) {
    Object.assign(this, { node, words, fetchJson, model, addresses });
    this.asked = 0;
  }

  hide() {
    this.asked += 1;
    window.clearTimeout(this.timer);
    this.node.hidden = true;
  }

  // isKept: stays, and can be used (there is nothing to hover with on a touch screen).
  passage(id, at, { isKept = false } = {}) {
    this.later(at, isKept, async () => {
      const passage = await this.fetchJson(this.addresses.passage(id));
      const words = element("p", "words", shortened(passage.text, LETTERS));
      if (passage.language) { words.lang = passage.language; }
      words.dir = "auto";
      const place = this.model.places.get(passage.idea_id);
      const facts = [passage.author ?? this.words.anonymous];
      if (passage.posted_at) { facts.push(day(passage.posted_at)); }
      const side = passage.stance ?? passage.read_side?.side;
      if (side) { facts.push(this.words[side]); }
      if (side && !passage.stance) { facts.push(this.words[`read_by_${passage.read_side.origin}`]); }
      const idea = place === undefined ? this.words.under_no_idea : this.model.ideas[place].title;
      const hue = place === undefined ? "hue-none" : `hue-${this.model.ideas[place].hue}`;
      const parts = [words, element("p", "counts", facts.join(" · ")), element("p", `map-card-idea ${hue}`, idea)];
      if (isKept) {
        const link = element("a", "", this.words.read_passage);
        link.href = this.addresses.passagePage(id);
        parts.push(element("p", "", link));
      }
      return parts;
    });
  }

  idea(place, at) {
    const idea = this.model.ideas[place];
    this.later(at, false, async () => {
      const facts = [counted(this.words.voice, idea.n_authors), counted(this.words.message, idea.n_messages)];
      if (idea.n_for + idea.n_against > 0) {
        facts.push(say(this.words.balance, { n_for: number(idea.n_for), n_against: number(idea.n_against) }));
      }
      const title = element("p", "map-card-title", idea.title);
      if (idea.language) { title.lang = idea.language; }
      const told = (await this.fetchJson(this.addresses.idea(idea.id))).summary;
      const summary = told ? element("p", "words", shortened(told, LETTERS)) : null;
      return [title, element("p", "counts", facts.join(" · ")), summary];
    });
  }

  later(at, isKept, parts) {
    this.hide();
    const asked = this.asked;
    this.timer = window.setTimeout(async () => {
      const made = await parts().catch(() => null);
      if (asked !== this.asked || made === null) { return; }
      this.node.replaceChildren(...made.filter((part) => part !== null));
      this.node.hidden = false;
      this.node.classList.toggle("is-kept", isKept);
      this.put(at);
    }, isKept ? 0 : PAUSE);
  }

  // Beside the place, inside the stage.
  put([x, y]) {
    const { clientWidth: wide, clientHeight: high } = this.node.parentElement;
    const left = x + 16 + this.node.offsetWidth > wide ? x - 16 - this.node.offsetWidth : x + 16;
    const top = Math.min(y + 12, high - this.node.offsetHeight - 8);
    const fit = Math.max(8, Math.min(left, wide - this.node.offsetWidth - 8));
    this.node.style.transform = `translate(${fit}px, ${Math.max(8, top)}px)`;
  }
}
