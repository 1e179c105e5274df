// Keeps the page of a running job up to date; without it the page reloads itself.
(function () {
  "use strict";
  const page = document.getElementById("job");
  const EVERY = 700;

  function show(text) {
    const job = new DOMParser().parseFromString(text, "text/html").getElementById("job");
    if (!job || job.dataset.state !== page.dataset.state) { window.location.reload(); return; }
    page.querySelector("#stages").replaceChildren(...job.querySelector("#stages").children);
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
