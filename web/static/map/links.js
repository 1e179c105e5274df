// Links between ideas, as people see them: quiet lines between their regions. The panel says them
// in words; a line tells its kind by its strokes, never by colour alone.

import { rgba } from "./palette.js";

const STROKES = { supports: [], opposes: [7, 5], answers: [1.5, 4], questions: [8, 4, 1.5, 4], related: [] }; // lengths in pixels
const SUBS_FROM = 1.7; // zoom from which lines go to sub-ideas, as their regions are drawn
const BEND = 0.12; // of its length: lines the other way round do not lie on each other
const HEAD = 7; // pixels

// The place of an idea that a line ends at: the idea, or the top idea above it when seen from afar.
function seen(model, place, { k, inside }) {
  const isNear = k >= SUBS_FROM || (inside !== null && inside[place]);
  return isNear ? place : model.top[place];
}

export function drawLinks(pen, view, ratio, { model, palette, inside, anchor }) {
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.lineCap = "round";
  for (const { one, other, kind } of model.links) {
    const from = seen(model, one, { k: view.transform.k, inside }), to = seen(model, other, { k: view.transform.k, inside });
    const isChosen = inside !== null && (inside[one] || inside[other]);
    if (from === to || (inside !== null && !isChosen)) { continue; }
    const [a, b] = [anchor(from), anchor(to)].map(([x, y]) => [view.toX(x), view.toY(y)]);
    pen.strokeStyle = pen.fillStyle = rgba(palette.ink, isChosen ? 0.7 : 0.38);
    pen.lineWidth = kind === "related" ? 1 : 1.5;
    pen.setLineDash(STROKES[kind]);
    stroke(pen, a, b, kind !== "related");
  }
  pen.setLineDash([]);
}

function stroke(pen, [ax, ay], [bx, by], hasHead) {
  const cx = (ax + bx) / 2 - BEND * (by - ay), cy = (ay + by) / 2 + BEND * (bx - ax);
  pen.beginPath();
  pen.moveTo(ax, ay);
  pen.quadraticCurveTo(cx, cy, bx, by);
  pen.stroke();
  if (!hasHead) { return; }
  // In the middle: at the ends the labels stand.
  const mx = (ax + 2 * cx + bx) / 4, my = (ay + 2 * cy + by) / 4, angle = Math.atan2(by - ay, bx - ax);
  pen.setLineDash([]);
  pen.beginPath();
  pen.moveTo(mx + HEAD * Math.cos(angle), my + HEAD * Math.sin(angle));
  for (const side of [2.5, -2.5]) { pen.lineTo(mx + HEAD * Math.cos(angle + side), my + HEAD * Math.sin(angle + side)); }
  pen.closePath();
  pen.fill();
}
