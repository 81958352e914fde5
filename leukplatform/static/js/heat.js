// Paints canvas[data-heat]: one pixel for each number from -1 (against leukaemia) to 1 (for it); the browser stretches and
// smooths it over the picture. The colours are those of .heat--for and .heat--against in viewer.css.
const FOR = [255, 159, 28];
const AGAINST = [38, 130, 255];
const STRONGEST = 190; // of 255: the picture stays visible below

function paint(canvas) {
  const values = canvas.dataset.heat.split(" ").map(Number);
  const brush = canvas.getContext("2d");
  const pixels = brush.createImageData(canvas.width, canvas.height);
  values.forEach((value, i) => pixels.data.set([...(value > 0 ? FOR : AGAINST), Math.abs(value) * STRONGEST], 4 * i));
  brush.putImageData(pixels, 0, 0);
}

function start(root) {
  for (const canvas of root.querySelectorAll("canvas[data-heat]")) paint(canvas);
}

start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
