// Where a field on a grid is above zero, as closed outlines (marching squares, edges interpolated).

// field: Float32Array(size * size), rows from top to bottom; beyond it all is below zero.
// place(n) says where the middle of column or row n lies in the path's own units.
export function traceInto(path, field, size, place) {
  const next = new Map(); // where a stretch of outline begins -> where it ends
  const at = (column, row) => (column < 0 || row < 0 || column >= size || row >= size
    ? -1e-6 : field[row * size + column]);
  for (let row = -1; row < size; row += 1) {
    for (let column = -1; column < size; column += 1) {
      square(next, column, row, at(column, row), at(column + 1, row),
        at(column + 1, row + 1), at(column, row + 1));
    }
  }
  for (const begin of next.values()) {
    if (!begin.isDone) { outline(path, next, begin, place); }
  }
}

// A closed outline through the middles of its stretches, rounded: it is looked at from near, too.
function outline(path, next, begin, place) {
  const middle = (one) => {
    const other = next.get(one.to);
    return [place((one.x + other.x) / 2), place((one.y + other.y) / 2)];
  };
  let point = begin;
  path.moveTo(...middle(point));
  while (!point.isDone) {
    point.isDone = true;
    point = next.get(point.to);
    path.quadraticCurveTo(place(point.x), place(point.y), ...middle(point));
  }
  path.closePath();
}

// The edges of a square: 0 top, 1 right, 2 bottom, 3 left. For each case of corners above zero
// (1 top left, 2 top right, 4 bottom right, 8 bottom left): from edge to edge, the inside on the left.
const CASES = [
  [], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], [[3, 0], [1, 2]], [[0, 2]], [[3, 2]],
  [[2, 3]], [[2, 0]], [[0, 1], [2, 3]], [[2, 1]], [[1, 3]], [[1, 0]], [[0, 3]], [],
];

function square(next, column, row, a, b, c, d) {
  const which = (a > 0 ? 1 : 0) + (b > 0 ? 2 : 0) + (c > 0 ? 4 : 0) + (d > 0 ? 8 : 0);
  if (which === 0 || which === 15) { return; }
  for (const [from, to] of CASES[which]) {
    const [x, y] = crossing(from, column, row, a, b, c, d);
    next.set(name(from, column, row), { x, y, to: name(to, column, row), isDone: false });
  }
}

function crossing(edge, column, row, a, b, c, d) {
  if (edge === 0) { return [column + part(a, b), row]; }
  if (edge === 1) { return [column + 1, row + part(b, c)]; }
  if (edge === 2) { return [column + part(d, c), row + 1]; }
  return [column, row + part(a, d)];
}

function part(one, other) { return one / (one - other); }

// Two squares share an edge: it bears the same name in both.
function name(edge, column, row) {
  const isFlat = edge === 0 || edge === 2;
  const x = edge === 1 ? column + 1 : column, y = edge === 2 ? row + 1 : row;
  return ((y + 2) * 4096 + x + 2) * 2 + (isFlat ? 0 : 1);
}
