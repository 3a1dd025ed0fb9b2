// The review by keyboard. Everything here is a shortcut to a link or a button that is on the page.
"use strict";
(() => {
  const STORE = "review-keys";
  const find = (what, within = document) => within.querySelector(what);
  const all = (what, within = document) => [...within.querySelectorAll(what)];
  const shown = (element) => element && element.getClientRects().length > 0 && !element.disabled;

  // Single-key shortcuts can be turned off; the choice stays in this browser.
  const keysAreOn = () => {
    try { return localStorage.getItem(STORE) !== "off"; } catch { return true; }
  };
  const turnKeys = (on) => {
    try { localStorage.setItem(STORE, on ? "on" : "off"); } catch { /* a browser that keeps nothing */ }
    showKeys();
  };
  const showKeys = () => {
    for (const box of all("[data-keys]")) box.checked = keysAreOn();
    document.documentElement.classList.toggle("keys-on", keysAreOn());
  };

  const typing = (target) => {
    const field = target.closest?.("input, textarea, select, [contenteditable]");
    if (!field) return false;
    return !["checkbox", "radio", "button", "submit"].includes(field.type);
  };

  const press = (what) => {
    const element = all(what).find(shown);
    if (!element) return false;
    element.click();
    return true;
  };
  const focusOn = (element) => {
    if (!element) return false;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
    return true;
  };

  // Rows of a plain list: j and k move the focus.
  const moveRow = (step) => {
    const rows = all("[data-row]").filter(shown);
    if (!rows.length) return false;
    const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step;
    return focusOn(rows[Math.min(Math.max(next, 0), rows.length - 1)]);
  };
  const step = (where) => press(`[data-go="${where}"]`) || moveRow(where === "next" ? 1 : -1);

  // Answers of a group: the current one is the one that has the focus in it.
  const members = () => all("[data-member]").filter(shown);
  const current = () => members().find((one) => one.contains(document.activeElement));
  const moveMember = (by) => {
    const own = members();
    const at = own.indexOf(current());
    const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), own.length - 1);
    return focusOn(own[next]);
  };
  const tick = () => {
    const member = current() ?? members()[0];
    const box = member && find("input[type=checkbox]", member);
    if (!box) return false;
    box.click();
    return focusOn(member);
  };
  const open = () => {
    const member = current();
    const link = member && find("[data-open]", member);
    if (!link) return false;
    link.click();
    return true;
  };

  const level = (key) => press(`[data-level="${key}"]`);
  const dialog = () => find("dialog[data-help]");
  const help = () => {
    const own = dialog();
    if (!own || own.open) return false;
    own.showModal();
    return true;
  };
  const away = (event) => {
    if (typing(event.target)) {
      event.target.blur();
      focusOn(find("[data-focus]"));
      return true;
    }
    return press("[data-back]");
  };

  const KEYS = {
    j: () => step("next"),
    k: () => step("before"),
    n: () => moveMember(1),
    p: () => moveMember(-1),
    x: tick,
    Enter: open,
    c: () => focusOn(all("[data-comment]").find(shown)),
    u: () => press("[data-undo]"),
    a: () => press("[data-accept]"),
    "/": () => {
      const field = find("[data-search]");
      const folded = field?.closest("details");
      if (folded) folded.open = true;
      return focusOn(field);
    },
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (find("dialog[open]")) return;  // the dialog has its own keys
    if (event.key === "Escape") {
      if (away(event)) event.preventDefault();
      return;
    }
    if (typing(event.target) || event.repeat && !"jknp".includes(event.key)) return;
    if (event.key === "Enter") {  // controls keep their own Enter
      if (event.target.closest("a, button, input, summary, select, label")) return;
    } else if (!keysAreOn()) {
      return;
    }
    const act = /^[1-9]$/.test(event.key) ? () => level(event.key) : KEYS[event.key];
    if (act && act()) event.preventDefault();
  });

  // What a click on a decision will mark: all answers of the group, or those that are ticked.
  const scope = () => {
    const form = find("form[data-decide]");
    if (!form) return;
    const ticked = all("input[name=member]:checked", form).length;
    for (const said of all("[data-scope]")) {
      said.textContent = ticked ? `${ticked} ticked` : said.dataset.scope;
    }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys]")) turnKeys(event.target.checked);
    if (event.target.matches("input[name=member]")) scope();
    if (event.target.matches("[data-now]")) event.target.form?.requestSubmit();
    if (event.target.matches("[data-phrase]")) fill(event.target);
  });

  // A phrase that has points offers them; what was typed stays.
  const fill = (box) => {
    const own = find("input[name=own]", box.form);
    if (own && box.checked && box.dataset.points && !own.value) own.value = box.dataset.points;
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens-help]")) help();
    if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
    const every = event.target.closest("[data-tick-all]");
    if (every) {
      const boxes = all("input[name=member]", find("form[data-decide]"));
      const on = boxes.some((box) => !box.checked);
      for (const box of boxes) box.checked = on;
      scope();
    }
  });

  // After a swap the focus goes to what came in; a marker who types elsewhere keeps his place.
  document.addEventListener("htmx:after:swap", (event) => {
    wake();
    const target = event.detail?.ctx?.target;
    if (!(target instanceof Element) || !target.matches("[data-desk]")) return;
    const group = find("[data-focus]", target) ?? target;
    group.focus({ preventScroll: true });
    const here = find("[aria-current=true]", target);
    here?.scrollIntoView({ block: "nearest" });
    if (group.getBoundingClientRect().top < 0) group.scrollIntoView({ block: "start" });
    find("[data-scrolls]", target)?.scrollTo(0, 0);
  });

  // The same decision is not sent twice while the first is under way.
  document.addEventListener("htmx:before:request", (event) => {
    const form = event.detail?.ctx?.sourceElement;
    if (form?.matches?.("form[data-decide]")) form.setAttribute("aria-busy", "true");
  });

  const wake = () => {
    for (const asleep of all("[data-needs-script][hidden]")) asleep.hidden = false;
    showKeys();
    scope();
  };
  document.documentElement.classList.add("scripted");
  wake();
})();
