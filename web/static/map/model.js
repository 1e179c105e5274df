// Ideas and passages together: who is whose parent, what stands under what, what is new.

import { UNPLACED } from "./points.js";

export class Model {
  constructor(facts, points) {
    this.ideas = facts.ideas; // parents before children
    this.points = points;
    this.batchAt = facts.batches.map(seconds);
    this.places = new Map(this.ideas.map((idea, n) => [idea.id, n]));
    this.links = facts.links.map(({ one_id: one, other_id: other, kind }) => ({ one: this.places.get(one), other: this.places.get(other), kind }));
    this.top = new Uint16Array(this.ideas.length);
    this.ideas.forEach((idea, n) => { this.top[n] = idea.parent === null ? n : this.top[idea.parent]; });
    this.nUnplaced = points.idea.reduce((sum, idea) => sum + (idea === UNPLACED), 0);
    this.mostVoices = this.ideas.reduce((most, idea) => Math.max(most, idea.n_authors), 1);
  }

  // One flag an idea: the idea at that place, and all below it.
  within(place) {
    const inside = new Uint8Array(this.ideas.length);
    this.ideas.forEach((idea, n) => {
      inside[n] = n === place || (idea.parent !== null && inside[idea.parent]) ? 1 : 0;
    });
    return inside;
  }

  // One flag a passage: came after a moment (epoch seconds). What counts for a visit is when it
  // was imported; for any other moment when it was said, where that is known.
  newSince(moment, byImport) {
    const { n, batch, posted } = this.points, flags = new Uint8Array(n);
    for (let i = 0; i < n; i += 1) {
      const at = byImport || posted[i] === 0 ? this.batchAt[batch[i]] : posted[i];
      flags[i] = at >= moment ? 1 : 0;
    }
    return flags;
  }

  // Flagged passages under each idea, those of its sub-ideas added; those under none come last.
  counted(flags) {
    const counts = new Uint32Array(this.ideas.length + 1), { n, idea } = this.points;
    for (let i = 0; i < n; i += 1) {
      if (flags[i]) { counts[idea[i] === UNPLACED ? this.ideas.length : idea[i]] += 1; }
    }
    for (let place = this.ideas.length - 1; place >= 0; place -= 1) {
      const above = this.ideas[place].parent;
      if (above !== null) { counts[above] += counts[place]; }
    }
    return counts;
  }

  // The stretch of the map that the flagged ideas lie on, without strays: [left, top, right, bottom].
  box(inside) {
    const { n, idea, x, y } = this.points, xs = [], ys = [];
    for (let i = 0; i < n; i += 1) {
      if (idea[i] !== UNPLACED && inside[idea[i]]) { xs.push(x[i]); ys.push(y[i]); }
    }
    return xs.length ? [share(xs, 0.03), share(ys, 0.03), share(xs, 0.97), share(ys, 0.97)] : null;
  }
}

export function seconds(time) { return Date.parse(time) / 1000; }

function share(values, part) {
  values.sort((a, b) => a - b);
  return values[Math.round(part * (values.length - 1))];
}
