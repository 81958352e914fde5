// The picture viewer. Every layer of a [data-viewer] is moved by one and the same transform (scale, x, y), so picture, overlay
// and heat map stay on top of one another, and side by side they move together. Units: CSS pixels of the stage.
const MAX_SCALE = 8; // screen pixels per pixel of the picture
const STEP = 1.25;
const NUDGE = 60;

class Viewer {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector(".viewer-stage");
    this.layers = [...this.stage.querySelectorAll("[data-layer]")];
    this.base = this.layers.find((layer) => layer.dataset.layer === "picture") ?? this.layers[0];
    this.view = { scale: 1, x: 0, y: 0 };
    this.fitted = true;
    this.pointers = new Map();
    this.wrapStage();
    this.buildReadout();
    this.listen();
    root.classList.add("is-ready");
    if (this.base.complete && this.base.naturalWidth) this.begin();
    this.base.addEventListener("load", () => this.begin());
  }

  get size() {
    return { width: this.base.naturalWidth, height: this.base.naturalHeight };
  }

  get stages() {
    return [...this.root.querySelectorAll(".viewer-stage")];
  }

  get fitScale() {
    const { width, height } = this.size;
    return Math.min(this.stage.clientWidth / width, this.stage.clientHeight / height, MAX_SCALE);
  }

  begin() {
    this.fit();
    this.resizer ??= new ResizeObserver(() => (this.fitted ? this.fit() : this.move({})));
    this.resizer.observe(this.stage);
  }

  wrapStage() {
    this.frame = document.createElement("div");
    this.frame.className = "viewer-stages";
    this.stage.replaceWith(this.frame);
    this.frame.append(this.stage);
    this.stage.tabIndex = 0;
    this.stage.setAttribute("role", "group");
    this.stage.setAttribute("aria-label", gettext("Picture. Plus and minus zoom, arrow keys move, 0 fits, 1 to 3 switch layers."));
  }

  buildReadout() {
    const bar = this.root.querySelector(".viewer-toolbar");
    this.readout = this.root.querySelector("[data-viewer-zoom]");
    if (this.readout || !bar) return;
    this.readout = document.createElement("output");
    this.readout.className = "viewer-zoom";
    this.readout.setAttribute("aria-label", gettext("Zoom"));
    (bar.querySelector('[data-viewer-action="zoom-in"]')?.parentElement ?? bar).append(this.readout);
  }

  // --- moving ---------------------------------------------------------------------------------------------------
  fit() {
    const scale = this.fitScale;
    const { width, height } = this.size;
    this.view = {
      scale,
      x: (this.stage.clientWidth - width * scale) / 2,
      y: (this.stage.clientHeight - height * scale) / 2,
    };
    this.fitted = true;
    this.paint();
  }

  zoom(factor, at = { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 }) {
    const lowest = Math.min(this.fitScale, 1);
    const scale = Math.min(MAX_SCALE, Math.max(lowest, this.view.scale * factor));
    const ratio = scale / this.view.scale;
    this.fitted = false;
    this.move({ scale, x: at.x - (at.x - this.view.x) * ratio, y: at.y - (at.y - this.view.y) * ratio });
  }

  move({ scale = this.view.scale, x = this.view.x, y = this.view.y }) {
    const { width, height } = this.size;
    this.view = {
      scale,
      x: hold(x, width * scale, this.stage.clientWidth),
      y: hold(y, height * scale, this.stage.clientHeight),
    };
    this.paint();
  }

  pan(dx, dy) {
    this.fitted = false;
    this.move({ x: this.view.x + dx, y: this.view.y + dy });
  }

  paint() {
    const { scale, x, y } = this.view;
    for (const layer of this.root.querySelectorAll(".viewer-stage [data-layer]")) {
      layer.style.width = `${this.size.width}px`; // a layer stored smaller than the picture is stretched over it
      layer.style.height = `${this.size.height}px`;
      layer.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
      layer.classList.toggle("is-pixelated", scale >= 3);
    }
    this.root.style.setProperty("--picture-pixel", String(1 / scale)); // so that outlines keep their width on the screen
    this.root.classList.toggle("is-fitted", this.fitted); // the page scrolls under a finger until the picture is enlarged
    if (this.readout) this.readout.textContent = percent(scale);
  }

  // --- layers ---------------------------------------------------------------------------------------------------
  toggle(name, shown = this.layer(name)?.hidden) {
    const layer = this.layer(name);
    if (!layer || this.isSideBySide) return;
    layer.hidden = !shown;
    this.showButtons();
  }

  layer(name) {
    return this.layers.find((layer) => layer.dataset.layer === name);
  }

  opacity(name, value) {
    const layer = this.layer(name);
    if (layer) layer.style.opacity = value;
  }

  get isSideBySide() {
    return this.root.classList.contains("is-side-by-side");
  }

  sideBySide(wanted = !this.isSideBySide) {
    this.root.classList.toggle("is-side-by-side", wanted);
    for (const stage of this.stages.slice(1)) stage.remove();
    this.stage.querySelector(".viewer-caption")?.remove();
    if (wanted) {
      this.stage.append(caption(this.base.dataset.label ?? gettext("Picture")));
      for (const layer of this.layers) if (layer !== this.base) this.frame.append(this.stageFor(layer));
      this.hiddenBefore = this.layers.filter((layer) => layer !== this.base).map((layer) => layer.hidden);
    }
    this.layers
      .filter((layer) => layer !== this.base)
      .forEach((layer, i) => (layer.hidden = wanted ? true : (this.hiddenBefore?.[i] ?? layer.hidden)));
    this.showButtons();
    this.fit();
  }

  // A stage of its own for one layer, over the picture where the layer is see-through.
  stageFor(layer) {
    const stage = document.createElement("div");
    stage.className = "viewer-stage";
    const below = this.base.cloneNode();
    const above = layer.cloneNode(true);
    for (const copy of [below, above]) {
      copy.hidden = false;
      copy.removeAttribute("id");
    }
    below.alt = "";
    if (layer instanceof HTMLCanvasElement) above.getContext("2d").drawImage(layer, 0, 0); // a copy of it is empty
    stage.append(below, above, caption(layer.dataset.label ?? layer.dataset.layer));
    this.listenToPointer(stage);
    return stage;
  }

  showButtons() {
    for (const button of this.root.querySelectorAll("[data-viewer-toggle]")) {
      const layer = this.layer(button.dataset.viewerToggle);
      button.disabled = !layer || this.isSideBySide;
      setPressed(button, Boolean(layer) && (this.isSideBySide || !layer.hidden));
    }
    for (const button of this.root.querySelectorAll('[data-viewer-action="side-by-side"]')) setPressed(button, this.isSideBySide);
  }

  // --- input ----------------------------------------------------------------------------------------------------
  act(name) {
    if (name === "zoom-in") this.zoom(STEP);
    else if (name === "zoom-out") this.zoom(1 / STEP);
    else if (name === "fit") this.fit();
    else if (name === "actual") this.zoom(1 / this.view.scale);
    else if (name === "side-by-side") this.sideBySide();
  }

  listen() {
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-viewer-action], button[data-viewer-toggle]");
      if (button?.dataset.viewerAction) this.act(button.dataset.viewerAction);
      else if (button) this.toggle(button.dataset.viewerToggle);
    });
    this.root.addEventListener("input", (event) => {
      const { viewerOpacity, viewerToggle } = event.target.dataset;
      if (viewerOpacity) this.opacity(viewerOpacity, event.target.value / (event.target.max || 100));
      if (viewerToggle) this.toggle(viewerToggle, event.target.checked);
    });
    for (const slider of this.root.querySelectorAll("[data-viewer-opacity]"))
      this.opacity(slider.dataset.viewerOpacity, slider.value / (slider.max || 100));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.listenToPointer(this.stage);
    this.showButtons();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type='range'], textarea, select")) return;
    const actions = {
      "+": () => this.zoom(STEP),
      "=": () => this.zoom(STEP),
      "-": () => this.zoom(1 / STEP),
      0: () => this.fit(),
      ArrowLeft: () => this.pan(NUDGE, 0),
      ArrowRight: () => this.pan(-NUDGE, 0),
      ArrowUp: () => this.pan(0, NUDGE),
      ArrowDown: () => this.pan(0, -NUDGE),
      1: () => this.toggle("overlay"),
      2: () => this.toggle("heatmap"),
      3: () => this.sideBySide(),
    };
    if (!(event.key in actions)) return;
    event.preventDefault();
    actions[event.key]();
  }

  listenToPointer(stage) {
    const at = (event) => {
      const box = stage.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    stage.addEventListener(
      "wheel",
      (event) => {
        // Without a modifier the page scrolls as long as the picture is fitted and the reader rolls outwards.
        if (this.fitted && event.deltaY > 0 && !event.ctrlKey) return;
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY * 0.0016), at(event));
      },
      { passive: false },
    );
    stage.addEventListener("dblclick", (event) => this.zoom(2, at(event)));
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, at(event));
      stage.classList.add("is-dragging");
    });
    stage.addEventListener("pointermove", (event) => {
      const before = this.pointers.get(event.pointerId);
      if (!before) return;
      const now = at(event);
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
      this.pointers.set(event.pointerId, now);
      if (other) {
        const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
        this.zoom(distance(now, other) / Math.max(1, distance(before, other)), middle);
      } else this.pan(now.x - before.x, now.y - before.y);
    });
    for (const name of ["pointerup", "pointercancel"])
      stage.addEventListener(name, (event) => {
        this.pointers.delete(event.pointerId);
        if (!this.pointers.size) stage.classList.remove("is-dragging");
      });
    for (const picture of stage.querySelectorAll("img")) picture.draggable = false;
  }
}

function percent(part) {
  const number = Math.round(part * 100).toLocaleString(document.documentElement.lang, { useGrouping: false });
  return interpolate(gettext("%(number)s %"), { number }, true);
}

const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);

// A picture smaller than the stage is centred; a larger one always covers it.
const hold = (at, length, room) => (length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, at)));

function setPressed(button, pressed) {
  if (button.type === "checkbox") button.checked = pressed;
  else button.setAttribute("aria-pressed", String(pressed));
}

function caption(text) {
  const element = document.createElement("span");
  element.className = "viewer-caption";
  element.textContent = text;
  return element;
}

function start(root) {
  for (const element of root.querySelectorAll("[data-viewer]")) {
    if (!element.classList.contains("is-ready") && element.querySelector("[data-layer]")) new Viewer(element);
  }
}

start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
