// What a browser adds to forms with texts and files: a text is written as it will look, and files are looked for and uploaded
// right there. The fields of the form stay what is sent; without script they are filled in by hand.
"use strict";
(() => {
  const { all, element, upload, write } = window.scholae;
  let made = 0;
  const nextId = (stem) => { made += 1; return `${stem}-${made}`; };
  const button = (text, className, work) => {
    const one = element("button", className, text);
    one.type = "button";
    one.addEventListener("click", work);
    return one;
  };
  const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  // A question above the page, with a form that stays in it.
  const dialog = (title) => {
    const box = element("dialog", "chooser");
    const head = element("header");
    const heading = element("h2", "", title);
    heading.id = nextId("chooser");
    box.setAttribute("aria-labelledby", heading.id);
    head.append(heading);
    const body = element("div", "body");
    const foot = element("footer");
    foot.append(button("Cancel", "quiet", () => box.close()));
    box.append(head, body, foot);
    box.addEventListener("close", () => box.remove());
    document.querySelector("main").append(box);
    return { box, body, foot };
  };
  const labelled = (text, field) => {
    const part = element("div", "field");
    field.id = nextId("chooser-field");
    const label = element("label", "", text);
    label.htmlFor = field.id;
    part.append(label, field);
    return part;
  };

  // Choosing a file of the school: by its name, or by uploading it.
  const chooseFile = (title, offers, isPublic, take) => {
    const { box, body } = dialog(title);
    const search = element("input");
    search.type = "search";
    search.name = "chooser-search";
    search.autocomplete = "off";
    const list = element("ul", "choices");
    const note = element("p", "muted");
    note.setAttribute("role", "status");
    const choose = (file) => { box.close(); take(file); };
    const show = async () => {
      const address = new URL(offers, location.href);
      address.searchParams.set("q", search.value);
      const answer = await fetch(address).catch(() => null);
      const found = answer?.ok && !answer.redirected ? await answer.json().catch(() => null) : null;
      if (!found) { note.textContent = "The files could not be read. Please load the page again."; return; }
      list.replaceChildren(...found.items.map((file) => {
        const line = element("li");
        const one = button("", "choice-file", () => choose(file));
        if (file.picture) one.append(Object.assign(element("img"), { src: file.picture, alt: "", width: 40, height: 40 }));
        const words = element("span");
        const name = element("strong", "", file.name);
        name.dir = "auto";
        words.append(name, element("span", "muted", file.about));
        one.append(words);
        line.append(one);
        return line;
      }));
      note.textContent = found.items.length ? "" : "No file of this kind is found. Upload one below.";
    };
    let wait = 0;
    search.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(show, 200); });

    const form = element("form", "chooser-upload");
    form.dataset.upload = "/manage/files/uploads";
    const hidden = (name, value) => Object.assign(element("input"), { type: "hidden", name, value });
    form.append(hidden("csrf", document.querySelector("[name=csrf]").value), hidden("visibility", isPublic ? "public" : "private"));
    const chosen = element("input");
    chosen.type = "file";
    chosen.name = "chooser-file";
    const uploads = element("ul", "uploads");
    uploads.setAttribute("aria-live", "polite");
    form.append(labelled("Or upload one", chosen), uploads);
    form.addEventListener("submit", (event) => event.preventDefault());
    chosen.addEventListener("change", async () => {
      const [file] = chosen.files;
      if (!file) return;
      const line = element("li");
      const head = element("p");
      head.append(Object.assign(element("strong", "", file.name), { dir: "auto" }), element("span", "muted", "Waits"));
      const bar = Object.assign(element("progress", "wide"), { max: Math.max(file.size, 1), value: 0 });
      bar.setAttribute("aria-label", file.name);
      line.append(head, bar);
      uploads.replaceChildren(line);
      chosen.disabled = true;
      try {
        const done = await upload(form, file, line);
        if (box.isConnected) choose(done.file);
      } catch (error) {
        bar.remove();
        line.classList.add("wrong");
        line.append(element("p", "problem", `${error.message.replace(/\.$/, "")}.`));
        chosen.disabled = false;
        chosen.value = "";
      }
    });
    body.append(labelled("Beginning of the name", search), list, note, form);
    box.showModal();
    search.focus();
    show();
  };

  // A field of a file: the list of the newest gives way to what is chosen, and to buttons.
  for (const part of all("[data-file-field]")) {
    const select = part.querySelector("select");
    const [newest, address] = part.querySelectorAll(".field");
    const row = element("div", "field chosen");
    const label = part.dataset.label;
    const name = element("p", "chosen-file");
    name.dir = "auto";
    const show = () => {
      const chosen = select.value ? select.selectedOptions[0].textContent : "";
      name.textContent = chosen || "No file of the school";
      name.classList.toggle("muted", !chosen);
      remove.hidden = !chosen;
      address.hidden = Boolean(chosen) && !address.querySelector("input").value;
    };
    const set = (file) => {
      if (file && ![...select.options].some((option) => option.value === String(file.id))) {
        select.append(new Option(`${file.name} (${file.about.split(", ").pop()})`, file.id));
      }
      select.value = file ? file.id : "";
      if (file) address.querySelector("input").value = "";
      show();
      changed(select);
    };
    const open = button("Choose a file…", "quiet", () =>
      chooseFile(label, part.dataset.fileField, "public" in part.dataset, (file) => { set(file); open.focus(); }));
    open.setAttribute("aria-label", `${label}: choose a file…`);
    const remove = button("Remove", "quiet", () => { set(null); open.focus(); });
    remove.setAttribute("aria-label", `${label}: remove the file`);
    const buttons = element("div", "actions");
    buttons.append(open, remove);
    row.append(element("p", "label", label), name, buttons);
    const problem = newest.querySelector(".problem");
    if (problem) row.append(problem);
    newest.hidden = true;
    part.prepend(row);
    show();
  }
  for (const part of all("[data-file-lines]")) {
    const text = part.querySelector("textarea");
    const open = button("Add a file of the school…", "quiet", () =>
      chooseFile("Files", part.dataset.fileLines, false, (file) => {
        text.value = `${text.value.trimEnd()}${text.value.trim() ? "\n" : ""}${file.name} file:${file.id}`;
        changed(text);
        open.focus();
      }));
    const buttons = element("div", "actions");
    buttons.append(open);
    part.append(buttons);
  }
  for (const form of all("[data-without-script]")) form.hidden = true;

  // What a text may hold. The server takes out the same once more, whatever was sent.
  const kept = new Map(Object.entries({
    p: "p", h1: "h2", h2: "h2", h3: "h3", h4: "h3", h5: "h3", h6: "h3", ul: "ul", ol: "ol", li: "li", blockquote: "blockquote",
    pre: "pre", strong: "strong", b: "strong", em: "em", i: "em", code: "code", a: "a", img: "img", br: "br", hr: "hr", s: "s",
    sub: "sub", sup: "sup", table: "table", thead: "thead", tbody: "tbody", tr: "tr", td: "td", th: "th",
  }));
  const dropped = new Set(["script", "style", "iframe", "object", "embed", "template", "noscript", "svg", "math", "title", "head", "form", "input", "button", "select", "textarea", "video", "audio", "link", "meta"]);
  const blocks = new Set(["p", "h2", "h3", "ul", "ol", "blockquote", "pre", "hr", "table"]);
  const lead = (value, more) => {
    const address = value.replace(/[\u0000-\u0020]/g, "");
    return more.test(address) || (address.startsWith("/") && !address.startsWith("//"));
  };
  const attributes = (from, to) => {
    const copy = (name, fits) => {
      const value = from.getAttribute(name);
      if (value !== null && fits(value)) to.setAttribute(name, value);
    };
    if (to.localName === "a") copy("href", (value) => lead(value, /^(https?:|mailto:)/i));
    if (to.localName === "img") { copy("src", (value) => lead(value, /^https?:/i)); copy("alt", () => true); }
    if (to.localName === "ol") copy("start", (value) => /^\d+$/.test(value));
  };
  // A copy that holds nothing else: read in a document in which nothing runs and nothing is loaded.
  const cleaned = (html) => {
    const from = new DOMParser().parseFromString(html, "text/html");
    const into = document.implementation.createHTMLDocument("");
    const copy = (node, parent) => {
      if (node.nodeType === Node.TEXT_NODE) { parent.append(into.createTextNode(node.data)); return; }
      if (node.nodeType !== Node.ELEMENT_NODE || dropped.has(node.localName)) return;
      let name = kept.get(node.localName);
      if (node.localName === "div" && ![...node.children].some((child) => blocks.has(child.localName) || child.localName === "div")) name = "p";
      let made = name ? into.createElement(name) : null;
      if (made) attributes(node, made);
      // A link that leads nowhere is words.
      if (name === "a" && !made.hasAttribute("href")) made = null;
      if (name === "img" && !made.hasAttribute("src")) return;
      for (const child of node.childNodes) copy(child, made ?? parent);
      if (made && !(name === "p" && !made.textContent.trim() && !made.querySelector("img"))) parent.append(made);
    };
    for (const child of from.body.childNodes) copy(child, into.body);
    return into.body;
  };
  // A text as it is kept: each block on a line of its own, and words that stand in none in a paragraph.
  const written = (html) => {
    const lines = [];
    let open = null;
    const body = cleaned(html);
    for (const node of [...body.childNodes]) {
      if (node.nodeType === Node.ELEMENT_NODE && blocks.has(node.localName)) { open = null; lines.push(node.outerHTML); continue; }
      if (!open && node.nodeType === Node.TEXT_NODE && !node.data.trim()) continue;
      if (!open) { open = body.ownerDocument.createElement("p"); lines.push(open); }
      open.append(node);
    }
    return lines.map((line) => (line.outerHTML ?? line).replaceAll("&nbsp;", " ")).join("\n");
  };
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const paragraphs = (text) =>
    text.split(/\n\s*\n/).filter((one) => one.trim()).map((one) => `<p>${escaped(one.trim()).replaceAll("\n", "<br>")}</p>`).join("");
  const isHtml = (text) => /<\/?[a-z][^>]*>/i.test(text);

  const command = (name, value = null) => document.execCommand(name, false, value);
  const within = (editor, name) => {
    const at = document.getSelection()?.anchorNode;
    const near = at?.nodeType === Node.ELEMENT_NODE ? at : at?.parentElement;
    const found = near?.closest(name);
    return found && editor.contains(found) && found !== editor ? found : null;
  };
  const block = (name) => (editor) => command("formatBlock", within(editor, name) ? "p" : name);
  const askLink = (editor, again) => {
    const had = within(editor, "a");
    const { box, body, foot } = dialog("Link");
    const address = Object.assign(element("input"), { type: "url", name: "link", value: had?.getAttribute("href") ?? "https://", autocomplete: "off" });
    const form = element("form");
    form.id = nextId("link");
    form.append(labelled("Address", address));
    const set = Object.assign(element("button", "", "Set the link"), { type: "submit" });
    set.setAttribute("form", form.id);
    foot.append(set);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      const to = address.value.trim();
      box.close();
      again();
      if (had) { const range = document.createRange(); range.selectNodeContents(had); const now = document.getSelection(); now.removeAllRanges(); now.addRange(range); }
      if (!to || to === "https://") command("unlink");
      else if (lead(to, /^(https?:|mailto:)/i)) {
        if (document.getSelection().isCollapsed) command("insertHTML", `<a href="${escaped(to).replaceAll('"', "&quot;")}">${escaped(to)}</a>`);
        else command("createLink", to);
      }
    });
    body.append(form);
    box.showModal();
    address.focus();
    address.select();
  };
  const askPicture = (again) =>
    chooseFile("Picture", "/manage/files/choices?kinds=image&public=true", true, (file) => {
      again();
      if (file?.url) command("insertHTML", `<img src="${escaped(file.url).replaceAll('"', "&quot;")}" alt="${escaped(file.name).replaceAll('"', "&quot;")}">`);
    });
  const code = (editor) => {
    const had = within(editor, "code");
    if (had) {
      const range = document.createRange();
      range.selectNode(had);
      const now = document.getSelection();
      now.removeAllRanges();
      now.addRange(range);
      command("insertHTML", escaped(had.textContent));
    } else {
      const text = document.getSelection().toString();
      command("insertHTML", text.includes("\n") ? `<pre>${escaped(text)}</pre>` : `<code>${escaped(text || "code")}</code>`);
    }
  };
  const state = (name) => () => document.queryCommandState(name);
  const inside = (name) => (editor) => Boolean(within(editor, name));
  // What can be done: its name, what is shown, what does it, and whether it is so at the cursor.
  const tools = [
    ["Heading", "Heading", block("h2"), inside("h2")],
    ["Subheading", "Subheading", block("h3"), inside("h3")],
    ["Bold (Ctrl+B)", "B", () => command("bold"), state("bold")],
    ["Italic (Ctrl+I)", "I", () => command("italic"), state("italic")],
    ["List", "List", () => command("insertUnorderedList"), inside("ul")],
    ["Numbered list", "Numbered", () => command("insertOrderedList"), inside("ol")],
    ["Quote", "Quote", block("blockquote"), inside("blockquote")],
    ["Code", "Code", code, inside("code")],
    ["Link (Ctrl+K)", "Link", askLink, inside("a")],
    ["Picture", "Picture", (editor, again) => askPicture(again), null],
    ["Undo (Ctrl+Z)", "Undo", () => command("undo"), null],
    ["Redo", "Redo", () => command("redo"), null],
  ];

  const edit = (text) => {
    const label = document.querySelector(`label[for="${text.id}"]`);
    label.id ||= nextId("label");
    const box = element("div", "editor");
    const bar = element("div", "marks");
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", `Marks: ${label.firstChild.textContent.trim()}`);
    const editor = element("div", "prose editable");
    editor.contentEditable = "true";
    editor.dir = "auto";
    editor.id = nextId("editor");
    for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-labelledby", label.id]]) editor.setAttribute(name, value);
    for (const name of ["aria-describedby", "aria-invalid"]) if (text.hasAttribute(name)) editor.setAttribute(name, text.getAttribute(name));
    if (text.rows > 8) editor.classList.add("tall");
    bar.setAttribute("aria-controls", editor.id);

    // The place in the text survives what is done elsewhere.
    let place = null;
    const keep = () => {
      const now = document.getSelection();
      if (now.rangeCount && editor.contains(now.anchorNode)) place = now.getRangeAt(0).cloneRange();
    };
    const again = () => {
      editor.focus();
      if (!place) return;
      const now = document.getSelection();
      now.removeAllRanges();
      now.addRange(place);
    };
    const buttons = [];
    const mark = () => {
      for (const [one, is] of buttons) if (is) one.setAttribute("aria-pressed", String(is(editor)));
    };
    const put = () => { text.value = written(editor.innerHTML); changed(text); mark(); };
    const use = (work) => { again(); work(editor, again); put(); };
    for (const [name, shown, work, is] of tools) {
      const one = button(shown, "quiet", () => use(work));
      one.setAttribute("aria-label", name);
      one.title = name;
      one.tabIndex = buttons.length ? -1 : 0;
      // The text keeps its selection.
      one.addEventListener("mousedown", (event) => event.preventDefault());
      if (is) one.setAttribute("aria-pressed", "false");
      buttons.push([one, is]);
      bar.append(one);
    }
    // One stop for Tab, arrows between the buttons (WAI-ARIA authoring practices, toolbar).
    bar.addEventListener("keydown", (event) => {
      const own = buttons.map(([one]) => one);
      const at = own.indexOf(document.activeElement);
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: own.length - 1 }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      const next = own[(to + own.length) % own.length];
      own.forEach((one) => { one.tabIndex = one === next ? 0 : -1; });
      next.focus();
    });
    editor.addEventListener("focus", () => { command("styleWithCSS", false); command("defaultParagraphSeparator", "p"); }, { once: false });
    editor.addEventListener("input", put);
    editor.addEventListener("keyup", mark);
    editor.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        keep();
        askLink(editor, again);
      }
    });
    document.addEventListener("selectionchange", () => { if (document.activeElement === editor) { keep(); mark(); } });
    const insert = (data) => {
      const html = data.getData("text/html");
      const clean = html ? written(html) : paragraphs(data.getData("text/plain"));
      // One paragraph alone goes into the line where it is pasted.
      const lone = /^<p>((?:(?!<\/?p>).)*)<\/p>$/s.exec(clean);
      command("insertHTML", lone ? lone[1] : clean);
      put();
    };
    editor.addEventListener("paste", (event) => { event.preventDefault(); insert(event.clipboardData); });
    editor.addEventListener("drop", (event) => { if (event.dataTransfer.types.includes("text/html")) { event.preventDefault(); editor.focus(); insert(event.dataTransfer); } });
    box.append(bar, editor);

    const show = () => { editor.replaceChildren(...cleaned(isHtml(text.value) ? text.value : paragraphs(text.value)).childNodes); };
    const source = button("HTML", "quiet", () => {
      const asHtml = text.hidden;
      if (!asHtml) show();
      text.hidden = !asHtml;
      editor.hidden = asHtml;
      source.setAttribute("aria-pressed", String(asHtml));
      for (const [one] of buttons) one.disabled = asHtml && one !== source;
    });
    source.title = "Write HTML";
    source.setAttribute("aria-label", "Write HTML");
    source.setAttribute("aria-pressed", "false");
    source.tabIndex = -1;
    buttons.push([source, null]);
    bar.append(source);
    text.before(box);
    box.append(text);
    return {
      on: () => { show(); bar.hidden = false; editor.hidden = false; text.hidden = true; source.setAttribute("aria-pressed", "false"); for (const [one] of buttons) one.disabled = false; },
      off: () => { bar.hidden = true; editor.hidden = true; text.hidden = false; },
    };
  };

  // Buttons that put the marks of Markdown around what is chosen.
  const marks = {
    Bold: ["**", "**"], Italic: ["*", "*"], Heading: ["\n## ", "\n"], List: ["\n- ", "\n"], Quote: ["\n> ", "\n"], Link: ["[", "](https://)"],
  };
  const markdown = (text) => {
    const bar = element("div", "marks");
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Marks of Markdown");
    for (const [name, [before, after]] of Object.entries(marks)) {
      bar.append(button(name, "quiet", () => {
        const { selectionStart: from, selectionEnd: to, value } = text;
        text.setRangeText(before + value.slice(from, to) + after, from, to, "end");
        if (from === to) text.setSelectionRange(from + before.length, from + before.length);
        text.focus();
        changed(text);
      }));
    }
    return bar;
  };
  // Texts in HTML are written as they will look, those in Markdown with its marks.
  for (const part of all("[data-writes]")) {
    const format = part.querySelector("select[name=format]");
    const is = () => (format ? format.value : part.dataset.writes) === "html";
    for (const text of all("textarea", part)) {
      const bar = markdown(text);
      const editor = edit(text);
      text.before(bar);
      const change = () => { bar.hidden = is(); if (is()) editor.on(); else editor.off(); };
      format?.addEventListener("change", change);
      change();
    }
  }
})();
