() => {
  const problems = [];
  const boards = [...document.querySelectorAll(".wall.is-shown")];
  if (boards.length !== 1) return { version: "", problems: [`${boards.length} boards shown`] };
  const board = boards[0];
  const name = board.dataset.board;
  const say = (words) => problems.push(`${name}: ${words}`);
  const cards = [...board.querySelectorAll(".card, .tile")].map((each) => [each.dataset.card, each.getBoundingClientRect()]);
  for (const [card, box] of cards) {
    if (box.width < 40 || box.height < 40) say(`${card} has no size`);
    if (box.right > innerWidth + 1 || box.bottom > innerHeight + 1) say(`${card} leaves the screen`);
  }
  cards.forEach(([card, a], at) =>
    cards.slice(at + 1).forEach(([other, b]) => {
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) say(`${card} overlaps ${other}`);
    })
  );
  board.querySelectorAll(".tile-value").forEach((each) => {
    if (!each.innerText.trim()) say("an empty number");
    if (each.scrollWidth > each.clientWidth + 1) say(`a cut number ${each.innerText}`);
  });
  if (!board.querySelector(".tile-value")) say("no numbers");
  board.querySelectorAll(".dash-graph").forEach((each) => {
    const plot = each.querySelector(".main-svg");
    if (!plot || plot.getBoundingClientRect().height < 40) say(`${each.id} is blank`);
  });
  if (board.querySelector(".skeleton")) say("a skeleton");
  const problem = board.querySelector(".wall-problem");
  if (problem && problem.innerText.trim()) say(`says ${problem.innerText.trim().slice(0, 120)}`);
  document.querySelectorAll(".js-plotly-plot").forEach((each) => {
    if (document.querySelector("[data-same]") && each.dataset.same !== "yes") say("a chart was mounted anew");
  });
  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight) say("a scroll bar");
  const stamp = board.querySelector("[data-stamp]");
  if (!stamp) say("no stamp");
  return { version: stamp ? stamp.dataset.stamp.split(" · ").pop() : "", problems: problems };
};
