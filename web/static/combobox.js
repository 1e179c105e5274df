// A search field that finds while one types (the combobox of the ARIA Authoring Practices): arrow
// keys go through what was found, Enter chooses, Escape closes. What is found is asked from the
// form's own page, so that only what may be chosen is offered.

const PAUSE_MS = 180;
const parser = new DOMParser();

export function enhance(form) {
  const finder = form.querySelector(".finder"), field = finder?.querySelector("input");
  if (!field) { return; }
  new Combobox(form, finder, field);
}

class Combobox {
  constructor(form, finder, field) {
    Object.assign(this, { form, finder, field, options: [], at: -1 });
    this.list = Object.assign(document.createElement("ul"), { id: "correct-found", className: "found", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", finder.querySelector("label").textContent);
    this.status = Object.assign(document.createElement("p"), { className: "soft" });
    this.status.setAttribute("role", "status");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": this.list.id, "aria-autocomplete": "list" })) {
      field.setAttribute(name, value);
    }
    finder.append(this.list, this.status);
    finder.querySelector("button").hidden = true;
    field.addEventListener("input", () => { window.clearTimeout(this.timer); this.timer = window.setTimeout(() => this.ask(), PAUSE_MS); });
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => { // before the field loses the focus
      const found = event.target.closest("[role=option]");
      if (found) { event.preventDefault(); this.choose(this.options.findIndex((one) => one.node === found)); }
    });
  }

  async ask() {
    const search = this.form.querySelector("#correct-search"), words = this.field.value.trim();
    if (!words) { this.close(); this.status.textContent = ""; return; }
    const response = await fetch(`${search.action}?${new URLSearchParams({ q: words })}`, { credentials: "same-origin" });
    if (!response.ok || this.field.value.trim() !== words) { return; } // another word was typed meanwhile
    const page = parser.parseFromString(await response.text(), "text/html");
    this.show([...page.querySelectorAll(".candidates .choice")].filter((one) => /^\d+$/.test(one.querySelector("input").value)));
  }

  show(choices) {
    this.options = choices.map((choice, n) => {
      const node = document.createElement("li");
      node.id = `correct-found-${n}`;
      node.setAttribute("role", "option");
      node.append(...choice.querySelector("label").cloneNode(true).childNodes);
      return { node, choice };
    });
    this.list.replaceChildren(...this.options.map((one) => one.node));
    const { none, found } = this.finder.dataset;
    this.status.textContent = choices.length ? found.replace("{n}", choices.length) : none;
    this.list.hidden = !choices.length;
    this.field.setAttribute("aria-expanded", String(choices.length > 0));
    this.mark(choices.length ? 0 : -1);
  }

  mark(at) {
    this.at = at;
    this.options.forEach(({ node }, n) => node.setAttribute("aria-selected", String(n === at)));
    const node = this.options[at]?.node;
    if (node) { this.field.setAttribute("aria-activedescendant", node.id); node.scrollIntoView({ block: "nearest" }); } else { this.field.removeAttribute("aria-activedescendant"); }
  }

  close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.mark(-1);
  }

  key(event) {
    const isOpen = !this.list.hidden, n = this.options.length;
    if (event.key === "Enter") {
      event.preventDefault(); // never sends the form unseen
      if (isOpen && this.at >= 0) { this.choose(this.at); } else { this.ask(); }
    } else if (event.key === "Escape" && isOpen) { event.preventDefault(); event.stopPropagation(); this.close(); } else if (event.key === "ArrowDown" && n) { event.preventDefault(); this.reveal(); this.mark((this.at + 1) % n); } else if (event.key === "ArrowUp" && n) { event.preventDefault(); this.reveal(); this.mark((this.at - 1 + n) % n); }
  }

  reveal() { this.list.hidden = false; this.field.setAttribute("aria-expanded", "true"); }

  // What is chosen stands among the choices of the form, ticked.
  choose(at) {
    const { choice } = this.options[at], value = choice.querySelector("input").value;
    let radio = this.form.querySelector(`input[name=other][value="${CSS.escape(value)}"]`);
    if (!radio) {
      this.finder.before(choice);
      radio = choice.querySelector("input");
    }
    radio.checked = true;
    this.field.value = "";
    this.close();
    this.status.textContent = "";
    radio.focus();
  }
}
