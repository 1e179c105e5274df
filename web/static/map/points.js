// The passages of the map, as /api/d/SLUG/points gives them: 16 bytes each, little-endian.

export const UNPLACED = 65535;
// As the platform says; and as the words tell.
export const FOR = 1, AGAINST = 2, READ_FOR = 3, READ_AGAINST = 4;
const SIZE = 16, GRID = 65535;

export function readPoints(buffer) {
  const n = Math.floor(buffer.byteLength / SIZE), view = new DataView(buffer);
  const points = {
    n,
    x: new Float32Array(n), y: new Float32Array(n), // 0..1, y downwards
    idea: new Uint16Array(n), stance: new Uint8Array(n), batch: new Uint8Array(n),
    posted: new Uint32Array(n), passage: new Uint32Array(n),
  };
  for (let i = 0, at = 0; i < n; i += 1, at += SIZE) {
    points.x[i] = view.getUint16(at, true) / GRID;
    points.y[i] = view.getUint16(at + 2, true) / GRID;
    points.idea[i] = view.getUint16(at + 4, true);
    points.stance[i] = view.getUint8(at + 6);
    points.batch[i] = view.getUint8(at + 7);
    points.posted[i] = view.getUint32(at + 8, true);
    points.passage[i] = view.getUint32(at + 12, true);
  }
  return points;
}
