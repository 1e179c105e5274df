// Correcting in place: the menus and forms of corrections, which are pages of their own, are put
// beside what they correct. A correction is sent without leaving the page; what is shown is then
// made anew, and a note with Undo appears. Without this script the same pages do the same work.

import { enhance } from "./combobox.js";

const TOAST = "toast"; // in sessionStorage: the note to show once the next page is there
const parser = new DOMParser();
let open = null; // { link, menu, form, replaced }: what is open now

async function fetched(address, options) {
  const response = await fetch(address, { credentials: "same-origin", ...options });
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  return { response, told: isJson ? await response.json() : null, page: isJson ? null : parser.parseFromString(await response.text(), "text/html") };
}

function here() { return location.pathname + location.search; }

// -- the menu -----------------------------------------------------------------------------------

async function openMenu(link) {
  const isOpen = open?.link === link && open.menu;
  close({ isFocused: false });
  if (isOpen) { link.focus(); return; }
  const address = `${link.dataset.menu}?${new URLSearchParams({ then: here() })}`;
  const { page } = await fetched(address);
  const menu = page?.querySelector(".correct-menu");
  if (!menu) { location.assign(link.href); return; }
  link.setAttribute("aria-expanded", "true");
  link.insertAdjacentElement("afterend", menu);
  open = { link, menu };
  menu.querySelector("a").focus({ preventScroll: true });
  menu.scrollIntoView({ block: "nearest" });
}

function close({ isFocused = true } = {}) {
  if (!open) { return; }
  const { link, menu, form, replaced } = open;
  open = null;
  menu?.remove();
  form?.remove();
  if (replaced) { replaced.hidden = false; }
  link.removeAttribute("aria-expanded");
  if (isFocused) { link.focus(); }
}

// Who leaves a form to what others did meanwhile sees that.
async function leave() {
  const { link, form } = open, isOvertaken = form.querySelector("#correct-conflict") !== null;
  close();
  if (!isOvertaken) { return; }
  if (document.getElementById("map")) { location.reload(); return; }
  await refresh();
  document.querySelector(`[data-menu="${CSS.escape(link.dataset.menu)}"]`)?.focus({ preventScroll: true });
}

// Arrow keys go through the menu, as in other menus; Tab does too.
function walk(event) {
  const links = [...open.menu.querySelectorAll("a")], at = links.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const to = event.key === "Home" ? 0 : event.key === "End" ? links.length - 1 : at + step;
  links[(to + links.length) % links.length].focus();
  event.preventDefault();
}

// -- the form -----------------------------------------------------------------------------------

async function openForm(address) {
  document.querySelector(".toast.is-floating")?.remove(); // nothing lies over a form
  const { page } = await fetched(address);
  const form = page?.querySelector(".correction");
  if (!form) { location.assign(address); return; }
  const { link, menu } = open, host = link.closest("[data-corrects]") ?? link.parentElement;
  menu?.remove();
  link.removeAttribute("aria-expanded");
  const replaced = host.querySelector(`[data-place="${form.dataset.kind}"]`);
  if (replaced) { replaced.after(form); replaced.hidden = true; } else { link.closest("p, footer, div").after(form); }
  open = { link, menu: null, form, replaced };
  settle(form, replaced);
  firstField(form).focus();
}

// One level below the heading that the form stands under, or that of the title in whose place it is.
function levelOf(form, replaced) {
  if (replaced?.matches("h1")) { return 1; }
  const isBefore = (one) => !form.contains(one) && one.compareDocumentPosition(form) & Node.DOCUMENT_POSITION_FOLLOWING;
  const above = [...document.querySelectorAll("h1, h2, h3, h4, h5")].filter(isBefore).at(-1);
  return above ? Number(above.tagName[1]) + 1 : 2;
}

function settle(form, replaced) {
  const title = form.querySelector("h1"), heading = document.createElement(`h${levelOf(form, replaced)}`);
  for (const { name, value } of title?.attributes ?? []) { heading.setAttribute(name, value); }
  if (title) { heading.append(...title.childNodes); title.replaceWith(heading); }
  enhance(form);
}

function firstField(form) {
  const notice = form.querySelector("[role=alert]");
  if (notice) { notice.tabIndex = -1; return notice; }
  return form.querySelector("input:checked, input:not([type=hidden], [type=radio]), textarea, select, input[type=radio]") ?? form.querySelector("button");
}

function renew(page) {
  const form = page.querySelector(".correction");
  if (!form) { return false; }
  open.form.replaceWith(form);
  open.form = form;
  settle(form, open.replaced);
  firstField(form).focus();
  return true;
}

async function send(form) {
  const button = form.querySelector("button:not([form])"), body = new FormData(form);
  button.disabled = true;
  try {
    const { told, page } = await fetched(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    if (told?.said) { await done({ ...told, token: body.get("csrf_token") }); } else if (!page || !open || !renew(page)) { form.submit(); }
  } catch { form.submit(); } finally { button.disabled = false; }
}

async function search(form) {
  const { page } = await fetched(`${form.action}?${new URLSearchParams(new FormData(form))}`);
  if (page && renew(page)) { document.getElementById("correct-q").focus(); }
}

// -- what follows -------------------------------------------------------------------------------

// The page that is shown is made anew in place; another page, and the map, are gone to.
export async function done({ said, undo, address, token }) {
  const key = open?.link.dataset.menu;
  close({ isFocused: false });
  const to = new URL(address, location.href);
  if (to.pathname !== location.pathname || document.getElementById("map")) {
    sessionStorage.setItem(TOAST, JSON.stringify({ said, undo, token }));
    if (to.pathname !== location.pathname) { location.assign(address); } else { location.reload(); }
    return;
  }
  await refresh();
  const again = document.querySelector(`[data-menu="${CSS.escape(key ?? "")}"]`) ?? document.getElementById("main");
  again.focus({ preventScroll: true }); // what was corrected may stand elsewhere now
  toast({ said, undo, token });
}

async function refresh() {
  const { response, page } = await fetched(location.href);
  const main = document.getElementById("main"), fresh = page?.getElementById("main");
  if (!response.ok || !fresh) { location.reload(); return; }
  const unfolded = [...main.querySelectorAll("details[open] > summary")].map((one) => one.parentElement.closest("li")?.querySelector("a[data-idea]")?.dataset.idea);
  const scroll = window.scrollY;
  main.replaceChildren(...fresh.childNodes);
  document.title = page.title;
  for (const id of unfolded.filter(Boolean)) {
    const within = main.querySelector(`a[data-idea="${CSS.escape(id)}"]`)?.closest("li")?.querySelector(":scope > details");
    if (within) { within.open = true; }
  }
  window.scrollTo({ top: scroll, behavior: "instant" });
  document.dispatchEvent(new Event("page-renewed"));
}

// The note stays until it is closed or the next one comes: nobody has to hurry.
export function toast({ said, undo, token }) {
  document.querySelectorAll(".toast").forEach((one) => one.remove());
  const template = document.getElementById("toast-words"), note = document.createElement("div");
  note.className = "notice notice-done toast is-floating";
  note.setAttribute("role", "status");
  document.body.append(note);
  const words = document.createElement("span");
  words.textContent = said;
  note.append(words);
  if (undo) { note.append(button(template.dataset.undo, () => takeBack(undo, token), "plain toast-undo")); }
  note.append(button(template.dataset.close, () => note.remove(), "plain"));
}

function button(words, onClick, classes) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: classes, textContent: words });
  if (classes.includes("toast-undo")) { made.setAttribute("aria-keyshortcuts", "Control+Z"); }
  made.addEventListener("click", onClick);
  return made;
}

async function takeBack(undo, token) {
  const body = new FormData();
  body.set("csrf_token", token);
  body.set("then", here());
  const { told } = await fetched(undo, { method: "POST", body, headers: { Accept: "application/json" } });
  if (told?.said) { await done({ ...told, token }); } else if (told?.problem) { problem(told.problem); } else { location.reload(); }
}

export function problem(text) {
  toast({ said: text });
  document.querySelector(".toast").classList.replace("notice-done", "notice-problem");
}

// Sends a form that nobody needs to see: what it asks was told by a gesture.
export async function correctAtOnce(address, values) {
  const { page } = await fetched(address);
  const form = page?.querySelector(".correction form[method=post]");
  if (!form) { location.assign(address); return; }
  const body = new FormData(form);
  for (const [name, value] of Object.entries({ ...values, then: here() })) { body.set(name, value); }
  const sent = await fetched(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (sent.told?.said) { await done({ ...sent.told, token: body.get("csrf_token") }); return; }
  const why = sent.page?.querySelector("[role=alert]")?.textContent.trim();
  if (why) { problem(why); } else { location.assign(address); }
}

// -- events -------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
  const menu = event.target.closest("a[data-menu]"), form = event.target.closest("a[data-correct]");
  if (menu) { event.preventDefault(); openMenu(menu); } else if (form && open?.menu) {
    event.preventDefault(); openForm(form.href);
  } else if (event.target.closest("[data-leave]") && open?.form) { event.preventDefault(); leave(); } else if (open?.menu && !event.target.closest(".correct-menu")) { close({ isFocused: false }); }
});

document.addEventListener("submit", (event) => {
  if (!open?.form?.contains(event.target)) { return; }
  event.preventDefault();
  if (event.target.id === "correct-search") { search(event.target); } else { send(event.target); }
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select"), isChoosing = event.target.getAttribute?.("aria-expanded") === "true" && event.target.matches("input");
  if (event.key === "Escape" && open && !isChoosing) { event.stopPropagation(); close(); return; } // an open list closes first
  if (open?.menu?.contains(event.target) && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) { walk(event); return; }
  if (event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !isTyping) { document.querySelector(".toast-undo")?.click(); }
}, true);

const kept = sessionStorage.getItem(TOAST);
if (kept) { sessionStorage.removeItem(TOAST); toast(JSON.parse(kept)); }
