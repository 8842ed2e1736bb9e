/* Tells a program that pictures the page when it is whole: <body data-ready="1" data-version="v00000042">.
 *
 * Whole means: the stamp is there, no tile waits for its content, every chart is drawn, and nothing changed for half a
 * second. A tile that reports a problem gives <body data-problem="what it says"> instead. */
(() => {
  "use strict";
  const EVERY = 100;
  const STILL = 5;
  let still = 0;
  let before = "";

  const all = (selector) => Array.from(document.querySelectorAll(selector));

  function look() {
    const problem = all('[id$="-problem"]').map((element) => element.innerText.trim()).find((words) => words);
    if (problem) {
      document.body.dataset.problem = problem;
      return true;
    }
    const stamp = document.querySelector("[data-stamp]");
    const charts = all(".js-plotly-plot");
    const waiting =
      !stamp ||
      all('[id$="-body"] .skeleton, [data-dash-is-loading]').length > 0 ||
      all(".dash-graph").some((graph) => !graph.querySelector(".main-svg")) ||
      charts.some((chart) => !chart.querySelector(".main-svg"));
    const now = waiting ? "" : [document.body.innerText.length, all("*").length, document.body.scrollHeight].join(" ");
    still = now && now === before ? still + 1 : 0;
    before = now;
    if (still < STILL) return false;
    document.body.dataset.version = stamp.dataset.stamp.split(" · ").pop();
    document.body.dataset.ready = "1";
    return true;
  }

  const timer = window.setInterval(() => {
    if (document.body && look()) window.clearInterval(timer);
  }, EVERY);
})();
