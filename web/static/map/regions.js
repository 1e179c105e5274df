// Regions: where the passages of an idea lie denser than those of any other.

import { traceInto } from "./contours.js";
import { UNPLACED } from "./points.js";

const SIZE = 168, BEYOND = 0.06; // cells across; what the grid covers beyond the rim of the map
const HEIGHTS = [0.25, 0.55]; // shares of its greatest density at which a region grows darker

function cellOf(place) {
  return Math.min(SIZE - 1, Math.floor((place + BEYOND) / (1 + 2 * BEYOND) * SIZE));
}

function placeOf(cell) { return (cell + 0.5) / SIZE * (1 + 2 * BEYOND) - BEYOND; }

// How far a passage spreads, as a share of the map: farther where there are few.
function spread(n) { return 0.011 + 0.22 / Math.sqrt(n + 12); }

// Density per class, Float32Array(SIZE * SIZE) each. classOf: the class of a passage, or -1.
function densities(points, nClasses, classOf) {
  const fields = Array.from({ length: nClasses }, () => new Float32Array(SIZE * SIZE));
  for (let i = 0; i < points.n; i += 1) {
    const one = classOf(i);
    if (one < 0) { continue; }
    fields[one][cellOf(points.y[i]) * SIZE + cellOf(points.x[i])] += 1;
  }
  const reach = reachOf(points);
  for (const field of fields) { smooth(field, reach); }
  return fields;
}

function reachOf(points) { return Math.max(1, Math.round(spread(points.n) * SIZE)); }

function smooth(field, reach) {
  const spare = new Float32Array(field.length);
  for (let pass = 0; pass < 3; pass += 1) { // three boxes are nearly a bell
    blur(field, spare, 1, SIZE, reach);
    blur(spare, field, SIZE, 1, reach);
  }
}

// A moving mean along lines; step: to the next cell of a line, skip: to the next line.
function blur(from, to, step, skip, reach) {
  const wide = 2 * reach + 1;
  for (let line = 0; line < SIZE; line += 1) {
    const begin = line * skip;
    let sum = 0;
    for (let n = 0; n < Math.min(reach, SIZE); n += 1) { sum += from[begin + n * step]; }
    for (let n = 0; n < SIZE; n += 1) {
      if (n + reach < SIZE) { sum += from[begin + (n + reach) * step]; }
      to[begin + n * step] = sum / wide;
      if (n - reach >= 0) { sum -= from[begin + (n - reach) * step]; }
    }
  }
}

// The least density that counts: part of what a passage alone makes, more where there are thousands.
function least(points) {
  const wide = 2 * reachOf(points) + 1;
  return (0.56 / (wide * wide)) * (0.45 + points.n / 7000);
}

// For each cell the two greatest densities, and whose the greatest is.
function rivals(fields) {
  const first = new Float32Array(SIZE * SIZE), second = new Float32Array(SIZE * SIZE);
  const whose = new Int16Array(SIZE * SIZE).fill(-1);
  fields.forEach((field, one) => {
    for (let cell = 0; cell < field.length; cell += 1) {
      if (field[cell] > first[cell]) {
        second[cell] = first[cell]; first[cell] = field[cell]; whose[cell] = one;
      } else if (field[cell] > second[cell]) { second[cell] = field[cell]; }
    }
  });
  return { first, second, whose };
}

function path(field, above) {
  const drawn = new Path2D(), high = new Float32Array(field.length);
  for (let cell = 0; cell < field.length; cell += 1) { high[cell] = above(field[cell], cell); }
  traceInto(drawn, high, SIZE, placeOf);
  return drawn;
}

// One region a class, in units of the map (0..1): { land, heights, at }. at: where its label
// stands, null where it has no passage.
function regionsOf(fields, floor, { isDetailed, reach }) {
  const { first, second, whose } = rivals(fields);
  return fields.map((field, one) => {
    const margin = (value, cell) => value - Math.max(floor, whose[cell] === one ? second[cell] : first[cell]);
    const peak = field.reduce((most, value) => Math.max(most, value), 0);
    const higher = (share) => path(field,
      (value, cell) => Math.min(margin(value, cell), value - Math.max(floor, share * peak)));
    const own = field.map((value, cell) => (margin(value, cell) > 0 ? value : 0));
    return {
      land: path(field, margin), heights: isDetailed ? HEIGHTS.map(higher) : [],
      at: heart(own, isDetailed ? 3 * reach : 0) ?? heart(field, 0),
    };
  });
}

// Where most of it lies around: the greatest value, looked at from afar, of a cell that is its own.
function heart(field, reach) {
  const far = Float32Array.from(field);
  if (reach) { smooth(far, reach); }
  let best = -1, most = 0;
  for (let cell = 0; cell < field.length; cell += 1) {
    if (field[cell] > 0 && far[cell] > most) { most = far[cell]; best = cell; }
  }
  return best < 0 ? null : [placeOf(best % SIZE), placeOf(Math.floor(best / SIZE))];
}

// Regions of the top ideas (place in the list -> region) and of what stands under none.
export function topRegions(model) {
  const { points, ideas, top } = model;
  const tops = ideas.flatMap((idea, place) => (idea.parent === null ? [place] : []));
  const number = new Map(tops.map((place, n) => [place, n]));
  const fields = densities(points, tops.length + 1,
    (i) => (points.idea[i] === UNPLACED ? tops.length : number.get(top[points.idea[i]])));
  const regions = regionsOf(fields, least(points), { isDetailed: true, reach: reachOf(points) });
  return { ideas: new Map(tops.map((place, n) => [place, regions[n]])), unplaced: regions[tops.length] };
}

// Regions of the ideas below these that passages stand under directly.
export function leafRegions(model) {
  const { points, ideas } = model, has = new Uint8Array(ideas.length);
  for (let i = 0; i < points.n; i += 1) { if (points.idea[i] !== UNPLACED) { has[points.idea[i]] = 1; } }
  const leaves = ideas.flatMap((idea, place) => (has[place] ? [place] : []));
  const number = new Int16Array(ideas.length).fill(-1);
  leaves.forEach((place, n) => { number[place] = n; });
  const fields = densities(points, leaves.length,
    (i) => (points.idea[i] === UNPLACED ? -1 : number[points.idea[i]]));
  const regions = regionsOf(fields, least(points), { isDetailed: false, reach: reachOf(points) });
  return new Map(leaves.map((place, n) => [place, regions[n]]).filter(([place]) => ideas[place].parent !== null));
}
