/* What runs in the browser: the URL is the state, the server draws it.
 *
 *   go("channel=jd&from=2026-11-01")   sets these parameters, as a click on a bar does; the same again removes them
 *   [data-go] [data-drop] [data-page] [data-file] [data-png]   elements that change the URL, move, or save a file
 *   live()                              asks for the published version and refreshes only when it changed
 */
(function () {
  "use strict";

  const DRAWER = ["explain", "at", "part"];
  const LOOK = ["lang", "theme"];
  const KIOSK = ["rotate", "boards", "refresh", "stale", "token"];
  const POLL_SECONDS = { wall: 15, desk: 30 };
  const LEAST_SECONDS = 2;
  const DAY_SECONDS = 86400;
  const started = Date.now();
  let version = null;
  let etag = null;
  let failures = 0;
  let busy = false;
  let ticks = 0;
  let last = { mount: "", request: "", drawer: "" };
  let gridLoaded = null;
  let first = "";
  let returns = 0;
  let edits = 0;

  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const search = () => new URLSearchParams(window.location.search);
  const isWall = () => /^\/(wall(\/.*)?)?$/.test(window.location.pathname);

  function navigate(path, params, replace) {
    const text = params.toString();
    const next = path + (text ? "?" + text : "");
    if (next === window.location.pathname + window.location.search) return;
    window.history[replace ? "replaceState" : "pushState"]({}, "", next);
    window.dispatchEvent(new PopStateEvent("popstate"));
  }

  function same(params, key, values) {
    const now = params.getAll(key);
    return now.length === values.length && values.every((value) => now.includes(value));
  }

  /* Sets the parameters of `change` (a query string); an empty value removes one, save those named in `empty`. With
   * `toggle`, what is already so goes. */
  function go(change, toggle, path, empty) {
    const params = search();
    const wanted = new URLSearchParams(change);
    const keys = [...new Set(wanted.keys())];
    const undo = toggle && keys.every((key) => same(params, key, wanted.getAll(key)));
    for (const key of keys) {
      params.delete(key);
      if (!undo) wanted.getAll(key).filter((value) => value || (empty || []).includes(key)).forEach((value) => params.append(key, value));
    }
    navigate(path || window.location.pathname, params);
  }

  function drop(change) {
    const params = search();
    for (const [key, value] of new URLSearchParams(change)) {
      const kept = params.getAll(key).filter((other) => value && other !== value);
      params.delete(key);
      kept.forEach((other) => params.append(key, other));
    }
    navigate(window.location.pathname, params);
  }

  /* The address of a page with the state of this one; what the link itself says goes on top. */
  function pageUrl(link) {
    const params = search();
    const [path, own] = link.split("?");
    DRAWER.forEach((key) => params.delete(key));
    new URLSearchParams(own || "").forEach((value, key) => params.set(key, value));
    const text = params.toString();
    return path + (text ? "?" + text : "");
  }

  function fileUrl(path) {
    const params = search();
    const [file, own] = path.split("?");
    const extra = new URLSearchParams(own || "");
    DRAWER.forEach((key) => params.delete(key));
    params.delete("theme");
    if (!params.has("lang")) params.set("lang", language());
    extra.forEach((value, key) => params.append(key, value));
    return file + "?" + params.toString();
  }

  const language = () => {
    const content = document.querySelector("[data-lang]");
    return content ? content.dataset.lang : "zh";
  };

  /* ---- look -------------------------------------------------------------------------------------------------- */

  function theme() {
    if (isWall()) return "dark";
    const asked = search().get("theme") || window.localStorage.getItem("fbi-theme");
    if (asked === "light" || asked === "dark") return asked;
    return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  function switchTheme() {
    window.localStorage.setItem("fbi-theme", theme() === "dark" ? "light" : "dark");
    if (search().has("theme")) drop("theme=");
    set("tick", { data: ++ticks });
  }

  /* The wall is read from afar: text grows with the screen, in steps so that a resize does not redraw each pixel. */
  function scale() {
    if (!isWall()) return 1;
    const fit = Math.min(window.innerHeight / 1080, window.innerWidth / 1920);
    return Math.max(0.7, Math.round(fit * 25) / 20);
  }

  /* ---- URL -> what to mount, what to ask, what to explain ------------------------------------------------------- */

  function changed(name, value) {
    const text = JSON.stringify(value);
    if (last[name] === text) return window.dash_clientside.no_update;
    last[name] = text;
    return value;
  }

  function route(_href, published) {
    const params = search();
    const lang = params.get("lang") || "";
    const look = theme();
    // Where a page waits for a first load, it is mounted anew when there is one, and only then.
    if (published && document.querySelector("[data-waiting]")) first = published;
    document.documentElement.dataset.board = isWall() ? "wall" : "desk";
    const explain = Object.fromEntries(DRAWER.map((key) => [key, params.get(key) || ""]));
    const boards = isWall() && Number(params.get("rotate")) > 0 ? params.get("boards") || "overview,supply,logistics,service" : "";
    [...DRAWER, ...LOOK, ...(isWall() ? KIOSK : [])].forEach((key) => params.delete(key));
    const request = {
      path: window.location.pathname,
      search: params.toString(),
      lang: lang,
      theme: look,
      scale: scale(),
      version: published || "",
      ...(boards ? { boards: boards } : {}),
      ...(returns ? { again: returns } : {}),
      ...(edits ? { edits: edits } : {}),
    };
    const drawer = explain.explain ? { ...request, ...explain } : null;
    if (drawer && drawer.part && !window.dash_ag_grid) {
      loadGrid().then(() => set("drawer", { data: changed("drawer", drawer) }));
    }
    return [
      changed("mount", { path: request.path, lang: lang, ...(boards ? { boards: boards } : {}), ...(first ? { version: first } : {}) }),
      changed("request", request),
      drawer && drawer.part && !window.dash_ag_grid ? window.dash_clientside.no_update : changed("drawer", drawer),
      look,
    ];
  }

  /* The table library is large, so it comes with the first table that needs it. */
  function loadGrid() {
    if (gridLoaded) return gridLoaded;
    gridLoaded = new Promise((done, failed) => {
      const address = document.querySelector('meta[name="fbi-grid"]');
      if (!address || window.dash_ag_grid) return done();
      const script = document.createElement("script");
      script.src = address.content;
      script.onload = () => done();
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return gridLoaded;
  }

  /* ---- live ---------------------------------------------------------------------------------------------------- */

  async function poll() {
    if (busy) return;
    busy = true;
    try {
      const answer = await fetch("/api/version", {
        headers: etag ? { "If-None-Match": etag } : {},
        cache: "no-store",
        signal: AbortSignal.timeout(8000),
      });
      if (answer.status === 200) {
        etag = answer.headers.get("ETag");
        const published = (await answer.json()).id || "";
        if (version !== null && published !== version) set("version", { data: published });
        version = published;
      } else if (answer.status === 401) {
        location.reload(); // signed out meanwhile: the server shows where to sign in
      } else if (answer.status !== 304) {
        throw new Error("status " + answer.status);
      }
      if (failures) back();
      failures = 0;
      document.body.classList.remove("server-gone");
    } catch (_error) {
      failures += 1;
      if (failures >= 2) document.body.classList.add("server-gone");
    } finally {
      busy = false;
    }
  }

  /* The server answers again: what was asked meanwhile may be lost, so all is asked once more; a page that never came is
     loaded anew. */
  function back() {
    const content = document.getElementById("content");
    if (isWall() && content && !content.children.length) window.location.reload();
    returns += 1;
    set("tick", { data: ++ticks });
  }

  const interval = () => Math.max(LEAST_SECONDS, Number(search().get("refresh")) || POLL_SECONDS.wall);

  function schedule() {
    const usual = isWall() ? interval() : POLL_SECONDS.desk;
    const seconds = failures ? Math.min(usual, 5) : usual;
    window.setTimeout(() => poll().finally(schedule), seconds * 1000);
  }

  function clock() {
    const zone = document.querySelector("[data-zone]");
    document.querySelectorAll("[data-clock]").forEach((element) => {
      const options = { hour: "2-digit", minute: "2-digit", hour12: false };
      if (zone && zone.dataset.zone) options.timeZone = zone.dataset.zone;
      const shown = new Intl.DateTimeFormat(language(), options).format(new Date());
      if (element.textContent !== shown) element.textContent = shown;
    });
    const speak = new Intl.RelativeTimeFormat(language(), { style: "short", numeric: "always" });
    document.querySelectorAll("[data-ago]").forEach((element) => {
      const seconds = (Date.now() - Date.parse(element.dataset.ago)) / 1000;
      const [size, unit] =
        seconds < 3600 ? [60, "minute"] : seconds < 172800 ? [3600, "hour"] : seconds < 6.3e7 ? [86400, "day"] : [31557600, "year"];
      const shown = seconds < 90 ? element.dataset.now || "" : speak.format(-Math.round(seconds / size), unit);
      if (element.textContent !== shown) element.textContent = shown;
    });
    document.querySelectorAll("[data-stale-after]").forEach((element) => {
      const age = (Date.now() - Date.parse(element.dataset.since)) / 1000;
      const stale = age > (Number(isWall() && search().get("stale")) * 60 || Number(element.dataset.staleAfter));
      element.hidden = !stale;
      document.body.classList.toggle("data-stale", stale);
    });
  }

  /* A wall that runs for weeks starts afresh each night, when the server is there to start from. */
  function renew() {
    const now = new Date();
    if (isWall() && Date.now() - started > DAY_SECONDS * 500 && now.getHours() === 4 && !failures) {
      window.location.reload();
    }
  }

  /* A bar runs along the top while the server is asked. (Were it a rule of the style sheet on `body:has(...)`, each label
   * that a chart measures would restyle the whole page.) */
  const fetched = window.fetch;
  let asking = 0;

  function asked(change) {
    asking += change;
    const bar = document.querySelector(".spinner");
    if (bar) bar.classList.toggle("is-on", asking > 0);
  }

  window.fetch = function (address, ...others) {
    const answer = fetched.call(window, address, ...others);
    if (!String(address).includes("_dash-update-component")) return answer;
    asked(1);
    return answer.finally(() => asked(-1));
  };

  /* ---- files --------------------------------------------------------------------------------------------------- */

  function save(url, name) {
    const link = document.createElement("a");
    link.href = url;
    if (name) link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
  }

  const picture = (source) =>
    new Promise((done, failed) => {
      const image = new Image();
      image.onload = () => done(image);
      image.onerror = failed;
      image.src = source;
    });

  /* The chart as it is on the screen now (zoom included), at twice its size, with its title and where it comes from. */
  async function png(name) {
    const card = document.querySelector(`[data-card="${name}"]`);
    const plot = card && card.querySelector(".js-plotly-plot");
    if (!plot) return;
    const box = plot.getBoundingClientRect();
    const drawn = await window.Plotly.toImage(plot, { format: "png", scale: 2, width: box.width, height: box.height });
    const look = getComputedStyle(card);
    const image = await picture(drawn);
    const head = 44;
    const foot = 30;
    const canvas = document.createElement("canvas");
    canvas.width = box.width * 2 + 48;
    canvas.height = box.height * 2 + (head + foot) * 2;
    const pen = canvas.getContext("2d");
    pen.fillStyle = look.backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 24, head * 2);
    pen.fillStyle = look.color;
    pen.font = `600 30px ${look.fontFamily}`;
    const [title, note] = [...card.querySelectorAll(".card-title > span")].map((part) => part.innerText);
    pen.fillText(title, 32, 54, canvas.width - 64);
    const after = 32 + pen.measureText(title).width + 20;
    pen.globalAlpha = 0.7;
    pen.font = `400 22px ${look.fontFamily}`;
    if (note) pen.fillText(note, after, 54, Math.max(canvas.width - after - 32, 40));
    const stamp = document.querySelector("[data-stamp]");
    pen.fillText(stamp ? stamp.dataset.stamp : "", 32, canvas.height - 22, canvas.width - 64);
    const url = URL.createObjectURL(await new Promise((done) => canvas.toBlob(done, "image/png")));
    save(url, name + ".png");
    window.setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  /* ---- clicks ---------------------------------------------------------------------------------------------------- */

  function onClick(event) {
    const target = event.target.closest("[data-go],[data-drop],[data-page],[data-file],[data-png],[data-do]");
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const wish = target.dataset;
    event.preventDefault();
    if (target.matches(".option")) target.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    if (wish.page !== undefined) {
      const [path, query] = pageUrl(wish.page).split("?");
      navigate(path, new URLSearchParams(query || ""));
      window.scrollTo(0, 0);
    } else if (wish.go !== undefined) go(wish.go, wish.toggle !== undefined);
    else if (wish.drop !== undefined) drop(wish.drop);
    else if (wish.file !== undefined) save(fileUrl(wish.file));
    else if (wish.png !== undefined) png(wish.png);
    else if (wish.do === "theme") switchTheme();
    else if (wish.do === "close") drop("explain=&at=&part=");
    else if (wish.do === "clear") navigate(window.location.pathname, kept());
    else if (wish.do === "copy") navigator.clipboard && navigator.clipboard.writeText(window.location.href);
    else if (wish.do === "fullscreen") document.documentElement.requestFullscreen && document.documentElement.requestFullscreen();
  }

  const kept = () => {
    const params = new URLSearchParams();
    LOOK.forEach((key) => search().has(key) && params.set(key, search().get(key)));
    return params;
  };

  /* Links carry the state too, so that "open in a new tab" shows the same view. */
  function onOver(event) {
    const link = event.target.closest && event.target.closest("a[data-page]");
    if (link) link.href = pageUrl(link.dataset.page);
  }

  function onKey(event) {
    const target = event.target;
    if (event.key === "Enter" && target.matches && target.matches("[role=button][data-go]")) go(target.dataset.go);
  }

  let resizing = null;
  function onResize() {
    window.clearTimeout(resizing);
    resizing = window.setTimeout(() => set("tick", { data: ++ticks }), 250);
  }

  /* A page with the state of this one on top, another page wholly as its address says, and this one drawn again. */
  function open(link) {
    const [path, query] = pageUrl(link).split("?");
    navigate(path, new URLSearchParams(query || ""));
  }

  function visit(address) {
    const [path, query] = address.split("?");
    const params = new URLSearchParams(query || "");
    LOOK.forEach((key) => !params.has(key) && search().has(key) && params.set(key, search().get(key)));
    navigate(path, params);
  }

  function again() {
    edits += 1;
    set("tick", { data: ++ticks });
  }

  window.fbi = { go, drop, png, poll, loadGrid, open, visit, again };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    fbi: {
      route: route,
      /* What stands under content that is still to come is shown with it, so that nothing moves once it is seen. */
      drawn: () => {
        const main = document.getElementById("main");
        if (main) main.classList.remove("is-waiting");
        return window.dash_clientside.no_update;
      },
      language: () => {
        const main = document.getElementById("main");
        if (main && main.querySelector(".skeleton")) main.classList.add("is-waiting");
        document.documentElement.lang = language() === "zh" ? "zh-CN" : "en";
        const heading = document.querySelector("h1");
        const brand = document.querySelector(".brand");
        document.title = [heading && heading.innerText, brand ? brand.innerText : "Fulfillment BI"].filter(Boolean).join(" · ");
        return window.dash_clientside.no_update;
      },
      /* A click on a bar, cell or point: its customdata is the filter it stands for. */
      cross: (...clicks) => {
        const context = window.dash_clientside.callback_context;
        const now = context.triggered.length ? context.triggered[0].value : null;
        const point = now && now.points && now.points.find((each) => each.customdata);
        if (point) go(String(point.customdata), true);
        return window.dash_clientside.no_update;
      },
      range: (value, shown) => {
        const chosen = value && value[0] && value[1];
        if (chosen && !(shown && shown[0] === value[0] && shown[1] === value[1])) go(`from=${value[0]}&to=${value[1]}&preset=`);
        return window.dash_clientside.no_update;
      },
      choose: (values, id) => {
        const params = new URLSearchParams();
        (Array.isArray(values) ? values : [values]).forEach((value) => params.append(id.name, value || ""));
        if (![...params.keys()].length) params.append(id.name, "");
        const now = search().getAll(id.name);
        const wanted = params.getAll(id.name).filter(Boolean);
        if (!(now.length === wanted.length && wanted.every((value) => now.includes(value)))) go(params.toString());
        return window.dash_clientside.no_update;
      },
      /* What a picker of Explore holds, as one parameter; its usual choice needs none. */
      pick: (values, id) => {
        const wanted = (values || []).join(",");
        const now = search().get(id.name);
        if (wanted !== (now === null ? id.usual : now)) go(`${id.name}=${encodeURIComponent(wanted)}&sort=`, false, null, [id.name]);
        return window.dash_clientside.no_update;
      },
      closed: (opened) => {
        if (opened === false && search().has("explain")) drop("explain=&at=&part=");
        return window.dash_clientside.no_update;
      },
    },
  });

  /* The calendar speaks English by itself; this is how its library is told Chinese. */
  const months = "一二三四五六七八九十".split("").concat("十一", "十二").map((name) => name + "月");
  window["dayjs_locale_zh-cn"] = {
    name: "zh-cn",
    weekdays: "日一二三四五六".split("").map((name) => "星期" + name),
    weekdaysShort: "日一二三四五六".split("").map((name) => "周" + name),
    weekdaysMin: "日一二三四五六".split(""),
    months: months,
    monthsShort: months,
    weekStart: 1,
    formats: {},
    relativeTime: {},
    ordinal: (value) => value,
  };

  /* In a table of rows the order number leads to the order's own page. */
  window.dashAgGridComponentFunctions = Object.assign({}, window.dashAgGridComponentFunctions, {
    OrderLink: (props) =>
      props.data && props.data._order
        ? window.React.createElement(
            "a",
            { href: props.data._order, className: "order-link", "data-page": props.data._order },
            props.value
          )
        : props.value || "",
  });

  document.addEventListener("click", onClick);
  document.addEventListener("mouseover", onOver);
  document.addEventListener("keydown", onKey);
  window.addEventListener("resize", onResize);
  window.setInterval(clock, 1000);
  window.setInterval(renew, 60000);
  poll().finally(schedule);
})();
