// Draws passages as small marks straight into pixels: tens of thousands a frame without a GPU.

const EDGE = 24; // pixels around the picture, so that marks at the rim need no clipping
const SHAPES = ["said", "for", "against", "read for", "read against", "unplaced"];
const NEW = 8, DIM = 16; // beside the shape, in the bits above it

export class Splat {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.marks = new Map();
  }

  resize(width, height) {
    this.canvas.width = width; this.canvas.height = height;
    this.across = width + 2 * EDGE;
    this.picture = new ImageData(this.across, height + 2 * EDGE);
    this.pixels = new Uint32Array(this.picture.data.buffer);
    this.marks.clear();
  }

  // points: x, y (0..1) and n. look: order (which, from back to front), colour (0x00BBGGRR) and
  // shape (see shapeOf) of each. place: x * ax + bx, y * ay + by are pixels. radius in pixels.
  draw(points, look, place, radius, strength) {
    const { pixels, across } = this, { width, height } = this.canvas;
    const { x, y } = points, { order, colour, shape } = look, { ax, bx, ay, by } = place;
    pixels.fill(0);
    const marks = Array.from({ length: 32 }, (_, which) => this.mark(which, radius, strength));
    for (let n = 0; n < order.length; n += 1) {
      const i = order[n], left = Math.round(x[i] * ax + bx), top = Math.round(y[i] * ay + by);
      if (left < -EDGE / 2 || top < -EDGE / 2 || left >= width + EDGE / 2 || top >= height + EDGE / 2) { continue; }
      const { offsets, cover } = marks[shape[i]], ink = colour[i];
      const at = (top + EDGE) * across + left + EDGE;
      for (let p = 0; p < offsets.length; p += 1) {
        const pixel = at + offsets[p], old = pixels[pixel] >>> 24;
        pixels[pixel] = ((old + (((255 - old) * cover[p]) >> 8)) << 24) | ink;
      }
    }
    this.pen.putImageData(this.picture, -EDGE, -EDGE);
  }

  // The pixels that a mark covers: offsets from its middle, and how much of each (0..256).
  mark(which, radius, strength) {
    const key = `${which} ${radius.toFixed(1)} ${strength.toFixed(2)}`, across = this.across;
    if (!this.marks.has(key)) {
      const reach = Math.min(EDGE / 2 - 1, Math.ceil(radius * 2 + 3)), wide = 2 * reach + 1;
      const sheet = new OffscreenCanvas(wide, wide), pen = sheet.getContext("2d");
      pen.translate(reach + 0.5, reach + 0.5);
      shapeInto(pen, which, radius);
      const data = pen.getImageData(0, 0, wide, wide).data, offsets = [], cover = [];
      for (let p = 0; p < wide * wide; p += 1) {
        const part = data[4 * p + 3] / 255;
        if (part < 0.04) { continue; }
        offsets.push((Math.floor(p / wide) - reach) * across + (p % wide) - reach);
        cover.push(Math.round(256 * part * (isDim(which) ? 0.22 * strength : strength)));
      }
      this.marks.set(key, { offsets: Int32Array.from(offsets), cover: Uint16Array.from(cover) });
    }
    return this.marks.get(key);
  }
}

// stance: 0 none, 1 for, 2 against; as the words tell 3 for, 4 against.
export function shapeOf(isPlaced, stance, isNew, isDim) {
  const shape = isPlaced ? stance % 5 : 5;
  return shape + (isNew ? NEW : 0) + (isDim ? DIM : 0);
}

export function isDim(shape) { return (shape & DIM) !== 0; }

function shapeInto(pen, which, radius) {
  const shape = SHAPES[which & 7], large = Math.max(radius, 1) * 1.35;
  pen.beginPath();
  if (shape === "for") { triangle(pen, -large); pen.fill(); }
  else if (shape === "against") { triangle(pen, large); pen.fill(); }
  else if (shape === "read for" || shape === "read against") {
    // Open, as what is less sure.
    pen.lineWidth = Math.max(0.8, radius * 0.4);
    triangle(pen, shape === "read for" ? -large : large);
    pen.stroke();
  }
  else if (shape === "unplaced") {
    pen.lineWidth = Math.max(0.8, radius * 0.45);
    pen.arc(0, 0, Math.max(radius * 0.9, 0.8), 0, 2 * Math.PI);
    pen.stroke();
  } else { pen.arc(0, 0, Math.max(radius, 0.6), 0, 2 * Math.PI); pen.fill(); }
  if (which & NEW) {
    pen.beginPath();
    pen.lineWidth = Math.max(1.1, radius * 0.4);
    pen.arc(0, 0, radius * 1.6 + 1.5, 0, 2 * Math.PI);
    pen.stroke();
  }
}

function triangle(pen, tip) {
  pen.moveTo(0, tip); pen.lineTo(tip * 0.95, -tip * 0.65); pen.lineTo(-tip * 0.95, -tip * 0.65);
  pen.closePath();
}
