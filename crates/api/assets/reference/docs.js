// The page works without this. It adds buttons that copy, a filter of the contents, the reader's subdomain in the
// examples, one language at a time, forms that try an operation, and a mark in the contents at what is being read.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (name, text = "", className = "") => Object.assign(document.createElement(name), { textContent: text, className });
const said = document.getElementById("said");
const remembered = (name) => { try { return localStorage.getItem(name) || ""; } catch { return ""; } };
const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* not remembered, then */ } };

for (const block of all("pre.copy")) {
  const button = make("button", "Copy");
  button.type = "button";
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

// British and American spellings are one: "enrolment" finds "enrollment", "catalogue" "catalog".
const spelled = (text) => text.toLowerCase().replaceAll("ll", "l").replaceAll("ou", "o").replaceAll("z", "s").replace(/ogue?/g, "og");
// The filter looks through everything that is said of an entry: its texts, its parameters, its fields.
const texts = new Map();
const textOf = (id) => {
  if (!texts.has(id)) {
    const place = document.getElementById(id);
    const parts = [place.closest(".op") ? place.querySelector(".said") : place];
    if (/^H\d$/.test(place.tagName)) {
      for (let next = place.nextElementSibling; next && !/^H[12]$/.test(next.tagName); next = next.nextElementSibling) parts.push(next);
    }
    texts.set(id, spelled(parts.map((part) => part.textContent).join(" ").replaceAll("\u200b", "")));
  }
  return texts.get(id);
};
for (const filter of all(".filter")) {
  const nav = filter.closest("nav");
  const entries = all("li", nav);
  const none = make("p", "Nothing here has these words.", "none");
  none.hidden = true;
  none.setAttribute("role", "status");
  filter.after(none);
  filter.hidden = false;
  filter.addEventListener("input", () => {
    const words = spelled(filter.value).split(/\s+/).filter(Boolean);
    for (const item of entries) {
      const text = words.length ? spelled(item.textContent) + " " + textOf(item.firstChild.hash.slice(1)) : "";
      item.hidden = !words.every((word) => text.includes(word));
    }
    for (const part of all(".part", nav)) part.hidden = !part.querySelector("li:not([hidden])");
    none.hidden = entries.some((item) => !item.hidden);
  });
}

const school = document.getElementById("school");
const key = document.getElementById("key");
const subdomain = () => school.value.toLowerCase().replace(/[^a-z0-9-]/g, "");
const show = () => {
  const name = subdomain();
  for (const place of all("pre var:not([class])")) place.textContent = name || "$SCHOLAE_SUBDOMAIN";
  for (const place of all("pre var.quoted")) place.textContent = name ? JSON.stringify(name) : place.dataset.unset;
  for (const place of all("pre var.plain")) place.textContent = name || "demo";
  remember("school", name);
};
school.value = remembered("school");
for (const input of [school, key]) input.closest("label").hidden = false;
school.addEventListener("input", show);
for (const place of all("pre var.origin")) place.textContent = location.origin;
show();

// One language at a time, chosen once for the whole page.
const languages = ["curl", "python", "javascript"];
const choose = (language) => {
  document.documentElement.dataset.language = language;
  for (const button of all(".languages button")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
};
for (const sample of all(".op .sample.curl")) {
  const bar = make("div", "", "languages");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Language of the example");
  for (const language of languages) {
    const button = make("button", sample.parentElement.querySelector(".sample." + language + " .over").textContent);
    button.type = "button";
    button.dataset.language = language;
    button.addEventListener("click", () => {
      const before = bar.getBoundingClientRect().top;
      choose(language);
      remember("language", language);
      // Examples above have changed their heights; what is looked at stays where it is.
      scrollBy({ top: bar.getBoundingClientRect().top - before, behavior: "instant" });
    });
    bar.append(button);
  }
  sample.before(bar);
}
choose(languages.includes(remembered("language")) ? remembered("language") : languages[0]);

const credentials = () => ({ "X-Auth-API-Key": key.value, "X-Auth-Subdomain": subdomain() });

// What must be new is another each time it is sent, as long as nobody has typed something else.
const renew = (form) => {
  const body = form.querySelector("textarea[data-new]");
  if (!body || (body.dataset.made && body.value !== body.dataset.made)) return;
  const made = Math.random().toString(36).slice(2, 8);
  body.value = body.dataset.made = body.defaultValue.replaceAll(body.dataset.new, made);
};

// Where ids are given by chance, that of the first record which the school has; false when it has none.
const find = async (form) => {
  const input = form.querySelector("input[data-in=path]");
  if (!form.dataset.ids || input.value !== (input.dataset.made || input.defaultValue)) return true;
  const response = await fetch(form.dataset.ids, { headers: credentials(), credentials: "omit", redirect: "error", cache: "no-store" });
  if (!response.ok) return true;
  const [first] = (await response.json()).items;
  if (first) input.value = input.dataset.made = first.id;
  return Boolean(first);
};

// A form sends its request to this server. The key is read from the bar above each time, and kept nowhere.
const send = async (form, output) => {
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const input of all("input", form)) {
    if (input.dataset.in === "path") path = path.replace("{" + input.name + "}", encodeURIComponent(input.value));
    else if (input.value) query.append(input.name, input.value);
  }
  const request = { method: form.dataset.method, headers: credentials() };
  const body = form.querySelector("textarea");
  if (body) {
    JSON.parse(body.value);
    request.body = body.value;
    request.headers["Content-Type"] = "application/json";
  }
  // What destroys is sent once somebody has read what goes where.
  if ("destroys" in form.dataset && !confirm(`Send ${request.method} ${path}${String(query) && "?" + query} to ${subdomain()}? What it destroys does not come back.`)) {
    output.replaceChildren(make("p", "Nothing was sent.", "status"));
    return;
  }
  const begun = performance.now();
  const response = await fetch(path + (String(query) && "?" + query), { ...request, credentials: "omit", redirect: "error", cache: "no-store" });
  const text = await response.text();
  let shown = text;
  try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* no JSON: as it came */ }
  const status = make("p", response.status + " " + response.statusText, "status " + (response.ok ? "good" : "bad"));
  status.append(make("small", " in " + Math.round(performance.now() - begun) + " ms"));
  // Whoever has no mouse scrolls it too.
  const answer = Object.assign(make("pre", shown), { tabIndex: 0 });
  output.replaceChildren(status, ...(shown ? [answer] : []));
};
for (const form of all("form.try")) {
  const open = make("button", "Try it", "open");
  open.type = "button";
  open.setAttribute("aria-expanded", "false");
  open.addEventListener("click", () => {
    form.hidden = !form.hidden;
    open.setAttribute("aria-expanded", String(!form.hidden));
    renew(form);
  });
  form.before(open);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const output = form.querySelector("output");
    const missing = !subdomain() ? school : !key.value ? key : null;
    if (missing) {
      output.replaceChildren(make("p", missing === school ? "Name your school in the bar above." : "Put an API key into the bar above; `scholae key show` prints it.", "status bad"));
      missing.focus({ preventScroll: true });
      return;
    }
    const button = form.querySelector(".send button");
    button.disabled = true;
    try {
      if (await find(form)) {
        await send(form, output);
        if (output.querySelector(".good")) renew(form);
      } else {
        output.replaceChildren(make("p", "The school has none of these yet: make one first, or put an id in.", "status bad"));
      }
    } catch (error) {
      const why = error instanceof SyntaxError ? "The body is no JSON: " + error.message : "No answer came: " + error.message;
      output.replaceChildren(make("p", why, "status bad"));
    } finally {
      button.disabled = false;
    }
  });
}

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
