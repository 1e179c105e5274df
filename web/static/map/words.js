// Words come from the page, in its language; this fills them in.

const { lang } = document.documentElement;
const tongue = lang === "en" ? "en-GB" : lang; // as the server writes dates and numbers
const digits = new Intl.NumberFormat(tongue), plural = new Intl.PluralRules(tongue);
const days = new Intl.DateTimeFormat(tongue, { dateStyle: "long", timeZone: "UTC" });

export function number(n) { return digits.format(n); }

export function day(time) { return days.format(new Date(time)); }

// "by {name}" -> "by Ann"
export function say(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// forms: { one: "{n} voice", other: "{n} voices" }
export function counted(forms, n) {
  return say(forms[plural.select(n)] ?? forms.other, { n: number(n) });
}

// An element with a class and what it holds: words, elements, or nothing (null).
export function element(tag, classes, ...inside) {
  const made = document.createElement(tag);
  if (classes) { made.className = classes; }
  made.append(...inside.filter((one) => one !== null));
  return made;
}

// As long as `most` letters, cut at a word.
export function shortened(words, most) {
  const plain = words.replace(/\s+/g, " ").trim();
  return plain.length <= most ? plain : `${plain.slice(0, most).replace(/\s+\S*$/, "")}…`;
}
