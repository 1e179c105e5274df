// How each passage is drawn: its colour, its shape, what stands out and what lies on top.

import { AGAINST, FOR, READ_AGAINST, READ_FOR, UNPLACED } from "./points.js";
import { ink } from "./palette.js";
import { shapeOf } from "./splat.js";

// fresh: flags of what is new, or null. inside: flags of ideas that are told apart, or null.
// show: what is told apart beside that ("new", "for", "against", "unplaced"), or null.
export function lookOf(model, palette, { fresh, inside, show }) {
  const { n, idea, stance } = model.points;
  const inks = model.ideas.map((one) => ink(palette.hues[one.hue])), none = ink(palette.none);
  const colour = new Uint32Array(n), shape = new Uint8Array(n), layer = new Uint8Array(n);
  for (let i = 0; i < n; i += 1) {
    const isPlaced = idea[i] !== UNPLACED, isNew = fresh !== null && fresh[i] === 1;
    const isDim = (inside !== null && !(isPlaced && inside[idea[i]])) || !isShown(show, isPlaced, stance[i], isNew);
    colour[i] = isPlaced ? inks[idea[i]] : none;
    shape[i] = shapeOf(isPlaced, stance[i], isNew && !isDim, isDim);
    layer[i] = isDim ? 0 : 1 + (isPlaced ? 1 : 0) + (isNew ? 1 : 0);
  }
  return { colour, shape, order: ordered(layer) };
}

function isShown(show, isPlaced, stance, isNew) {
  if (show === "new") { return isNew; }
  if (show === "for") { return stance === FOR || stance === READ_FOR; }
  if (show === "against") { return stance === AGAINST || stance === READ_AGAINST; }
  return show !== "unplaced" || !isPlaced;
}

// From the lowest layer to the highest, else in their own order.
function ordered(layer) {
  const starts = new Uint32Array(5), order = new Uint32Array(layer.length);
  for (const one of layer) { starts[one + 1] += 1; }
  for (let one = 1; one < 5; one += 1) { starts[one] += starts[one - 1]; }
  layer.forEach((one, i) => { order[starts[one]] = i; starts[one] += 1; });
  return order;
}
