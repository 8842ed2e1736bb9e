/* Boards that take turns: /wall?rotate=30&boards=overview,supply. All hang behind each other and stay drawn; turning only
 * changes which one is seen. A touched wall waits for the hand to be gone; a board whose data are missing is passed over. */
(() => {
  "use strict";
  const TOUCHED_SECONDS = 60;
  const LEAST_SECONDS = 3;
  let touched = -Infinity;
  let turned = performance.now();

  const seconds = () => Number(new URLSearchParams(window.location.search).get("rotate")) || 0;
  const isOpen = (board) => !board.querySelector(".gate.is-shut");

  function next() {
    const boards = [...document.querySelectorAll(".wall")];
    const at = boards.findIndex((board) => board.classList.contains("is-shown"));
    for (let step = 1; step < boards.length; step += 1) {
      const other = boards[(at + step) % boards.length];
      if (!isOpen(other)) continue;
      boards[at].classList.remove("is-shown");
      other.classList.add("is-shown");
      return;
    }
  }

  window.setInterval(() => {
    const now = performance.now();
    const isRead = new URLSearchParams(window.location.search).has("explain") || now - touched < TOUCHED_SECONDS * 1000;
    if (!seconds() || isRead) turned = now;
    else if (now - turned >= Math.max(LEAST_SECONDS, seconds()) * 1000) {
      turned = now;
      next();
    }
  }, 500);
  ["pointermove", "pointerdown", "keydown"].forEach((kind) =>
    document.addEventListener(kind, () => (touched = performance.now()), { passive: true })
  );
})();
