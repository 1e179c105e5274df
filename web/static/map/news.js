// What counts as new: since the reader's last visit, the last synthesis, or a day in the address.

import { seconds } from "./model.js";

// The cookie `seen` holds "PREVIOUS.LATEST": when the reader's last and present visits began.
function lastVisit() {
  const found = document.cookie.match(/(?:^|;\s*)seen=(\d+)\.(\d+)/);
  return found && Number(found[1]) > 0 ? Number(found[1]) : null;
}

// Kind -> flags of passages that are new since then; kinds nobody can tell are left out.
export function newsOf(model, { synthesisAt, since }) {
  const news = new Map(), visit = lastVisit();
  if (visit !== null) { news.set("visit", model.newSince(visit, true)); }
  if (synthesisAt) { news.set("synthesis", model.newSince(seconds(synthesisAt), false)); }
  if (since && /^\d{4}-\d{2}-\d{2}$/.test(since)) {
    news.set("day", model.newSince(seconds(since), false));
  }
  return news;
}

export function total(flags) { return flags.reduce((sum, flag) => sum + flag, 0); }
