// The page works without this. It adds buttons that copy, a filter of the contents, the reader's subdomain in the
// examples, and a mark in the contents at what is being read.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const said = document.getElementById("said");

for (const block of all("pre.copy")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    const code = block.querySelector("code");
    let done = "Copied";
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      done = "Selected";
    }
    button.textContent = said.textContent = done;
    setTimeout(() => { button.textContent = "Copy"; said.textContent = ""; }, 2000);
  });
  block.prepend(button);
}

for (const filter of all(".filter")) {
  const nav = filter.closest("nav");
  const entries = all("li", nav).map((item) => {
    const about = document.querySelector(item.firstChild.hash + " .summary");
    return [item, (item.textContent + " " + (about ? about.textContent : "")).toLowerCase()];
  });
  const none = document.createElement("p");
  none.className = "none";
  none.textContent = "Nothing here has these words.";
  none.hidden = true;
  none.setAttribute("role", "status");
  filter.after(none);
  filter.hidden = false;
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    for (const [item, text] of entries) item.hidden = !words.every((word) => text.includes(word));
    for (const part of all(".part", nav)) part.hidden = !part.querySelector("li:not([hidden])");
    none.hidden = entries.some(([item]) => !item.hidden);
  });
}

const school = document.getElementById("school");
const show = () => {
  const name = school.value.toLowerCase().replace(/[^a-z0-9-]/g, "");
  for (const place of all("pre var:not([class])")) place.textContent = name || "$SCHOLAE_SUBDOMAIN";
  for (const place of all("pre var.plain")) place.textContent = name || "demo";
  try { localStorage.setItem("school", name); } catch { /* not remembered, then */ }
};
try { school.value = localStorage.getItem("school") || ""; } catch { /* nothing to remember from */ }
school.closest("label").hidden = false;
school.addEventListener("input", show);
for (const place of all("pre var.origin")) place.textContent = location.origin;
show();

const links = new Map(all(".side li a").map((link) => [link.hash.slice(1), link]));
const seen = new IntersectionObserver((changes) => {
  const now = changes.find((change) => change.isIntersecting);
  if (!now) return;
  for (const link of links.values()) link.removeAttribute("aria-current");
  links.get(now.target.id).setAttribute("aria-current", "true");
}, { rootMargin: "-15% 0px -80% 0px" });
for (const id of links.keys()) seen.observe(document.getElementById(id));

const fold = document.querySelector(".fold");
fold.addEventListener("click", (event) => { if (event.target.closest("a")) fold.open = false; });
