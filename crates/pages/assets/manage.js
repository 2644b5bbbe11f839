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
  const moments = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

  const prepare = (part) => {
    for (const time of all("time[data-show]", part)) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.title = exact.format(at);
      time.textContent = (time.dataset.show === "date" ? days : moments).format(at);
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

  // A sentence about what was done goes by itself.
  setTimeout(() => all(".toast").forEach((toast) => toast.remove()), 12000);

  prepare(document);
  follow();
})();
