// What the map takes from its libraries; bundle.sh makes d3-zoom-kdbush.js of it.
export { zoom, zoomIdentity, zoomTransform } from "d3-zoom";
export { select } from "d3-selection";
export { default as KDBush } from "kdbush";
