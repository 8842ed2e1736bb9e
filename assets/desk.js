/* What a person can reach from any desk page: the command palette, saved views, annotations, shortcuts, short notices.
 *
 * Nothing of it is drawn before it is asked for; its words and lists come from /desk/palette, what is written goes to
 * /keep/. A change of annotations draws the page again (fbi.again), a change of views too, for Explore lists them. */
(() => {
  "use strict";

  const NAME = "fbi-name";
  const TYPING = "input, textarea, select, [contenteditable=true], .ag-root";
  let choices = null;
  let going = 0;

  const onWall = () => document.documentElement.dataset.board === "wall";
  const language = () => (document.documentElement.lang || "zh").slice(0, 2);
  const text = (name) => (choices && choices.texts[name]) || "";

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([name, value]) => {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
    });
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  async function load() {
    const answer = await fetch("/desk/palette?lang=" + language(), { cache: "no-store" });
    if (!answer.ok) throw new Error("status " + answer.status);
    choices = await answer.json();
    return choices;
  }

  async function keep(path, said) {
    const answer = await fetch("/keep/" + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(said),
    });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.error || text("failed"));
    return told;
  }

  /* ---- short notices: seen and read out, gone by themselves ---- */

  function toast(words, tone) {
    let place = document.getElementById("toasts");
    if (!place) {
      place = make("div", { id: "toasts", class: "toasts", role: "status", "aria-live": "polite" });
      document.body.append(place);
    }
    const one = make("div", { class: "toast" + (tone ? " is-" + tone : "") }, words);
    place.append(one);
    window.setTimeout(() => one.remove(), tone ? 8000 : 4000);
  }

  /* ---- a window over the page; the browser keeps the focus inside and gives it back ---- */

  function dialog(title, ...content) {
    document.querySelectorAll("dialog.desk").forEach((open) => open.close());
    const heading = make("h2", { class: "desk-title", id: "desk-title" }, title);
    const close = make("button", { class: "icon-button desk-close", type: "button", "aria-label": text("cancel") }, "✕");
    const box = make("dialog", { class: "desk", "aria-labelledby": "desk-title" }, heading, close, ...content);
    close.addEventListener("click", () => box.close());
    box.addEventListener("close", () => box.remove());
    box.addEventListener("click", (event) => event.target === box && box.close());
    document.body.append(box);
    box.showModal();
    return box;
  }

  function field(label, attributes, tag) {
    const input = make(tag || "input", { class: "desk-input", ...attributes });
    return [make("label", { class: "desk-field" }, make("span", {}, label), input), input];
  }

  /* The name of whoever signs in; where nobody does, the one given last time. */
  function whoField() {
    if (choices.who) return [null, { value: choices.who }];
    return field(text("who"), { value: window.localStorage.getItem(NAME) || "", maxlength: 80, autocomplete: "name" });
  }

  function form(title, fields, act, ...more) {
    const said = make("div", { class: "desk-said", role: "alert" });
    const buttons = make("div", { class: "desk-buttons" }, make("button", { class: "button is-first" }, text("ok")));
    const body = make("form", { method: "dialog", class: "desk-form" }, ...fields, said, buttons);
    const box = dialog(title, body, ...more);
    body.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await act();
        box.close();
      } catch (error) {
        said.textContent = error.message;
      }
    });
    const first = body.querySelector("input:not([type=date])");
    if (first) first.focus();
    return box;
  }

  const state = () => {
    const params = new URLSearchParams(window.location.search);
    ["explain", "at", "part", "theme", "token"].forEach((name) => params.delete(name));
    return params.toString();
  };

  function remember(who) {
    if (!choices.who) window.localStorage.setItem(NAME, who);
  }

  /* ---- saved views ---- */

  async function saveView() {
    await load();
    const [named, name] = field(text("name"), { required: true, maxlength: 80, autocomplete: "off" });
    const [whose, who] = whoField();
    form(text("save_view"), [named, whose], async () => {
      remember(who.value);
      const kept = await keep("view", { name: name.value, page: window.location.pathname, state: state(), by: who.value });
      toast(text("saved") + " view:" + kept.name);
      window.fbi.again();
    });
  }

  async function renameView(old) {
    await load();
    const [named, name] = field(text("rename"), { required: true, maxlength: 80, value: old, autocomplete: "off" });
    form(text("rename"), [named], async () => {
      await keep("view/rename", { name: old, new: name.value });
      toast(text("renamed"));
      window.fbi.again();
    });
  }

  async function deleteView(name) {
    await load();
    form(text("sure"), [make("p", {}, name)], async () => {
      await keep("view/delete", { name: name });
      toast(text("deleted"));
      window.fbi.again();
    }).querySelector(".button.is-first").textContent = text("remove");
  }

  /* ---- annotations ---- */

  async function annotate(changed) {
    await load();
    const listed = await fetch("/desk/annotations?" + withLanguage(), { cache: "no-store" }).then((answer) => answer.json());
    const notes = Array.isArray(listed) ? listed : [];
    const newest = document.querySelector("[data-as-of-day]");
    const params = new URLSearchParams(window.location.search);
    const usual = (changed && changed.day) || params.get("day") || params.get("to") || (newest && newest.dataset.asOfDay) || "";
    const [dated, day] = field(text("day"), { type: "date", required: true, value: usual });
    const [told, words] = field(text("words"), { required: true, maxlength: 200, value: (changed && changed.words) || "" });
    const [whose, who] = changed ? [null, { value: "" }] : whoField();
    const scope = [...document.querySelectorAll(".chips .chip > span")].map((chip) => chip.title || chip.innerText).join(" · ");
    const belongs = make("p", { class: "card-note" }, `${text("scope")}: ${(changed && changed.scope) || scope || text("all_business")}`);
    const list = make("ul", { class: "desk-list" }, ...notes.map((note) => noteRow(note)));
    const below = [make("h3", {}, text("kept")), notes.length ? list : make("p", { class: "card-note" }, text("none"))];
    form(
      text("annotate"),
      [told, dated, belongs, whose],
      async () => {
        remember(who.value);
        await keep("annotation", { id: changed && changed.id, day: day.value, words: words.value, state: state(), by: who.value });
        toast(text("saved"));
        window.fbi.again();
      },
      ...below
    );
  }

  const withLanguage = () => {
    const params = new URLSearchParams(state());
    params.set("lang", language());
    return params.toString();
  };

  function noteRow(note) {
    const said = [note.day, note.by, note.scope].filter(Boolean).join(" · ");
    const remove = async () => {
      try {
        await keep("annotation/delete", { id: note.id });
        row.remove();
        toast(text("deleted"));
        window.fbi.again();
      } catch (error) {
        toast(error.message, "bad");
      }
    };
    const row = make(
      "li",
      {},
      make("div", {}, make("b", {}, note.words), make("div", { class: "card-note" }, said)),
      make("button", { class: "pill", type: "button", onclick: () => annotate(note) }, text("change")),
      make("button", { class: "pill", type: "button", onclick: remove }, text("remove"))
    );
    return row;
  }

  /* ---- the palette ---- */

  function entries() {
    const pages = choices.pages.map((page) => ({ kind: "pages", label: page.label, run: () => window.fbi.open(page.path) }));
    const commands = [
      ["save_view", "S", saveView],
      ["annotate", "A", () => annotate()],
      ["clear", "X", () => press("clear")],
      ["theme", "T", () => press("theme")],
      ["language", "L", switchLanguage],
      ["help", "?", help],
    ].map(([name, key, run]) => ({ kind: "commands", label: text(name), hint: key, run: run }));
    const views = choices.views.map((view) => ({ kind: "views", label: view.name, hint: view.by, run: () => window.fbi.visit(view.address) }));
    const metrics = choices.metrics.map((metric) => ({
      kind: "metrics",
      label: metric.label,
      hint: metric.area,
      also: metric.name,
      run: () => window.fbi.go("explain=" + metric.name + "&at=&part="),
      more: () => window.fbi.open("/explore?metrics=" + metric.name),
    }));
    return [...views, ...pages, ...commands, ...metrics];
  }

  /* Every word must be somewhere in the name; the earlier and the closer to its start, the better. */
  function score(entry, words) {
    const name = (entry.label + " " + (entry.also || "") + " " + (entry.hint || "")).toLowerCase();
    let total = 0;
    for (const word of words) {
      const at = name.indexOf(word);
      if (at < 0) return -1;
      total += at === 0 ? 3 : name[at - 1] === " " ? 2 : 1;
    }
    return total;
  }

  async function palette() {
    try {
      await load();
    } catch (_error) {
      return toast(text("failed") || "…", "bad");
    }
    const all = entries();
    const list = make("ul", { class: "desk-options", id: "desk-options", role: "listbox" });
    const input = make("input", {
      class: "desk-search",
      type: "text",
      role: "combobox",
      placeholder: text("search"),
      "aria-label": text("search"),
      "aria-controls": "desk-options",
      "aria-expanded": "true",
      autocomplete: "off",
      spellcheck: "false",
    });
    const box = dialog(text("search"), input, list);
    box.classList.add("is-palette");
    let shown = [];
    let chosen = 0;
    let asked = 0;
    let timer = null;

    function choose(at) {
      chosen = Math.max(0, Math.min(at, shown.length - 1));
      list.querySelectorAll("[role=option]").forEach((option, place) => option.setAttribute("aria-selected", place === chosen));
      const now = list.querySelectorAll("[role=option]")[chosen];
      if (now) {
        now.scrollIntoView({ block: "nearest" });
        input.setAttribute("aria-activedescendant", now.id);
      }
    }

    function run(at, more) {
      const entry = shown[at];
      if (!entry) return;
      box.close();
      (more && entry.more ? entry.more : entry.run)();
    }

    function draw(found) {
      shown = found;
      list.replaceChildren();
      let kind = "";
      found.forEach((entry, at) => {
        if (entry.kind !== kind) list.append(make("li", { class: "desk-kind", role: "presentation" }, text(entry.kind)));
        kind = entry.kind;
        const more = entry.more
          ? make("button", { class: "desk-more", type: "button", tabindex: -1, onclick: (event) => (event.stopPropagation(), run(at, true)) }, text("explore"))
          : null;
        list.append(
          make(
            "li",
            { role: "option", id: "desk-option-" + at, onclick: () => run(at), onmousemove: () => chosen !== at && choose(at) },
            make("span", {}, entry.label),
            make("small", {}, entry.hint || ""),
            more
          )
        );
      });
      if (!found.length) list.append(make("li", { class: "desk-kind", role: "presentation" }, text("nothing")));
      choose(0);
    }

    function ranked() {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      if (!words.length) return all.filter((entry) => entry.kind !== "metrics");
      const scored = all.map((entry) => [score(entry, words), entry]).filter(([points]) => points >= 0);
      const order = ["views", "pages", "commands", "metrics"];
      scored.sort((one, two) => order.indexOf(one[1].kind) - order.indexOf(two[1].kind) || two[0] - one[0]);
      return scored.map(([, entry]) => entry).slice(0, 40);
    }

    async function find() {
      const words = input.value.trim();
      const mine = ++asked;
      if (words.length < 2) return;
      const answer = await fetch("/desk/find?q=" + encodeURIComponent(words), { cache: "no-store" }).catch(() => null);
      if (!answer || !answer.ok || mine !== asked || !box.open) return;
      const found = (await answer.json()).map((one) => ({
        ...one,
        run: () => (one.path ? window.fbi.open(one.path) : window.fbi.go("sku=" + encodeURIComponent(one.sku))),
      }));
      if (found.length && mine === asked) draw([...ranked(), ...found]);
    }

    input.addEventListener("input", () => {
      draw(ranked());
      window.clearTimeout(timer);
      timer = window.setTimeout(find, 180);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen - 1);
      else if (event.key === "Enter") run(chosen, event.shiftKey);
      else return;
      event.preventDefault();
    });
    draw(ranked());
    input.focus();
  }

  async function help() {
    await load();
    const rows = choices.keys.map(([key, does]) => make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, key)), make("td", {}, does)));
    dialog(text("help"), make("table", { class: "desk-keys" }, make("tbody", {}, ...rows)));
  }

  function press(what) {
    const button = document.querySelector(`[data-do="${what}"]`);
    if (button) button.click();
  }

  const switchLanguage = () => window.fbi.go("lang=" + (language() === "zh" ? "en" : "zh"));

  /* ---- keys ---- */

  function onKey(event) {
    if (onWall() || event.isComposing || event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return palette();
    }
    const busy = document.querySelector("dialog[open], .mantine-Modal-content");
    if (event.ctrlKey || event.metaKey || event.altKey || busy || (event.target.matches && event.target.matches(TYPING))) return;
    if (going && Date.now() - going < 1500 && /^[0-9]$/.test(event.key)) {
      const link = document.querySelectorAll(".nav a")[event.key === "0" ? 9 : Number(event.key) - 1];
      going = 0;
      return link && link.click();
    }
    const does = {
      "/": palette,
      "?": help,
      s: saveView,
      a: () => annotate(),
      e: () => window.fbi.open("/explore"),
      t: () => press("theme"),
      l: switchLanguage,
      x: () => press("clear"),
      g: () => (going = Date.now()),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }

  function onClick(event) {
    const target = event.target.closest && event.target.closest("[data-do],[data-view]");
    if (!target) return;
    const wish = target.dataset;
    if (wish.view && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      window.fbi.visit(wish.view);
    } else if (wish.do === "palette") palette();
    else if (wish.do === "save-view") saveView();
    else if (wish.do === "annotate") annotate();
    else if (wish.do === "help") help();
    else if (wish.do === "rename-view") renameView(wish.name);
    else if (wish.do === "delete-view") deleteView(wish.name);
    else if (wish.do === "copy") load().then(() => toast(text("copied")));
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
})();
