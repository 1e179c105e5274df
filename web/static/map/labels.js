// Labels of ideas over the map: real buttons that leave each other room, more of them as one zooms.

import { counted, element, number, say } from "./words.js";

const FROM = [0, 1.7, 3.2, 5.5, 9]; // zoom from which the labels of a level may be shown
const GAP = 3, STEPS = 3; // steps of zoom at which room is made anew, per doubling
const SIDES = ["below", "above", "right", "left", "none"];

export class Labels {
  constructor(layer, model, { words, unplaced, onChoose, onPoint }) {
    Object.assign(this, { layer, model, words, onPoint });
    this.shown = new Map();
    this.all = model.ideas.map((idea, place) => this.made(idea, place, onChoose));
    if (unplaced) { this.all.push(this.madeUnplaced(unplaced)); }
    layer.replaceChildren(...this.all.map((label) => label.node));
    this.byVoices = [...this.all].sort((a, b) => a.level - b.level || b.voices - a.voices);
  }

  made(idea, place, onChoose) {
    const node = element("button", `map-label level-${Math.min(idea.level, 3)} hue-${idea.hue}`);
    node.type = "button";
    node.dataset.idea = idea.id;
    node.setAttribute("aria-pressed", "false");
    const share = Math.sqrt(idea.n_authors / this.model.mostVoices);
    const disc = element("span", "map-disc", idea.number);
    const title = element("span", "map-title", idea.title);
    if (idea.language) { title.lang = idea.language; }
    title.dir = "auto";
    const facts = element("span", "map-facts");
    node.append(disc, element("span", "map-text", title, facts));
    node.addEventListener("click", () => onChoose(place));
    const label = { node, place, level: idea.level, x: idea.x, y: idea.y, voices: idea.n_authors, share, facts };
    this.listen(label);
    return label;
  }

  madeUnplaced({ href, n, at, target }) {
    const disc = element("span", "map-disc", "–"), facts = element("span", "map-facts");
    const title = element("span", "map-title", this.words.under_no_idea, " ", element("span", "counts", number(n)));
    const node = element("a", "map-label level-1 is-unplaced", disc, element("span", "map-text", title, facts));
    node.href = href;
    if (target) { node.target = target; node.rel = "noopener"; }
    const place = this.model.ideas.length;
    const label = { node, place, level: 1, x: at[0], y: at[1], voices: 0, share: 0.2, facts };
    this.listen(label);
    return label;
  }

  listen(label) {
    const { node, place } = label;
    for (const kind of ["pointerenter", "focus"]) { node.addEventListener(kind, () => this.onPoint(place, node)); }
    for (const kind of ["pointerleave", "blur"]) { node.addEventListener(kind, () => this.onPoint(null, node)); }
  }

  // What stands under a title: voices for and against, and what is new.
  tell(counts) {
    for (const { place, facts, node } of this.all) {
      const idea = this.model.ideas[place], inside = [], told = [];
      if (idea && idea.n_for + idea.n_against > 0) {
        inside.push(balance(idea));
        told.push(say(this.words.balance, { n_for: number(idea.n_for), n_against: number(idea.n_against) }));
      }
      const fresh = counts ? counts[place] : 0;
      if (fresh) {
        inside.push(element("span", "map-new", `+${number(fresh)}`));
        told.push(counted(this.words.new, fresh));
      }
      node.classList.toggle("has-new", fresh > 0);
      facts.replaceChildren(...inside);
      if (idea) {
        const voices = counted(this.words.voice, idea.n_authors);
        node.setAttribute("aria-label", [`${idea.number}. ${idea.title}`, voices, ...told].join(", "));
      }
    }
    this.measure();
  }

  // Where labels stand, by the place of their idea: [x, y] in 0..1.
  anchor(places) {
    for (const label of this.all) {
      const at = places.get(label.place);
      if (at) { [label.x, label.y] = at; }
    }
    this.step = null;
  }

  measure() {
    const scale = this.layer.clientWidth < 560 ? 0.72 : 1;
    this.layer.classList.add("is-measured");
    for (const label of this.all) {
      const isTop = label.level === 1;
      label.disc = Math.round(isTop ? scale * (24 + 24 * label.share) : 22 + 8 * label.share);
      label.node.style.setProperty("--disc", `${label.disc}px`);
      label.node.style.setProperty("--text", `${(isTop ? 0.8 : 0.72) + (isTop ? 0.26 : 0.2) * label.share * scale}rem`);
    }
    for (const label of this.all) {
      const text = label.node.lastElementChild;
      label.wide = text.offsetWidth; label.high = text.offsetHeight;
    }
    this.layer.classList.remove("is-measured");
    this.step = null;
  }

  // Which labels are shown, and on which side of its disc each title stands, at this zoom.
  arrange(view) {
    const step = Math.floor(Math.log2(view.transform.k) * STEPS + 1e-6);
    if (step === this.step) { return; }
    this.step = step;
    const k = 2 ** (step / STEPS), taken = [];
    this.shown.clear();
    const first = (label) => (this.model.ideas[label.place]?.id === this.chosen ? 0 : 1);
    const order = [...this.byVoices].sort((a, b) => first(a) - first(b));
    const places = order.filter((label) => first(label) === 0 || view.transform.k >= FROM[Math.min(label.level, FROM.length) - 1])
      .map((label) => ({ label, x: view.baseX(label.x) * k, y: view.baseY(label.y) * k }));
    for (const { label, x, y } of places) { // discs of top ideas keep their room before any title
      if (label.level === 1) { taken.push({ ...box(label, "none", x, y), label }); }
    }
    for (const { label, x, y } of places) {
      const isFree = (room) => taken.every((other) => other.label === label || apart(room, other));
      const isInside = (room) => room.left >= 0 && room.right <= view.width * k
        && room.top >= 0 && room.bottom <= view.height * k;
      const side = SIDES.find((one) => {
        const room = box(label, one, x, y);
        const isTop = label.level === 1; // its disc stands where it must, even on another
        if (one === "none") { return isTop || isFree(room); }
        return isInside(room) && isFree(isTop ? titleIn(room, label, one, x, y) : room);
      });
      if (!side) { continue; }
      taken.push({ ...box(label, side, x, y), label });
      this.shown.set(label, side);
    }
    for (const label of this.all) {
      const side = this.shown.get(label);
      label.node.hidden = !side;
      if (side) { label.node.dataset.side = side; }
    }
  }

  place(view) {
    this.arrange(view);
    for (const [label, side] of this.shown) {
      const x = view.toX(label.x), y = view.toY(label.y), room = box(label, side, x, y);
      const isSeen = room.right > 0 && room.bottom > 0 && room.left < view.width && room.top < view.height;
      label.node.hidden = !isSeen;
      if (isSeen) { label.node.style.transform = `translate(${room.left.toFixed(1)}px, ${room.top.toFixed(1)}px)`; }
    }
  }

  // inside: flags of the ideas that are told apart, or null.
  mark(chosen, inside) {
    this.chosen = chosen;
    for (const { node, place } of this.all) {
      const idea = this.model.ideas[place];
      if (idea) { node.setAttribute("aria-pressed", String(idea.id === chosen)); }
      node.classList.toggle("is-faint", inside !== null && !(idea && inside[place]));
    }
    this.step = null;
  }

  node(place) { return this.all[place]?.node ?? null; }
}

function box({ disc, wide, high }, side, x, y) {
  const half = disc / 2;
  if (side === "none") { return { left: x - half, right: x + half, top: y - half, bottom: y + half }; }
  if (side === "below" || side === "above") {
    const most = Math.max(disc, wide) / 2;
    return {
      left: x - most, right: x + most,
      top: side === "below" ? y - half : y - half - GAP - high,
      bottom: side === "below" ? y + half + GAP + high : y + half,
    };
  }
  const tall = Math.max(disc, high) / 2;
  return {
    left: side === "right" ? x - half : x - half - GAP - wide,
    right: side === "right" ? x + half + GAP + wide : x + half, top: y - tall, bottom: y + tall,
  };
}

// The part of a label's room that its title takes.
function titleIn(room, { disc }, side, x, y) {
  const half = disc / 2;
  return {
    ...room,
    ...{ below: { top: y + half }, above: { bottom: y - half }, right: { left: x + half }, left: { right: x - half } }[side],
  };
}

function apart(a, b) {
  return a.right + 2 < b.left || b.right + 2 < a.left || a.bottom + 1 < b.top || b.bottom + 1 < a.top;
}

// How many speak for and against, as a bar of two parts with their numbers.
export function balance({ n_for, n_against }) {
  const bar = element("span", "balance-bar", element("span", "balance-for"), element("span", "balance-against"));
  bar.firstChild.style.flexGrow = n_for;
  bar.lastChild.style.flexGrow = n_against;
  return element("span", "balance", `▲ ${number(n_for)}`, bar, `▼ ${number(n_against)}`);
}
