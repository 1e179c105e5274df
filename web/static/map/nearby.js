// Which passages lie near a pixel of the stage.

import { KDBush } from "../vendor/d3-zoom-kdbush.js";
import { isDim } from "./splat.js";

export class Nearby {
  constructor({ x, y, n }) {
    Object.assign(this, { x, y });
    this.tree = n ? new KDBush(n, 64, Float32Array) : null;
    for (let i = 0; i < n; i += 1) { this.tree.add(x[i], y[i]); }
    this.tree?.finish();
  }

  // The passage nearest to a pixel, among those that stand out (null where none is near), and how
  // many of these are near. shape: see shapeOf.
  at(left, top, { view, shape, near }) {
    if (!this.tree) { return { found: null, n: 0 }; }
    const { ax, bx, ay, by } = view.linear(1);
    const box = this.tree.range(view.fromX(left - near), view.fromY(top - near), view.fromX(left + near), view.fromY(top + near));
    let found = null, least = near * near, n = 0;
    for (const i of box) {
      const far = (this.x[i] * ax + bx - left) ** 2 + (this.y[i] * ay + by - top) ** 2;
      if (far > near * near || isDim(shape[i])) { continue; }
      n += 1;
      if (far < least) { found = i; least = far; }
    }
    return { found, n };
  }
}
