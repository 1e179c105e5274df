// Keys for the outline: up and down through the ideas in sight, right and left to unfold and fold,
// Home and End, and letters that lead to the next idea beginning with them.
//
// The outline stays what it is in the page: lists with native disclosure, not role="tree". A tree
// may hold nothing but names: the counts, marks and links beside an idea would be flattened into one
// long name, and links could not be reached. Screen readers read lists and "expanded" very well,
// and their own arrow keys go on working, as these keys act only while an idea's link has the focus.
const PAUSE_MS = 700;

function shown(outline) {
  return [...outline.querySelectorAll("a[data-idea]")].filter((link) => link.checkVisibility
    ? link.checkVisibility() : link.getClientRects().length > 0);
}

function item(link) { return link.closest("li"); }

function folds(link) { return item(link).querySelector(":scope > details"); }

function above(link) {
  const parent = item(link).parentElement.closest("li");
  return parent && parent.querySelector("a[data-idea]");
}

function step(outline, link, by) {
  const links = shown(outline);
  return links[links.indexOf(link) + by];
}

function unfold(outline, link) {
  const within = folds(link);
  if (!within) { return null; }
  if (within.open) { return step(outline, link, 1); }
  within.open = true;
  return link;
}

function fold(link) {
  const within = folds(link);
  if (within && within.open) { within.open = false; return link; }
  return above(link);
}

function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

function named(outline, link, typed) {
  const links = shown(outline), here = links.indexOf(link);
  const from = typed.length > 1 ? here : here + 1;
  const round = [...links.slice(from), ...links.slice(0, from)];
  return round.find((one) => plain(one.textContent).startsWith(typed));
}

export function addKeys(outline) {
  let typed = "", last = 0;
  const isRightToLeft = () => getComputedStyle(outline).direction === "rtl";

  function type(link, key, now) {
    typed = now - last > PAUSE_MS ? plain(key) : typed + plain(key);
    last = now;
    return named(outline, link, typed);
  }

  function target(event, link) {
    const links = shown(outline);
    const inward = isRightToLeft() ? "ArrowLeft" : "ArrowRight";
    switch (event.key) {
      case "ArrowDown": return step(outline, link, 1);
      case "ArrowUp": return step(outline, link, -1);
      case "Home": return links[0];
      case "End": return links[links.length - 1];
      case "ArrowLeft": case "ArrowRight":
        return event.key === inward ? unfold(outline, link) : fold(link);
      default:
        return /^\S$/u.test(event.key) ? type(link, event.key, event.timeStamp) : undefined;
    }
  }

  outline.addEventListener("keydown", (event) => {
    const link = event.target.closest("a[data-idea]");
    if (!link || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const next = target(event, link);
    if (next === undefined) { return; }
    event.preventDefault();
    if (next) { next.focus(); }
  });
}

function start() {
  const outline = document.getElementById("outline");
  if (!outline) { return; }
  addKeys(outline);
  outline.dataset.ready = "";
  const hint = document.getElementById("outline-keys");
  if (hint) { hint.hidden = false; }
}

start();
document.addEventListener("page-renewed", start); // a correction has made it anew
