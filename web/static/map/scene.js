// The picture: regions, passages and labels, drawn again whenever something has changed.

import { Ground } from "./ground.js";
import { Labels } from "./labels.js";
import { lookOf } from "./look.js";
import { readPalette } from "./palette.js";
import { leafRegions, topRegions } from "./regions.js";
import { Splat } from "./splat.js";

const MOST_PIXELS = 3.2e6; // a picture of more takes too long to draw
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export class Scene {
  constructor(root, model) {
    Object.assign(this, { root, model, news: null, choice: { inside: null, show: null, pin: null } });
    this.stage = root.querySelector(".map-stage");
    this.ground = new Ground(root.querySelector(".map-ground"));
    this.splat = new Splat(root.querySelector(".map-points"));
    this.ground.tops = topRegions(model);
    this.palette = readPalette(root);
    dark.addEventListener("change", () => { this.palette = readPalette(root); this.relook(); });
    window.setTimeout(() => this.addLeaves(), 50);
  }

  // Where the "under no idea" label stands: [x, y] in 0..1, or null where all is placed.
  unplacedAt() { return this.ground.tops.unplaced.at; }

  addLabels(options) {
    this.labels = new Labels(this.root.querySelector(".map-labels"), this.model, options);
    this.labels.anchor(anchors(this.ground.tops.ideas));
  }

  addLeaves() {
    const leaves = leafRegions(this.model);
    this.ground.addLeaves(leaves);
    this.labels.anchor(anchors(leaves));
    this.changed();
    this.root.dataset.detailed = String(leaves.size);
  }

  resize(view) {
    const width = this.stage.clientWidth, height = this.stage.clientHeight;
    if (!width || !height) { return; }
    const most = Math.sqrt(MOST_PIXELS / (width * height));
    this.ratio = Math.min(window.devicePixelRatio || 1, Math.max(1, most));
    this.view = view;
    view.resize(width, height, Math.min(48, 0.07 * Math.min(width, height)));
    for (const one of [this.ground, this.splat]) {
      one.resize(Math.round(width * this.ratio), Math.round(height * this.ratio));
    }
    this.labels.measure();
    this.changed();
  }

  // flags of new passages, or null.
  tell(news) {
    this.news = news;
    this.labels.tell(news ? this.model.counted(news) : null);
    this.relook();
  }

  // chosen: id of the chosen idea, or null; inside: flags of the ideas told apart, or null.
  choose(chosen, choice) {
    this.choice = choice;
    this.labels.mark(chosen, choice.inside);
    this.relook();
  }

  relook() {
    const { inside, show } = this.choice;
    this.look = lookOf(this.model, this.palette, { fresh: this.news, inside, show });
    this.changed();
  }

  changed() {
    if (this.isAsked || !this.view) { return; }
    this.isAsked = true;
    window.requestAnimationFrame(() => { this.isAsked = false; this.draw(); });
  }

  draw() {
    const { view, ratio, model, palette, choice } = this;
    this.ground.draw(view, ratio, { palette, model, inside: choice.inside, pin: choice.pin });
    this.splat.draw(model.points, this.look, view.linear(ratio), this.radius() * ratio, this.strength());
    this.labels.place(view);
  }

  radius() {
    const few = Math.min(2.6, Math.max(0.8, 130 / Math.sqrt(this.model.points.n + 1)));
    return Math.min(5.5, few * Math.sqrt(Math.max(this.view.transform.k, 1)));
  }

  strength() { return this.model.points.n > 5000 && this.view.transform.k < 3 ? 0.6 : 0.85; }
}

function anchors(regions) { return new Map([...regions].map(([place, { at }]) => [place, at])); }
