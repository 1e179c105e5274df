// Keeps the page of a running job up to date; without it the page reloads itself.
(function () {
  "use strict";
  const page = document.getElementById("job");
  const rows = document.getElementById("stages");
  const EVERY = 700;

  function duration(seconds) {
    const whole = Math.round(seconds);
    if (whole < 60) { return whole ? whole + " s" : "under 1 s"; }
    if (whole < 3600) { return Math.floor(whole / 60) + " min " + whole % 60 + " s"; }
    return Math.floor(whole / 3600) + " h " + Math.floor(whole % 3600 / 60) + " min";
  }

  function cell(kind, text) {
    const made = document.createElement(kind);
    made.textContent = text;
    return made;
  }

  function row(stage) {
    const made = document.createElement("tr"), name = cell("th", stage.name);
    name.scope = "row";
    const done = stage.done.toLocaleString("en") +
      (stage.total ? " of " + stage.total.toLocaleString("en") : "") + " " + stage.unit;
    const count = cell("td", done + " ");
    if (stage.total) {
      const bar = document.createElement("progress");
      bar.max = stage.total;
      bar.value = stage.done;
      bar.setAttribute("aria-label", stage.name);
      count.append(bar);
    }
    const time = cell("td", duration(stage.seconds) +
      (stage.rate ? ", " + stage.rate.toFixed(1) + " a second" : "") +
      (stage.seconds_left ? ", about " + duration(stage.seconds_left) + " left" : ""));
    made.append(name, count, time);
    return made;
  }

  function show(job) {
    if (job.state !== page.dataset.state) { window.location.reload(); return; }
    if (job.stages.length) { rows.replaceChildren(...job.stages.map(row)); }
    window.setTimeout(ask, EVERY);
  }

  function ask() {
    fetch(page.dataset.job)
      .then(function (answer) {
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.json();
      })
      .then(show)
      .catch(function () { window.setTimeout(ask, 5 * EVERY); });
  }

  window.setTimeout(ask, EVERY);
}());
