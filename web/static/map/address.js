// The view in the address: ?z=&x=&y= what is seen, ?idea= what is chosen, ?show= what is told apart,
// ?since= what counts as new, ?mark=X,Y a pin and ?ideas=ID,ID what somebody points at.

const SHOWN = new Set(["new", "for", "against", "unplaced"]);

export function readAddress() {
  const asked = new URLSearchParams(window.location.search);
  const number = (name) => {
    const value = Number.parseFloat(asked.get(name) ?? "");
    return Number.isFinite(value) ? value : null;
  };
  const [z, x, y] = [number("z"), number("x"), number("y")];
  const mark = (asked.get("mark") ?? "").split(",").map(Number);
  const isMark = mark.length === 2 && mark.every((part) => part >= 0 && part <= 1);
  return {
    view: z !== null && x !== null && y !== null ? { k: z, x, y } : null,
    idea: number("idea"),
    ideas: (asked.get("ideas") ?? "").split(",").map(Number).filter((id) => id > 0),
    mark: isMark && asked.get("mark") ? mark : null,
    show: SHOWN.has(asked.get("show")) ? asked.get("show") : null,
    since: asked.get("since"),
  };
}

// isStep: worth going back to.
export function writeAddress({ view, idea, show, since }, { isStep }) {
  const asked = new URLSearchParams(window.location.search);
  const put = (name, value) => {
    if (value === null) { asked.delete(name); } else { asked.set(name, value); }
  };
  const isWhole = view === null;
  put("z", isWhole ? null : view.k.toFixed(2));
  put("x", isWhole ? null : view.x.toFixed(4));
  put("y", isWhole ? null : view.y.toFixed(4));
  put("idea", idea); put("show", show); put("since", since);
  const told = asked.toString().replaceAll("%2C", ",");
  const to = window.location.pathname + (told ? `?${told}` : "") + window.location.hash;
  if (isStep) { window.history.pushState(null, "", to); } else { window.history.replaceState(null, "", to); }
}
