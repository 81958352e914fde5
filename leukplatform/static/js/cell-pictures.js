// Cuts the thumbnails of the gallery out of the pictures of the case: every img[data-source] is loaded once, when its first
// .tile comes near, and drawn on the canvas of each of its tiles. A "cell:show" event on a tile fills [data-cell-panel].
const TILE_UM = 24; // what a thumbnail shows, in micrometres, where the scale of the picture is known
const TILE_CELLS = 1.5; // ... and in widths of the cell where it is not
const REGION_UM = 60; // the panel, likewise
const REGION_CELLS = 4;

const numbers = (text) => (text ? text.split(" ").map(Number) : []);

// The part of the picture around a cell that fills the panel, moved where the picture ends before it.
function around(tile, picture, wanted, ratio) {
  const { x, y } = middle(tile);
  const wide = Math.min(wanted, picture.naturalWidth);
  const high = Math.min(wanted / ratio, picture.naturalHeight);
  return {
    x: within(x - wide / 2, picture.naturalWidth - wide),
    y: within(y - high / 2, picture.naturalHeight - high),
    wide,
    high,
  };
}

function middle(tile) {
  const [x, y, width, height] = numbers(tile.dataset.box);
  return { x: x + width / 2, y: y + height / 2 };
}

const within = (value, most) => Math.min(Math.max(value, 0), most);

// How many pixels of the picture to show: a length in micrometres, or widths of the cell where the scale is not known.
function extent(tile, um, cells) {
  const [, , width, height] = numbers(tile.dataset.box);
  const scale = Number(tile.dataset.scale);
  return scale ? um / scale : cells * Math.max(width, height);
}

function brushOf(canvas) {
  const dots = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * dots);
  canvas.height = Math.round(canvas.clientHeight * dots);
  const brush = canvas.getContext("2d");
  brush.imageSmoothingQuality = "high";
  return brush;
}

function drawTile(tile, picture) {
  const canvas = tile.querySelector("canvas");
  const brush = brushOf(canvas);
  const { x, y } = middle(tile); // the cell that is meant is always the one in the middle, at the edge of a picture too
  const side = extent(tile, TILE_UM, TILE_CELLS);
  brush.drawImage(picture, x - side / 2, y - side / 2, side, side, 0, 0, canvas.width, canvas.height);
  tile.classList.add("is-drawn");
}

class Pictures {
  constructor(root) {
    this.root = root;
    this.last = Promise.resolve();
    this.loading = new Map(); // position of a picture -> promise of its <img>
    this.watcher = new IntersectionObserver((entries) => entries.forEach((entry) => entry.isIntersecting && this.come(entry.target)), {
      rootMargin: "400px",
    });
    for (const tile of root.querySelectorAll(".tile")) this.watcher.observe(tile);
    root.addEventListener("cell:show", (event) => this.show(event.target));
  }

  source(tile) {
    return this.root.querySelector(`[data-source="${tile.dataset.picture}"]`);
  }

  load(tile) {
    const source = this.source(tile);
    const key = tile.dataset.picture;
    if (!this.loading.has(key)) {
      const begin = () => {
        source.src = source.dataset.src;
        return source.decode();
      };
      this.last = this.last.then(begin, begin); // one at a time: what is in view comes first
      const loaded = this.last.then(() => source);
      this.loading.set(key, loaded);
      loaded.catch(() => this.loading.delete(key)); // to be tried again when a cell of it is looked at
    }
    return this.loading.get(key);
  }

  async come(tile) {
    this.watcher.unobserve(tile);
    try {
      drawTile(tile, await this.load(tile));
    } catch {
      tile.classList.add("is-missing"); // the file did not arrive; the name and the measures stand without it
    }
  }

  async show(tile) {
    this.shown = tile;
    const panel = this.root.querySelector("[data-cell-panel]");
    panel.hidden = false;
    this.write(panel, tile);
    try {
      const picture = await this.load(tile);
      if (this.shown === tile) this.drawRegion(panel.querySelector("canvas"), tile, picture);
    } catch {
      panel.querySelector("canvas").width = 0;
    }
  }

  write(panel, tile) {
    const say = (key, text) => (panel.querySelector(`[data-show="${key}"]`).textContent = text);
    say("name", tile.closest("[data-group]").querySelector("[data-group-title]").textContent);
    say("sure", tile.querySelector(".tile-sure").textContent);
    say("where", tile.querySelector(".tile-where").textContent);
    say("by", tile.dataset.by ?? "");
    say("former", tile.dataset.former ?? "");
    panel.querySelector('[data-show="where"]').href = this.source(tile).dataset.page;
    panel.querySelector("[data-show-by]").hidden = !tile.dataset.by;
    const facts = tile.dataset.facts.split("|");
    panel.querySelectorAll("[data-fact]").forEach((place, i) => (place.textContent = facts[i]));
  }

  drawRegion(canvas, tile, picture) {
    canvas.className = `cell-region cell--${tile.closest("[data-group]").dataset.kind}`;
    const brush = brushOf(canvas);
    const least = Math.max(...numbers(tile.dataset.box).slice(2)) * 1.5; // a large cell stays whole
    const wanted = Math.max(extent(tile, REGION_UM, REGION_CELLS), least);
    const part = around(tile, picture, wanted, canvas.width / canvas.height);
    const zoom = Math.min(canvas.width / part.wide, canvas.height / part.high);
    brush.drawImage(picture, part.x, part.y, part.wide, part.high, 0, 0, part.wide * zoom, part.high * zoom);
    const [boxX, boxY] = numbers(tile.dataset.box);
    const place = ([x, y]) => [(boxX + x + 0.5 - part.x) * zoom, (boxY + y + 0.5 - part.y) * zoom];
    const { color } = getComputedStyle(canvas);
    trace(brush, corners(tile.dataset.outline).map(place), color, []);
    trace(brush, corners(tile.dataset.nucleus).map(place), color, [5, 4]);
  }
}

function corners(text) {
  const flat = numbers(text);
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}

// A light line below the coloured one keeps the outline visible on a dark cell.
function trace(brush, points, color, dashes) {
  if (!points.length) return;
  const dots = window.devicePixelRatio || 1;
  brush.beginPath();
  points.forEach(([x, y]) => brush.lineTo(x, y));
  brush.closePath();
  for (const [width, stroke] of [[4, "rgb(255 255 255 / 65%)"], [2, color]]) {
    brush.lineWidth = width * dots;
    brush.strokeStyle = stroke;
    brush.setLineDash(dashes.map((length) => length * dots));
    brush.stroke();
  }
}

for (const root of document.querySelectorAll("[data-gallery]")) new Pictures(root);
