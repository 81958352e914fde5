// Cuts the thumbnails of the gallery out of the pictures of the case: every img[data-source] is loaded once, when its first
// .tile comes near, and drawn on the canvas of each of its tiles. A "cell:show" event on a tile fills [data-cell-panel].
const TILE_UM = 24; // what a thumbnail shows, in micrometres, where the scale of the picture is known
const AROUND = 1.5; // ... and in widths of the cell where it is not
const REGION = 3.2; // the panel, likewise
const REGION_UM = 60;

const numbers = (text) => (text ? text.split(" ").map(Number) : []);

function square(tile, um, around) {
  const [x, y, width, height] = numbers(tile.dataset.box);
  const scale = Number(tile.dataset.scale);
  const side = Math.max(scale ? um / scale : 0, scale && um === TILE_UM ? 0 : around * Math.max(width, height));
  return { x: x + width / 2 - side / 2, y: y + height / 2 - side / 2, side };
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
  const { x, y, side } = square(tile, TILE_UM, AROUND);
  brush.drawImage(picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  tile.classList.add("is-drawn");
}

class Pictures {
  constructor(root) {
    this.root = root;
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
      source.src = source.dataset.src;
      this.loading.set(key, source.decode().then(() => source));
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
    const { x, y, side } = square(tile, REGION_UM, REGION);
    const zoom = Math.max(canvas.width, canvas.height) / side;
    const left = x + (side - canvas.width / zoom) / 2;
    const top = y + (side - canvas.height / zoom) / 2;
    brush.drawImage(picture, left, top, canvas.width / zoom, canvas.height / zoom, 0, 0, canvas.width, canvas.height);
    const [boxX, boxY] = numbers(tile.dataset.box);
    const place = (corner) => [(boxX + corner[0] + 0.5 - left) * zoom, (boxY + corner[1] + 0.5 - top) * zoom];
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
