// Keeps the page of jobs up to date; without it the page reloads itself.
(function () {
  "use strict";
  const page = document.getElementById("job");
  const EVERY = 700;
  const PARTS = ["stages", "job-log"];

  function show(text) {
    const job = new DOMParser().parseFromString(text, "text/html").getElementById("job");
    if (!job || job.dataset.state !== page.dataset.state) { window.location.reload(); return; }
    PARTS.forEach(function (part) {
      const there = document.getElementById(part);
      const fresh = job.querySelector("#" + part);
      if (there && fresh && there.innerHTML !== fresh.innerHTML) {
        there.replaceChildren(...fresh.childNodes);
      }
    });
    const state = document.getElementById("job-state");
    const told = job.querySelector("#job-state");
    if (state && told && state.textContent !== told.textContent) {
      state.textContent = told.textContent;
    }
    window.setTimeout(ask, EVERY);
  }

  function ask() {
    fetch(window.location.href)
      .then(function (answer) {
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(show)
      .catch(function () { window.setTimeout(ask, 5 * EVERY); });
  }

  window.setTimeout(ask, EVERY);
}());
