// The gallery of a case's cells. Click, Shift + click, arrow keys and Ctrl + A choose .tile elements; a key or a button of the menu
// names them all in one request. The server answers JSON {"version", "changed": [{"id", "name", "former", "by"}], "summary",
// "note" or "error"}: whatever was named since the version that was sent, by anybody.
class Gallery {
  constructor(form) {
    this.form = form;
    this.keys = new Map([...form.querySelectorAll("[data-key]")].map((button) => [button.dataset.key.toLowerCase(), button]));
    this.lastNamed = [];
    this.sending = Promise.resolve();
    const choices = this.choices;
    choices.forEach((choice, i) => (choice.tabIndex = i ? -1 : 0));
    form.classList.add("is-ready");
    this.listen();
    this.count();
  }

  get tiles() {
    return [...this.form.querySelectorAll(".tile")];
  }

  get choices() {
    return [...this.form.querySelectorAll(".tile-choice")];
  }

  get chosen() {
    return this.choices.filter((choice) => choice.checked);
  }

  get canName() {
    return this.keys.size > 0;
  }

  // --- choosing ---------------------------------------------------------------------------------------------------
  choose(choice, { range = false } = {}) {
    if (range && this.anchor?.isConnected) {
      const all = this.choices;
      const [from, to] = [all.indexOf(this.anchor), all.indexOf(choice)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.checked = true;
    } else {
      choice.checked = !choice.checked;
      this.anchor = choice;
    }
    this.count();
  }

  chooseAll(group) {
    const choices = [...group.querySelectorAll(".tile-choice")];
    const wanted = choices.some((choice) => !choice.checked);
    for (const choice of choices) choice.checked = wanted;
    this.count();
  }

  chooseNone() {
    for (const choice of this.chosen) choice.checked = false;
    this.count();
  }

  count() {
    const output = this.form.querySelector("[data-gallery-selected]");
    if (output) output.textContent = this.chosen.length;
  }

  // --- moving -----------------------------------------------------------------------------------------------------
  focus(choice) {
    if (!choice) return;
    for (const one of this.form.querySelectorAll('.tile-choice[tabindex="0"]')) one.tabIndex = -1;
    choice.tabIndex = 0;
    choice.focus();
  }

  neighbour(choice, key) {
    const all = this.choices;
    const here = all.indexOf(choice);
    if (key === "ArrowLeft") return all[here - 1];
    if (key === "ArrowRight") return all[here + 1];
    if (key === "Home") return all[0];
    if (key === "End") return all.at(-1);
    return this.inNextRow(all, here, key === "ArrowDown" ? 1 : -1);
  }

  inNextRow(all, here, step) {
    const place = (choice) => choice.closest(".tile").getBoundingClientRect();
    const { left, top } = place(all[here]);
    let best;
    for (let i = here + step; i >= 0 && i < all.length; i += step) {
      const box = place(all[i]);
      if (Math.abs(box.top - top) < 4) continue;
      if (best && Math.abs(box.top - best.top) >= 4) break;
      const aside = Math.abs(box.left - left);
      if (!best || aside < best.aside) best = { choice: all[i], top: box.top, aside };
    }
    return best?.choice;
  }

  // --- naming -----------------------------------------------------------------------------------------------------
  name(name) {
    let ids = this.chosen.map((choice) => choice.value);
    if (!ids.length && name === "previous") ids = this.lastNamed;
    if (!ids.length && document.activeElement?.matches(".tile-choice")) ids = [document.activeElement.value];
    if (!ids.length) return this.form.querySelector(".tile-choice")?.focus();
    this.sending = this.sending.then(() => this.send(name, ids)); // one after the other: each needs the version before it
  }

  async send(name, ids) {
    const body = new FormData(this.form);
    body.delete("cell");
    body.set("cell", ids.join(","));
    body.set("name", name);
    this.form.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(this.form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!response.headers.get("Content-Type")?.includes("json")) return this.say(this.form.dataset[response.ok || response.status === 403 ? "signedOut" : "failed"], true);
      const answer = await response.json();
      if (response.ok) this.settle(ids);
      if (answer.changed) this.apply(answer);
      this.say(answer.note ?? answer.error, !response.ok);
    } catch {
      this.say(this.form.dataset.failed, true);
    } finally {
      this.form.removeAttribute("aria-busy");
    }
  }

  // What was named is chosen no longer; the focus goes on to the next cell, before the named ones move away.
  settle(ids) {
    this.lastNamed = ids;
    for (const choice of this.chosen) if (ids.includes(choice.value)) choice.checked = false;
    const here = document.activeElement;
    if (here?.matches(".tile-choice") && ids.includes(here.value)) {
      const all = this.choices;
      const rest = (one) => !ids.includes(one.value);
      const at = all.indexOf(here);
      this.next = all.slice(at).find(rest) ?? all.slice(0, at).findLast(rest) ?? here;
    }
    this.count();
  }

  apply({ version, changed, summary }) {
    this.form.elements.seen.value = version;
    const touched = new Set();
    for (const { id, name, former, by } of changed) {
      const tile = this.form.querySelector(`[data-cell="${id}"]`);
      const group = this.form.querySelector(`[data-group="${CSS.escape(name)}"]`);
      if (!tile || !group) continue;
      touched.add(tile.closest("[data-group]")).add(group);
      Object.assign(tile.dataset, { by, former });
      tile.classList.add("is-named");
      group.querySelector(".gallery-tiles").append(tile);
    }
    for (const group of touched) this.arrange(group);
    htmx.swap("[data-gallery-summary]", summary, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    this.focus(this.next);
    this.next = undefined;
  }

  // As the server orders them: cells that no doctor has named first, each part with the least certain first.
  arrange(group) {
    const list = group.querySelector(".gallery-tiles");
    const rank = (tile) => Number(tile.dataset.sure) + (tile.dataset.by ? 2 : 0);
    const tiles = [...list.children].sort((a, b) => rank(a) - rank(b));
    list.append(...tiles);
    group.hidden = !tiles.length;
    group.querySelector("[data-group-count]").textContent = tiles.length;
  }

  say(text, isFault = false) {
    const note = this.form.querySelector("[data-gallery-note]");
    note.textContent = text;
    note.classList.toggle("is-fault", isFault);
  }

  // --- input ------------------------------------------------------------------------------------------------------
  listen() {
    const { form } = this;
    form.addEventListener("click", (event) => this.click(event));
    form.addEventListener("keydown", (event) => this.key(event));
    for (const kind of ["pointerover", "focusin"])
      form.addEventListener(kind, (event) => {
        const tile = event.target.closest(".tile");
        if (tile && tile !== this.shown) tile.dispatchEvent(new CustomEvent("cell:show", { bubbles: true }));
        if (tile) this.shown = tile;
      });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.name(event.submitter?.value ?? "");
    });
  }

  click(event) {
    const tile = event.target.closest(".tile");
    if (tile && this.canName) {
      const choice = tile.querySelector(".tile-choice");
      if (event.target === choice) {
        this.anchor = choice; // the space bar: the browser has changed the box already
        return this.count();
      }
      event.preventDefault();
      this.focus(choice);
      return this.choose(choice, { range: event.shiftKey });
    }
    if (event.target.closest("[data-select-all]")) this.chooseAll(event.target.closest("[data-group]"));
    if (event.target.closest("[data-select-none]")) this.chooseNone();
  }

  key(event) {
    const choice = event.target;
    if (!choice.matches(".tile-choice") || event.altKey) return;
    const withControl = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (withControl && key === "a" && this.canName) this.chooseAll(choice.closest("[data-group]"));
    else if (withControl) return;
    else if (/^(Arrow|Home$|End$)/.test(event.key)) this.go(choice, event);
    else if (event.key === "Escape") this.chooseNone();
    else if (this.keys.has(key)) this.name(this.keys.get(key).value);
    else return;
    event.preventDefault();
  }

  go(choice, event) {
    const next = this.neighbour(choice, event.key);
    if (!next) return;
    if (event.shiftKey && this.canName) {
      if (!choice.checked) this.choose(choice);
      this.choose(next, { range: true });
    }
    this.focus(next);
  }
}

for (const form of document.querySelectorAll("[data-gallery]")) new Gallery(form);
