// What part of the map is seen: moved and zoomed by mouse, touch, wheel and keyboard.

import { select, zoom, zoomIdentity } from "../vendor/d3-zoom-kdbush.js";

const LEAST = 0.8, MOST = 60, STEP = 1.6, STRIDE = 0.16, MOMENT = 260; // ms
const BESIDE = 0.6; // how far one may move beyond the rim, as a share of the width
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export class View {
  // isEager: wheel and one finger belong to the map at once; else only once it was clicked or
  // focused, so that the page around it scrolls. onChange(isSettled) is told of each change,
  // onRefused() of a wheel that was left to the page.
  constructor(stage, { isEager, onChange, onRefused }) {
    Object.assign(this, { stage, onRefused, isActive: isEager });
    this.transform = zoomIdentity;
    this.behaviour = zoom().scaleExtent([LEAST, MOST]).clickDistance(6)
      .filter((event) => this.isMine(event))
      .on("zoom", (event) => { this.transform = event.transform; onChange(false); })
      .on("end", () => onChange(true));
    this.selection = select(stage).call(this.behaviour).on("dblclick.zoom", null);
    stage.addEventListener("keydown", (event) => this.key(event));
    stage.classList.toggle("is-active", isEager);
    if (isEager) { return; }
    stage.addEventListener("focusin", () => this.activate(true));
    stage.addEventListener("click", () => this.activate(true)); // no swipe that scrolls the page
    document.addEventListener("pointerdown", (event) => {
      if (!stage.contains(event.target)) { this.activate(false); }
    });
  }

  activate(isActive) {
    this.isActive = isActive;
    this.stage.classList.toggle("is-active", isActive);
  }

  isMine(event) {
    if (event.type === "wheel") {
      const isMine = this.isActive || event.ctrlKey || event.metaKey;
      if (!isMine) { this.onRefused(); }
      return isMine;
    }
    if (event.type === "touchstart") { return this.isActive || event.touches.length > 1; }
    return !event.ctrlKey && !event.button;
  }

  resize(width, height, pad) {
    if (width === this.width && height === this.height) { return; }
    const centre = this.width ? this.centre() : null;
    Object.assign(this, { width, height, pad });
    this.behaviour.extent([[0, 0], [width, height]])
      .translateExtent([[-BESIDE * width, -BESIDE * height], [(1 + BESIDE) * width, (1 + BESIDE) * height]]);
    if (centre) { this.show(centre.k, centre.x, centre.y, { isInstant: true }); }
  }

  // Places on the map run from 0 to 1; these are pixels of the stage.
  toX(x) { return this.transform.applyX(this.baseX(x)); }
  toY(y) { return this.transform.applyY(this.baseY(y)); }
  baseX(x) { return this.pad + x * (this.width - 2 * this.pad); }
  baseY(y) { return this.pad + y * (this.height - 2 * this.pad); }
  fromX(left) { return (this.transform.invertX(left) - this.pad) / (this.width - 2 * this.pad); }
  fromY(top) { return (this.transform.invertY(top) - this.pad) / (this.height - 2 * this.pad); }

  // pixel = place * a + b, in both directions, for pictures with `ratio` pixels to each.
  linear(ratio) {
    const { k, x, y } = this.transform;
    return {
      ax: (this.width - 2 * this.pad) * k * ratio, bx: (this.pad * k + x) * ratio,
      ay: (this.height - 2 * this.pad) * k * ratio, by: (this.pad * k + y) * ratio,
    };
  }

  centre() {
    return { k: this.transform.k, x: this.fromX(this.width / 2), y: this.fromY(this.height / 2) };
  }

  // The place (x, y) in the middle, k times as large as the whole map.
  show(k, x, y, { isInstant = false } = {}) {
    const scale = Math.min(MOST, Math.max(LEAST, k));
    const to = zoomIdentity.translate(this.width / 2, this.height / 2).scale(scale)
      .translate(-this.baseX(x), -this.baseY(y));
    this.moved(isInstant).call(this.behaviour.transform, to);
  }

  // A stretch of the map as large as the stage holds, with some room around it. covered: shares
  // of the width (below 0 at the left) and of the height at the bottom that something lies over.
  fit([left, top, right, bottom], { covered: [wide, high] = [0, 0], ...options } = {}) {
    const most = Math.max((right - left) / (1 - Math.abs(wide)), (bottom - top) / (1 - high), 0.05);
    const k = Math.min(12, Math.max(1, 0.75 / most));
    this.show(k, (left + right + wide / k) / 2, (top + bottom + high / k) / 2, options);
  }

  isWhole() {
    const { k, x, y } = this.transform;
    return Math.abs(k - 1) < 1e-3 && Math.abs(x) < 1 && Math.abs(y) < 1;
  }

  // Moved just so far that a place on the stage comes to stand on another.
  shift(x, y) { this.moved().call(this.behaviour.translateBy, x / this.transform.k, y / this.transform.k); }

  whole() { this.moved().call(this.behaviour.transform, zoomIdentity); }
  closer() { this.by(STEP); }
  farther() { this.by(1 / STEP); }

  // Presses in quick succession add up, whatever part of the way the first has come.
  by(factor) {
    const now = performance.now(), from = this.goal && now < this.goal.until ? this.goal.k : this.transform.k;
    const k = Math.min(MOST, Math.max(LEAST, from * factor));
    this.goal = { k, until: now + MOMENT };
    this.moved().call(this.behaviour.scaleTo, k);
  }

  moved(isInstant = false) {
    return isInstant || calm.matches ? this.selection.interrupt() : this.selection.transition().duration(MOMENT);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    const stride = (x, y) => this.moved(true).call(this.behaviour.translateBy,
      x * STRIDE * this.width / this.transform.k, y * STRIDE * this.height / this.transform.k);
    const done = {
      ArrowLeft: () => stride(1, 0), ArrowRight: () => stride(-1, 0),
      ArrowUp: () => stride(0, 1), ArrowDown: () => stride(0, -1),
      "+": () => this.closer(), "=": () => this.closer(), "-": () => this.farther(), 0: () => this.whole(),
    }[event.key];
    if (done) { event.preventDefault(); done(); }
  }
}
