// The ground under the passages: the regions of ideas, what stands under none, and a pin.

import { drawLinks } from "./links.js";
import { rgba } from "./palette.js";

const SUBS_FROM = 1.7; // zoom from which the regions of sub-ideas are drawn

export class Ground {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.tops = null; // see topRegions
    this.leaves = null;
  }

  resize(width, height) { this.canvas.width = width; this.canvas.height = height; this.scaled = null; }

  // Regions in pixels of the map as a whole, so that lines are as wide in both directions.
  stretched(view) {
    const stretch = new DOMMatrix([view.width - 2 * view.pad, 0, 0, view.height - 2 * view.pad, view.pad, view.pad]);
    const path = (one) => { const wide = new Path2D(); wide.addPath(one, stretch); return wide; };
    const region = (one) => ({ land: path(one.land), heights: one.heights.map(path) });
    const all = (regions) => new Map([...regions].map(([place, one]) => [place, region(one)]));
    return {
      tops: all(this.tops.ideas), leaves: this.leaves ? all(this.leaves) : new Map(),
      unplaced: region(this.tops.unplaced),
    };
  }

  addLeaves(leaves) { this.leaves = leaves; this.scaled = null; }

  // The place of the idea whose region lies under a pixel of the stage, as deep as regions are
  // drawn now; null at sea.
  at(view, left, top) {
    const { pen } = this, [x, y] = view.transform.invert([left, top]);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    const under = (regions) => [...regions].find(([, { land }]) => pen.isPointInPath(land, x, y))?.[0] ?? null;
    const leaf = view.transform.k >= SUBS_FROM ? under(this.scaled.leaves) : null;
    return leaf ?? under(this.scaled.tops);
  }

  // inside: flags of the ideas that are chosen, or null; pin: [x, y] in 0..1, or null.
  draw(view, ratio, { palette, model, inside, pin }) {
    const { pen, canvas } = this, { k, x, y } = view.transform;
    this.scaled ??= this.stretched(view);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(k * ratio, 0, 0, k * ratio, x * ratio, y * ratio);
    pen.lineJoin = "round";
    const isFaint = (place) => inside !== null && !inside[place];
    for (const [place, region] of this.scaled.tops) {
      const hue = palette.hues[model.ideas[place].hue], weak = isFaint(place) ? 0.45 : 1;
      pen.fillStyle = rgba(hue, 0.1 * weak);
      pen.fill(region.land);
      for (const height of region.heights) { pen.fill(height); }
      pen.strokeStyle = rgba(hue, 0.75 * weak);
      pen.lineWidth = 1.2 / k;
      pen.stroke(region.land);
    }
    this.drawLeaves(view, { palette, model, inside });
    this.drawUnplaced(k, palette);
    if (model.links.length) { drawLinks(pen, view, ratio, { model, palette, inside, anchor: (place) => this.anchor(place, model) }); }
    if (pin) { this.drawPin(view, ratio, pin, palette); }
  }

  drawLeaves(view, { palette, model, inside }) {
    const { pen } = this, { k } = view.transform;
    const shown = Math.min(1, Math.max(0, (k - SUBS_FROM) / 0.6));
    for (const [place, region] of this.scaled.leaves) {
      const isChosen = inside !== null && inside[place];
      if (!isChosen && shown === 0) { continue; }
      const hue = palette.hues[model.ideas[place].hue];
      pen.strokeStyle = rgba(hue, isChosen ? 0.9 : 0.5 * shown);
      pen.lineWidth = (isChosen ? 1.6 : 0.9) / k;
      pen.setLineDash(isChosen ? [] : [4 / k, 3 / k]);
      pen.stroke(region.land);
      if (isChosen) { pen.fillStyle = rgba(hue, 0.14); pen.fill(region.land); }
    }
    pen.setLineDash([]);
  }

  // Hatched, so that nobody takes it for the region of an idea.
  drawUnplaced(k, palette) {
    const { pen } = this;
    const cloth = new OffscreenCanvas(8, 8), thread = cloth.getContext("2d");
    thread.strokeStyle = rgba(palette.none, 0.4);
    for (const from of [-8, 0, 8]) { thread.moveTo(from, 8); thread.lineTo(from + 8, 0); }
    thread.stroke();
    const hatch = pen.createPattern(cloth, "repeat");
    hatch.setTransform(new DOMMatrix().scale(1 / k));
    pen.fillStyle = hatch;
    pen.fill(this.scaled.unplaced.land);
    pen.strokeStyle = rgba(palette.none, 0.8);
    pen.lineWidth = 1 / k;
    pen.setLineDash([2 / k, 2 / k]);
    pen.stroke(this.scaled.unplaced.land);
    pen.setLineDash([]);
  }

  // Where lines to an idea end: where its label stands.
  anchor(place, model) {
    const region = this.tops.ideas.get(place) ?? this.leaves?.get(place);
    return region?.at ?? [model.ideas[place].x, model.ideas[place].y];
  }

  drawPin(view, ratio, [x, y], palette) {
    const { pen } = this;
    pen.setTransform(ratio, 0, 0, ratio, view.toX(x) * ratio, view.toY(y) * ratio);
    pen.lineWidth = 2;
    pen.strokeStyle = rgba(palette.paper, 1);
    pen.fillStyle = rgba(palette.accent, 1);
    pen.beginPath();
    pen.arc(0, -20, 8, 0.85 * Math.PI, 0.15 * Math.PI);
    pen.lineTo(0, 0);
    pen.closePath();
    pen.fill(); pen.stroke();
    pen.fillStyle = rgba(palette.paper, 1);
    pen.beginPath(); pen.arc(0, -20, 3, 0, 2 * Math.PI); pen.fill();
  }
}
