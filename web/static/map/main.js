// The idea map: reads the points and the ideas, draws them in place of the still picture, and
// keeps what is seen and chosen in the address.

import { readAddress, writeAddress } from "./address.js";
import { fetchBytes, fetchJson, remembered } from "./asking.js";
import { Card } from "./card.js";
import { Legend } from "./legend.js";
import { Model } from "./model.js";
import { Nearby } from "./nearby.js";
import { newsOf, total } from "./news.js";
import { Panel } from "./panel.js";
import { AGAINST, FOR, READ_AGAINST, READ_FOR, readPoints } from "./points.js";
import { Scene } from "./scene.js";
import { View } from "./view.js";

const NEAR = 9, NEAR_FINGER = 20, CROWD = 4, PAUSE = 250, HINT = 1600; // pixels, passages, ms until the address follows, ms of a hint

class IdeaMap {
  constructor(root, words, model, facts) {
    Object.assign(this, { root, words, model, facts, mode: root.dataset.mode });
    this.state = { idea: null, ideas: [], show: null, since: null, mark: null };
    this.scene = new Scene(root, model);
    this.stage = this.scene.stage;
    this.makeParts();
    this.nearby = new Nearby(model.points);
    this.reveal();
    this.listen();
    this.restore({ isFirst: true });
  }

  makeParts() {
    const { root, words, model } = this, at = (name, id) => root.dataset[name].replace(/0(?=$|\/correct$)/, id);
    const addresses = {
      passage: (id) => at("passage", id), passagePage: (id) => at("passagePage", id),
      idea: (id) => at("idea", id), ideaPage: (id) => at("ideaPage", id),
      correct: root.dataset.correct ? (id) => at("correct", id) : null,
    };
    const target = this.mode === "embed" ? "_blank" : null;
    const shared = { words, model, addresses, target, fetchJson: remembered(fetchJson) };
    Object.assign(this, { addresses, target });
    this.view = new View(this.stage, {
      isEager: this.mode === "full", onChange: (isSettled) => this.moved(isSettled), onRefused: () => this.hint(),
    });
    this.card = new Card(root.querySelector(".map-card"), shared);
    this.panel = new Panel(root.querySelector(".map-panel"), {
      ...shared, heading: this.mode === "page" ? "h3" : "h2", onClose: () => this.close(), onZoom: () => this.zoomTo(this.state.idea),
    });
    const line = document.getElementById("legend-links");
    if (line) { line.hidden = !model.links.length; }
    this.legend = new Legend(document.getElementById("map-legend"), (asked) => this.tellApart(asked));
    const unplacedAt = this.scene.unplacedAt();
    this.scene.addLabels({
      words, unplaced: unplacedAt && { href: root.dataset.unplaced, n: model.nUnplaced, at: unplacedAt, target },
      onChoose: (place) => this.choose(model.ideas[place].id, { isFocused: true }),
      onPoint: (place, node) => this.pointAtLabel(place, node),
    });
  }

  reveal() {
    this.root.classList.add("is-live");
    for (const part of this.root.querySelectorAll(".map-stage, .map-tools")) { part.hidden = false; }
    this.scene.resize(this.view);
  }

  listen() {
    const { stage, view } = this;
    new ResizeObserver(() => this.scene.resize(view)).observe(stage);
    for (const [name, act] of Object.entries({ closer: () => view.closer(), farther: () => view.farther(), whole: () => view.whole() })) {
      this.root.querySelector(`[data-act="${name}"]`).addEventListener("click", act);
    }
    stage.addEventListener("pointermove", (event) => this.point(event));
    stage.addEventListener("pointerleave", () => this.card.hide());
    stage.addEventListener("pointerdown", (event) => { this.pointer = event.pointerType; });
    stage.addEventListener("click", (event) => this.click(event));
    this.root.addEventListener("keydown", (event) => { if (event.key === "Escape") { this.escape(); } });
    window.addEventListener("popstate", () => this.restore({ isFirst: false }));
  }

  // -- what is seen -----------------------------------------------------------------------------

  moved(isSettled) {
    this.scene.changed();
    if (!isSettled) { this.card.hide(); return; }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.write({ isStep: false }), PAUSE);
  }

  // The wheel scrolls the page as long as the map was not clicked: say so where somebody tries.
  hint() {
    this.root.classList.add("is-hinting");
    window.clearTimeout(this.hinting);
    this.hinting = window.setTimeout(() => this.root.classList.remove("is-hinting"), HINT);
  }

  write({ isStep }) {
    const view = this.view.isWhole() ? null : this.view.centre();
    writeAddress({ ...this.state, view }, { isStep: isStep && this.mode !== "embed" });
  }

  restore({ isFirst }) {
    const { view, idea, ideas, mark, show, since } = readAddress(), isThere = this.model.places.has(idea);
    this.state = { idea: isThere ? idea : null, ideas, mark, show, since };
    this.news = newsOf(this.model, { synthesisAt: this.facts.synthesis_at, since });
    this.root.dataset.news = [...this.news.keys()].join(" ");
    this.apply({ isFocused: false });
    const instant = { isInstant: isFirst };
    if (view) { this.view.show(view.k, view.x, view.y, instant); }
    else if (isFirst && isThere) { this.zoomTo(idea, instant); }
    else if (isFirst && ideas.length) { this.view.fit(this.boxOf(ideas, mark), instant); }
    else if (isFirst && mark) { this.view.show(3, ...mark, instant); }
    else if (!isFirst) { this.view.whole(); }
  }

  // -- what is chosen ---------------------------------------------------------------------------

  choose(id, { isFocused }) {
    this.state.idea = id;
    this.apply({ isFocused });
    this.uncover();
    this.write({ isStep: true });
  }

  // Moves the map where the panel has come to lie over the label of the chosen idea.
  uncover() {
    const label = this.scene.labels.node(this.model.places.get(this.state.idea));
    if (!label || label.hidden) { return; }
    const panel = this.panel.node.getBoundingClientRect(), stage = this.stage.getBoundingClientRect();
    const box = label.getBoundingClientRect(), isBeside = panel.height > 0.9 * stage.height;
    const x = isBeside ? Math.max(0, box.right - panel.left + 24) : 0;
    const y = isBeside ? 0 : Math.max(0, box.bottom - panel.top + 24);
    if (x || y) { this.view.shift(-x, -y); }
  }

  close() {
    const node = this.scene.labels.node(this.model.places.get(this.state.idea));
    this.choose(null, { isFocused: false });
    (node && !node.hidden ? node : this.stage).focus({ preventScroll: true });
  }

  escape() {
    this.card.hide();
    if (this.state.idea !== null) { this.close(); }
  }

  tellApart(asked) {
    this.state.show = asked?.show ?? null;
    if (asked?.since && asked.since !== "day") { this.state.since = asked.since; }
    this.apply({ isFocused: false });
    this.write({ isStep: true });
  }

  apply({ isFocused }) {
    const { model, state } = this, fresh = this.fresh();
    this.counts = fresh ? model.counted(fresh) : null;
    this.scene.tell(fresh);
    this.scene.choose(state.idea, { inside: this.inside(), show: state.show, pin: state.mark });
    this.legend.tell(this.totals(), state.since);
    this.legend.mark({ show: state.show, since: this.kind() });
    const place = model.places.get(state.idea);
    if (place === undefined) { this.panel.hide(); return; }
    this.panel.show(place, { nNew: this.counts?.[place] ?? 0, isFocused });
  }

  // Since when a passage is new: what the address asks for, else the last visit.
  kind() {
    const { since } = this.state, asked = since && /^\d/.test(since) ? "day" : since;
    return [asked, "visit", "synthesis"].find((kind) => this.news.has(kind)) ?? null;
  }

  // Marked only where it tells something apart: not when all is new.
  fresh() {
    const flags = this.news.get(this.kind()) ?? null, n = flags ? total(flags) : 0;
    return n > 0 && n < this.model.points.n ? flags : null;
  }

  inside() {
    const { idea, ideas } = this.state, chosen = idea === null ? ideas : [idea];
    const places = chosen.map((id) => this.model.places.get(id)).filter((place) => place !== undefined);
    if (!places.length) { return null; }
    const flags = places.map((place) => this.model.within(place));
    return flags[0].map((_, n) => (flags.some((one) => one[n]) ? 1 : 0));
  }

  totals() {
    const { points, nUnplaced } = this.model, stances = (...which) => points.stance.reduce((sum, one) => sum + which.includes(one), 0);
    const totals = { for: stances(FOR, READ_FOR), against: stances(AGAINST, READ_AGAINST), unplaced: nUnplaced };
    for (const [kind, flags] of this.news) { totals[`new ${kind}`] = total(flags); }
    return totals;
  }

  zoomTo(id, options) {
    const box = this.model.box(this.model.within(this.model.places.get(id)));
    if (box) { this.view.fit(box, { ...options, covered: this.covered() }); }
  }

  // What the panel lies over, as shares of the width and height of the stage.
  covered() {
    const panel = this.panel.node.getBoundingClientRect(), stage = this.stage.getBoundingClientRect();
    if (!panel.height || panel.width > 0.9 * stage.width) { return [0, Math.min(0.7, panel.height / stage.height)]; }
    const share = Math.min(0.7, panel.width / stage.width);
    return [panel.left > stage.left + 1 ? share : -share, 0];
  }

  boxOf(ids, mark) {
    const boxes = ids.filter((id) => this.model.places.has(id))
      .map((id) => this.model.box(this.model.within(this.model.places.get(id)))).filter(Boolean);
    if (mark) { boxes.push([...mark, ...mark]); }
    return boxes.length ? [0, 1, 2, 3].map((side) => Math[side < 2 ? "min" : "max"](...boxes.map((box) => box[side])))
      : [0, 0, 1, 1];
  }

  // -- what is pointed at -----------------------------------------------------------------------

  point(event) {
    if (event.buttons || event.pointerType === "touch" || event.target.closest(".map-label, .map-card")) { return; }
    const [x, y] = this.within(event), { found } = this.near(x, y, NEAR);
    this.stage.classList.toggle("is-pointing", found !== null);
    if (found === this.pointed) { return; }
    this.pointed = found;
    if (found === null) { this.card.hide(); return; }
    this.card.passage(this.model.points.passage[found], [x, y]);
  }

  pointAtLabel(place, node) {
    if (place === null || place >= this.model.ideas.length) { this.card.hide(); return; }
    const box = node.getBoundingClientRect(), stage = this.stage.getBoundingClientRect();
    this.pointed = null;
    this.card.idea(place, [box.right - stage.left, box.top - stage.top]);
  }

  // On a passage that stands by itself: its words. In a crowd and on open land: the idea there.
  click(event) {
    if (event.target.closest(".map-label, .map-card")) { return; }
    const isTouch = this.pointer === "touch", [x, y] = this.within(event);
    const { found, n } = this.near(x, y, isTouch ? NEAR_FINGER : NEAR);
    this.card.hide();
    if (found === null || n > CROWD) { this.chooseAt(x, y); return; }
    const id = this.model.points.passage[found], to = this.addresses.passagePage(id);
    if (isTouch) { this.card.passage(id, [x, y], { isKept: true }); }
    else if (this.target || event.ctrlKey || event.metaKey) { window.open(to, "_blank", "noopener"); }
    else { window.location.assign(to); }
  }

  chooseAt(x, y) {
    const place = this.scene.ground.at(this.view, x, y);
    if (place !== null) { this.choose(this.model.ideas[place].id, { isFocused: false }); }
    else if (this.state.idea !== null) { this.close(); }
  }

  within(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  near(x, y, least) {
    const near = Math.max(least, 1.6 * this.scene.radius() + 4); // rings around new ones belong to them
    return this.nearby.at(x, y, { view: this.view, shape: this.scene.look.shape, near });
  }
}

async function start(root) {
  const words = JSON.parse(document.getElementById("map-words").textContent);
  try {
    const [facts, bytes] = await Promise.all([fetchJson(root.dataset.facts), fetchBytes(root.dataset.points)]);
    const model = new Model(facts, readPoints(bytes));
    const map = new IdeaMap(root, words, model, facts);
    window.requestAnimationFrame(() => {
      root.dataset.ready = String(map.model.points.n);
      performance.mark("map-drawn");
    });
  } catch (error) {
    root.dataset.ready = "failed"; // the still picture stays
    console.error(error);
  }
}

const root = document.getElementById("map");
if (root) { start(root); }
