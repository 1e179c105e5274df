// Moving ideas in the outline with the mouse: take one by its handle, let it go on the idea that it
// belongs under, or at the top. With the keyboard, and by touch, the menu "Correct" does the same.

import { correctAtOnce } from "./correct.js";

let taken = null; // the item that is being moved

function item(node) { return node.closest?.("#outline li"); }

function idOf(li) { return li.querySelector("a[data-idea]").dataset.idea; }

function accepts(li) { return taken && li && !taken.contains(li) && item(taken.parentElement) !== li; }

function mark(li) {
  document.querySelectorAll(".is-target").forEach((one) => one.classList.remove("is-target"));
  li?.classList.add("is-target");
}

function end() {
  mark(null);
  taken?.classList.remove("is-taken");
  taken = null;
  const top = document.getElementById("outline-top");
  if (top) { top.hidden = true; }
}

function begin(event) {
  if (!event.target.matches?.(".grip")) { return; }
  taken = item(event.target);
  taken.classList.add("is-taken");
  event.dataTransfer.setData("text/plain", idOf(taken));
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setDragImage(taken, 0, 0);
  // Shown after the browser has begun: a page that moves under the pointer ends the drag.
  const isBelow = item(taken.parentElement) !== null;
  window.setTimeout(() => { if (taken) { document.getElementById("outline-top").hidden = !isBelow; } }, 0);
}

function over(event) {
  const top = event.target.closest?.("#outline-top"), li = item(event.target);
  if (!taken || !(top || accepts(li))) { mark(null); return; }
  event.preventDefault();
  mark(top ?? li);
}

function drop(event) {
  const top = event.target.closest?.("#outline-top"), li = item(event.target);
  if (!taken || !(top || accepts(li))) { return; }
  event.preventDefault();
  const address = `${taken.querySelector("[data-menu]").dataset.menu}/move`, other = top ? "top" : idOf(li);
  end();
  correctAtOnce(address, { other });
}

function start() {
  const outline = document.getElementById("outline");
  if (!outline || document.querySelector(".grip")) { return; }
  for (const link of outline.querySelectorAll("a[data-idea]")) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.draggable = true;
    grip.setAttribute("aria-hidden", "true");
    grip.textContent = "⠿";
    link.before(grip, " ");
  }
}

document.addEventListener("dragstart", begin);
document.addEventListener("dragover", over);
document.addEventListener("drop", drop);
document.addEventListener("dragend", end);
document.addEventListener("page-renewed", start);
start();
