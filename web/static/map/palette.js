// The colours of the style sheet, for pictures that it does not reach.

const N_HUES = 12;

// { hues: [[r, g, b] × 12], none, ink, paper, accent } as they are in force inside `root` now.
export function readPalette(root) {
  const swatch = document.createElement("span");
  swatch.className = "map-swatch";
  root.append(swatch);
  const read = (name) => {
    swatch.className = `map-swatch ${name}`;
    return getComputedStyle(swatch).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  };
  const hues = Array.from({ length: N_HUES }, (_, n) => read(`hue-${n}`));
  const found = {
    hues, none: read("hue-none"), ink: read("swatch-ink"), paper: read("swatch-paper"),
    accent: read("swatch-accent"),
  };
  swatch.remove();
  return found;
}

export function rgba([r, g, b], alpha) { return `rgba(${r}, ${g}, ${b}, ${alpha})`; }

// As ImageData holds it, without opacity.
export function ink([r, g, b]) { return (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r); }
