// The legend under the map: what each mark means, how many there are, and what stands out.

import { day, number, say } from "./words.js";

export class Legend {
  // onShow(name or null): somebody wants these passages to stand out, or all alike again.
  constructor(node, onShow) {
    this.node = node;
    this.buttons = [...node.querySelectorAll("button[data-show]")];
    for (const button of this.buttons) {
      button.addEventListener("click", () => {
        onShow(button.getAttribute("aria-pressed") === "true" ? null : this.nameOf(button));
      });
    }
  }

  nameOf({ dataset }) { return { show: dataset.show, since: dataset.since ?? null }; }

  // counts: by name of what is shown; "new" ones by what they are new since ("new visit"). since:
  // the day in the address, if there is one.
  tell(counts, since) {
    for (const button of this.buttons) {
      const n = counts[this.key(button)] ?? 0;
      button.hidden = n === 0;
      button.querySelector(".counts").textContent = number(n);
      const { words } = button.dataset;
      if (words && n) { button.querySelector(".legend-words").textContent = say(words, { day: day(since) }); }
    }
    this.node.hidden = false;
  }

  mark({ show, since }) {
    for (const button of this.buttons) {
      const isSame = button.dataset.show === show && (show !== "new" || button.dataset.since === since);
      button.setAttribute("aria-pressed", String(isSame));
    }
  }

  key({ dataset }) { return dataset.since ? `${dataset.show} ${dataset.since}` : dataset.show; }
}
