// What a browser adds to the pages of the admin area. Everything works without it; it makes things quicker to reach.
"use strict";
(() => {
  const on = (type, selector, work) =>
    document.addEventListener(type, (event) => {
      const target = event.target instanceof Element && event.target.closest(selector);
      if (target) work(target, event);
    });
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Times in the zone of whoever reads; the exact moment is at hand.
  // In the form that the server writes: 7 Nov 2026, 14:05.
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const day = (at) => `${at.getDate()} ${months[at.getMonth()]} ${at.getFullYear()}`;
  const minute = (at) => `${day(at)}, ${[at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":")}`;
  const exact = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });

  const prepare = (part) => {
    for (const time of all("time[data-show]", part)) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.title = exact.format(at);
      time.textContent = (time.dataset.show === "date" ? day : minute)(at);
    }
    for (const hidden of all("[data-copy][hidden], [data-pick-all][hidden], [data-show-password][hidden]", part)) hidden.hidden = false;
  };

  // Copying, with a word that it was done.
  on("click", "[data-copy]", async (button) => {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    await navigator.clipboard.writeText(source.innerText.trim());
    const word = button.querySelector("[data-done]");
    const before = word.textContent;
    word.textContent = word.dataset.done;
    setTimeout(() => { word.textContent = before; }, 1500);
  });

  // A link to a dialog opens it above the page.
  on("click", "a[data-dialog]", (link, event) => {
    const dialog = document.getElementById(link.dataset.dialog);
    if (dialog?.showModal) { event.preventDefault(); dialog.showModal(); }
  });
  on("click", "dialog [formmethod=dialog]", (button, event) => { event.preventDefault(); button.closest("dialog").close(); });
  on("click", "dialog", (dialog, event) => { if (event.target === dialog) dialog.close(); });

  // Menus close when something else is clicked, and with Escape.
  const closeMenus = (but) => all("details.menu[open]").forEach((menu) => { if (menu !== but) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));

  // Choosing several.
  const picked = (form) => {
    const boxes = all("td.pick input", form);
    const count = boxes.filter((box) => box.checked).length;
    const words = form.querySelector("[data-picked]");
    if (words) words.textContent = `${count} ${words.dataset.picked}`;
    const every = form.querySelector("[data-pick-all]");
    if (every) { every.checked = count === boxes.length; every.indeterminate = count > 0 && count < boxes.length; }
  };
  on("change", "[data-pick-all]", (every) => {
    const form = every.closest("form");
    for (const box of all("td.pick input", form)) box.checked = every.checked;
    picked(form);
  });
  on("change", "td.pick input", (box) => picked(box.closest("form")));

  // Forms say when something was not saved, and are sent once.
  const write = (form) => {
    form.classList.add("changed");
    const words = form.querySelector("[data-changed]");
    if (words) words.textContent = words.dataset.changed;
  };
  on("input", "form", (form) => { if (form.querySelector(".savebar")) write(form); });
  addEventListener("beforeunload", (event) => { if (document.querySelector("form.changed")) event.preventDefault(); });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    form.classList.remove("changed");
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });

  // Files: dropped or chosen, sent in parts, one after the other, and gone on with after a lost connection.
  const amount = (bytes) => {
    const units = ["bytes", "KB", "MB", "GB", "TB"];
    let unit = 0;
    while (bytes >= 1000 && unit < units.length - 1) { bytes /= 1000; unit += 1; }
    return `${unit ? Math.round(bytes * 10) / 10 : bytes} ${units[unit]}`;
  };
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  class Refused extends Error {}
  const send = (method, url, { body = null, type = null, token = null, moved = null } = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, url);
      if (type) request.setRequestHeader("Content-Type", type);
      if (token) request.setRequestHeader("X-CSRF-Token", token);
      if (moved) request.upload.onprogress = (event) => moved(event.loaded);
      request.onload = () => {
        let said = null;
        try { said = JSON.parse(request.responseText); } catch { /* A page, not an answer to a script. */ }
        if (request.status >= 200 && request.status < 300 && said) resolve(said);
        else if (request.status === 422 && said?.problem) reject(new Refused(said.problem));
        else if (request.status === 429 || request.status >= 500 || request.status === 408) reject(new Error("busy"));
        else reject(new Refused(request.status === 404 ? "gone" : "Please load the page again: you may have been signed out."));
      };
      request.onerror = request.ontimeout = () => reject(new Error("lost"));
      request.send(body);
    });
  const again = async (work, tell) => {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 30000)) {
      try { return await work(); } catch (error) {
        if (error instanceof Refused) throw error;
        tell("The connection was lost. It goes on by itself.");
        await pause(wait);
      }
    }
  };
  const upload = async (form, file, line) => {
    const token = form.querySelector("[name=csrf]").value;
    const bar = line.querySelector("progress");
    const words = line.querySelector(".muted");
    const tell = (text) => { words.textContent = text; };
    const show = (bytes) => { bar.value = bytes; tell(`${amount(bytes)} of ${amount(file.size)}`); };
    const key = `upload ${file.name} ${file.size} ${file.lastModified}`;
    let known = null;
    try { known = localStorage.getItem(key); } catch { /* Not remembered then. */ }
    let state = null;
    if (known) {
      state = await again(() => send("GET", `/manage/files/${known}/progress`), tell).catch(() => null);
      if (state?.state !== "uploading" || state.size !== file.size) state = null;
    }
    if (!state) {
      const fields = new URLSearchParams({ csrf: token, name: file.name, size: file.size });
      for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "csrf") fields.set(name, value);
      state = await again(() => send("POST", form.dataset.upload, { body: fields, type: "application/x-www-form-urlencoded" }), tell);
      try { localStorage.setItem(key, state.id); } catch { /* As above. */ }
    }
    const count = Math.ceil(file.size / state.part_size);
    const length = (number) => Math.min(state.part_size, file.size - (number - 1) * state.part_size);
    let sent = state.parts.reduce((sum, number) => sum + length(number), 0);
    show(sent);
    for (let number = 1; number <= count; number += 1) {
      if (state.parts.includes(number)) continue;
      const part = file.slice((number - 1) * state.part_size, (number - 1) * state.part_size + length(number));
      const put = () => send("POST", `${state.href}/parts?number=${number}`, {
        body: part, type: "application/octet-stream", token, moved: (bytes) => show(sent + Math.min(bytes, part.size)),
      });
      await again(put, tell);
      sent += part.size;
      show(sent);
    }
    tell("Being checked");
    const fields = new URLSearchParams({ csrf: token });
    state = await again(() => send("POST", `${state.href}/complete`, { body: fields, type: "application/x-www-form-urlencoded" }), tell);
    while (state.state === "checking") {
      await pause(2000);
      if (state.problem) tell(state.problem);
      state = await again(() => send("GET", `${state.href}/progress`), tell);
    }
    try { localStorage.removeItem(key); } catch { /* As above. */ }
    if (state.state !== "ready") throw new Refused(state.problem ?? "It was refused");
    return state;
  };
  const element = (name, className = "", text = "") => Object.assign(document.createElement(name), { className, textContent: text });
  const uploadAll = async (form, files) => {
    const list = form.querySelector(".uploads");
    const lines = [...files].map((file) => {
      const line = element("li");
      const head = element("p");
      const name = element("strong", "", file.name);
      name.dir = "auto";
      head.append(name, element("span", "muted", "Waiting"));
      const bar = element("progress", "wide");
      bar.max = Math.max(file.size, 1);
      bar.value = 0;
      bar.setAttribute("aria-label", file.name);
      line.append(head, bar);
      list.append(line);
      return [file, line];
    });
    for (const [file, line] of lines) {
      try {
        const done = await upload(form, file, line);
        const link = Object.assign(element("a", "", file.name), { href: done.href, dir: "auto" });
        line.querySelector("strong").replaceWith(link);
        line.querySelector(".muted").textContent = "Uploaded";
        line.classList.add("done");
      } catch (error) {
        line.classList.add("wrong");
        line.querySelector(".muted").textContent = "";
        line.append(element("p", "problem", `${error.message.replace(/\.$/, "")}.`));
      }
      line.querySelector("progress").remove();
    }
  };
  let uploading = 0;
  const take = async (form, files) => {
    if (!files.length) return;
    uploading += 1;
    try { await uploadAll(form, files); } finally { uploading -= 1; }
  };
  for (const form of all("form[data-upload]")) {
    const input = form.querySelector("input[type=file]");
    const drop = form.querySelector(".drop");
    input.multiple = true;
    form.querySelector("[data-drop-words]").hidden = false;
    form.querySelector("button[type=submit]").hidden = true;
    input.addEventListener("change", () => { const chosen = [...input.files]; input.value = ""; take(form, chosen); });
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const type of ["dragenter", "dragover"]) drop.addEventListener(type, (event) => { event.preventDefault(); drop.classList.add("over"); });
    for (const type of ["dragleave", "drop"]) drop.addEventListener(type, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => { event.preventDefault(); take(form, event.dataTransfer.files); });
  }
  addEventListener("beforeunload", (event) => { if (uploading) event.preventDefault(); });

  // Keys: / searches, ? shows the others, Escape closes.
  const typing = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { closeMenus(); if (location.hash === "#navigation") location.hash = "main"; return; }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-list-search]") ?? document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    }
    if (event.key === "?") document.getElementById("shortcuts")?.showModal();
  });

  // How far long work is: what is inside `main` comes anew until the work has ended.
  const follow = () => {
    if (!document.querySelector("[data-live]")) return;
    setTimeout(async () => {
      try {
        const answer = await fetch(location.href);
        // Elsewhere, or signed out: that page is for the browser to show.
        if (answer.redirected) { location.assign(answer.url); return; }
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const main = page.querySelector("main");
        const typing = document.activeElement?.matches?.("main input, main textarea, main select");
        if (answer.ok && main && !typing) { document.querySelector("main").replaceChildren(...main.childNodes); prepare(document); }
      } catch { /* The server is away for a moment; it is asked again. */ }
      follow();
    }, 1000);
  };
  // Lessons are dragged to their place; the form with the buttons that move them sends where they went.
  const rows = (selector) => all(`[data-outline] ${selector}`);
  let dragged = null;
  const clear = () => rows(".drop-before, .drop-end").forEach((row) => row.classList.remove("drop-before", "drop-end"));
  for (const row of rows("li[data-lesson]")) row.draggable = true;
  on("dragstart", "[data-outline] li[data-lesson]", (row, event) => {
    dragged = row;
    row.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.lesson);
  });
  on("dragend", "[data-outline] li[data-lesson]", (row) => { row.classList.remove("dragged"); clear(); dragged = null; });
  on("dragover", "[data-outline] [data-chapter]", (chapter, event) => {
    if (!dragged) return;
    event.preventDefault();
    clear();
    const row = event.target.closest("li[data-lesson]");
    if (row && row !== dragged) row.classList.add("drop-before"); else if (!row) chapter.classList.add("drop-end");
  });
  on("drop", "[data-outline] [data-chapter]", (chapter, event) => {
    if (!dragged) return;
    event.preventDefault();
    const row = event.target.closest("li[data-lesson]");
    const form = dragged.querySelector("[data-moves]");
    if (row === dragged) return;
    form.elements.before_id.value = row ? row.dataset.lesson : "";
    form.elements.chapter_id.value = chapter.dataset.chapter;
    form.requestSubmit();
  });

  // A chosen file is read into the field that it stands for.
  for (const part of all("[data-read-into]")) {
    part.hidden = false;
    const field = document.getElementById(part.dataset.readInto);
    part.querySelector("input").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (file) { field.value = await file.text(); field.dispatchEvent(new Event("input", { bubbles: true })); }
    });
  }

  // For the script of texts and files.
  window.scholae = { all, element, upload, write };

  // A sentence about what was done goes by itself.
  setTimeout(() => all(".toast").forEach((toast) => toast.remove()), 12000);

  prepare(document);
  follow();
})();
