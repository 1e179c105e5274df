// Draws every passage as a dot under the circles of the map; a click on a dot opens its message.
(function () {
  "use strict";
  const map = document.getElementById("map");
  if (!map) { return; }
  const canvas = document.getElementById("points");
  const drawing = map.querySelector("svg");
  const N_HUES = 12, SIZE = 12, GRID = 65535, NEAR = 9;
  let points = [];

  function colours() {
    const found = [];
    for (let n = -1; n < N_HUES; n += 1) {
      const swatch = document.createElement("span");
      swatch.className = "swatch hue-" + (n < 0 ? "none" : n);
      map.append(swatch);
      found.push(getComputedStyle(swatch).color);
      swatch.remove();
    }
    return found;
  }

  function place() {
    // Where the drawing lies inside the map, in CSS pixels: it keeps its own proportions.
    const box = map.getBoundingClientRect(), view = drawing.viewBox.baseVal;
    const scale = Math.min(map.clientWidth / view.width, map.clientHeight / view.height);
    const width = view.width * scale, height = view.height * scale;
    return {
      width, height, box,
      left: (map.clientWidth - width) / 2, top: (map.clientHeight - height) / 2,
    };
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1, here = place(), palette = colours();
    canvas.width = Math.round(map.clientWidth * ratio);
    canvas.height = Math.round(map.clientHeight * ratio);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const fit = Math.min(1, Math.max(0.5, here.width / 900));
    const radius = Math.max(1, fit * Math.min(2.8, 90 / Math.sqrt(points.length + 1)));
    pen.globalAlpha = points.length > 5000 ? 0.45 : 0.7;
    for (const p of points) {
      p.left = here.left + p.x * here.width;
      p.top = here.top + p.y * here.height;
      pen.fillStyle = palette[p.colour];
      pen.beginPath();
      pen.arc(p.left, p.top, radius, 0, 2 * Math.PI);
      pen.fill();
    }
  }

  function nearest(event) {
    const box = map.getBoundingClientRect();
    const x = event.clientX - box.left - map.clientLeft, y = event.clientY - box.top - map.clientTop;
    let best = null, least = NEAR * NEAR;
    for (const p of points) {
      const far = (p.left - x) ** 2 + (p.top - y) ** 2;
      if (far < least) { least = far; best = p; }
    }
    return best;
  }

  function onTop(event) { return event.target.closest("a") !== null; }

  function read(buffer) {
    const view = new DataView(buffer);
    points = [];
    for (let at = 0; at + SIZE <= view.byteLength; at += SIZE) {
      points.push({
        x: view.getUint16(at, true) / GRID, y: view.getUint16(at + 2, true) / GRID,
        colour: view.getUint16(at + 4, true), message: view.getUint32(at + 8, true),
      });
    }
    draw();
    map.dataset.ready = String(points.length);
  }

  map.addEventListener("pointermove", function (event) {
    map.classList.toggle("is-pointing", !onTop(event) && nearest(event) !== null);
  });
  map.addEventListener("click", function (event) {
    const point = onTop(event) ? null : nearest(event);
    if (point) { window.location.href = map.dataset.message.replace(/\/0$/, "/" + point.message); }
  });
  new ResizeObserver(draw).observe(map);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  fetch(map.dataset.points)
    .then(function (answer) { return answer.ok ? answer.arrayBuffer() : new ArrayBuffer(0); })
    .then(read)
    .catch(function () { map.dataset.ready = "0"; });
}());
