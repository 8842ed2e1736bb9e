/* Files into the Data page: dropped or chosen, sent one after the other as they are, with progress.
 *
 *   [data-pick]        a button that asks for files
 *   .upload-zone       where files may be dropped; its data-* hold the words
 *   #upload-progress   one line for each file that is being sent, or could not be
 */
(function () {
  "use strict";

  const queue = [];
  let sending = false;
  let sent = 0;
  let wizardOpen = false;

  const zone = () => document.querySelector(".upload-zone");
  const limit = () => document.querySelector("#upload-limit [data-limit]");
  const language = () => {
    const content = document.querySelector("[data-lang]");
    return content ? content.dataset.lang : "zh";
  };

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function line(file) {
    const row = element("div", "upload-row");
    const head = element("div", "upload-head");
    const bar = element("div", "bar");
    const fill = element("div", "bar-fill");
    const note = element("span", "card-note", zone().dataset.sending);
    const cancel = element("button", "icon-button");
    const foot = element("div", "upload-bar");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", file.name);
    bar.setAttribute("aria-valuemin", "0");
    bar.setAttribute("aria-valuemax", "100");
    cancel.type = "button";
    cancel.title = zone().dataset.cancel;
    cancel.setAttribute("aria-label", zone().dataset.cancel + ": " + file.name);
    cancel.append(element("i", "icon icon-close"));
    head.append(element("b", "upload-name", file.name), element("span", "top-space"), cancel);
    bar.append(fill);
    foot.append(bar, note);
    row.append(head, foot);
    document.getElementById("upload-progress").append(row);
    return {
      row,
      cancel,
      show(share) {
        fill.style.width = share + "%";
        bar.setAttribute("aria-valuenow", String(share));
        note.textContent = zone() ? `${zone().dataset.sending} ${share} %` : "";
      },
      fail(words) {
        foot.replaceChildren(element("span", "upload-error", words));
        foot.setAttribute("role", "alert");
        cancel.onclick = () => row.remove();
      },
    };
  }

  function add(files) {
    for (const file of files) {
      const shown = line(file);
      const most = limit() ? Number(limit().dataset.limit) : Infinity;
      if (file.size > most) {
        shown.fail(limit().dataset.large);
        continue;
      }
      const entry = { file, shown, gone: false };
      shown.cancel.onclick = () => {
        entry.gone = true;
        if (entry.request) entry.request.abort();
        shown.row.remove();
      };
      queue.push(entry);
    }
    next();
  }

  function next() {
    const entry = queue.shift();
    if (sending || !entry) return entry && queue.unshift(entry);
    if (entry.gone) return next();
    sending = true;
    const request = new XMLHttpRequest();
    entry.request = request;
    const done = () => {
      sending = false;
      next();
    };
    request.open("POST", "/uploads?lang=" + language());
    request.setRequestHeader("X-File-Name", encodeURIComponent(entry.file.name));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && entry.shown.show(Math.floor((100 * event.loaded) / event.total));
    request.onload = () => {
      if (request.status === 201) {
        entry.shown.row.remove();
        window.dash_clientside.set_props("uploads", { data: ++sent });
      } else {
        let words = zone() ? zone().dataset.gone : "";
        try {
          words = JSON.parse(request.responseText).error || words;
        } catch (_error) {
          /* an answer that is not ours: the upload was broken off on the way */
        }
        entry.shown.fail(words);
      }
      done();
    };
    request.onerror = () => {
      entry.shown.fail(zone() ? zone().dataset.gone : "");
      done();
    };
    request.onabort = done;
    request.send(entry.file);
  }

  function pick() {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.hidden = true;
    input.onchange = () => {
      add(input.files);
      input.remove();
    };
    document.body.append(input);
    input.click();
  }

  const over = (event) => event.target.closest && event.target.closest(".upload-zone");
  const hasFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-pick]")) pick();
  });
  document.addEventListener("dragover", (event) => {
    if (!zone() || !hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = over(event) ? "copy" : "none";
    zone().classList.toggle("is-over", Boolean(over(event)));
  });
  document.addEventListener("dragleave", (event) => {
    if (zone() && !event.relatedTarget) zone().classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    if (!zone() || !hasFiles(event)) return;
    event.preventDefault(); // a file dropped beside it would replace the page
    zone().classList.remove("is-over");
    if (over(event)) add(event.dataTransfer.files);
  });
  window.addEventListener("beforeunload", (event) => sending && event.preventDefault());

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    bring: {
      /* The wizard opens below the list of uploads: show it. */
      opened: (shown) => {
        if (shown && !wizardOpen) {
          const card = document.querySelector(".wizard-card");
          const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
          if (card) card.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
        }
        wizardOpen = Boolean(shown);
        return window.dash_clientside.no_update;
      },
      /* Something was loaded: ask at once for the published version, not only at the next round. */
      loaded: () => {
        if (window.fbi) window.fbi.poll();
        return window.dash_clientside.no_update;
      },
    },
  });
})();
