// Many pictures at once into [data-upload]: one request a file, three at a time, each with its own progress and its own error.
// The server answers 2xx {"id": …, "html": …} or an error status with {"error": "…"}.
const AT_ONCE = 3;

const fill = (text, values) => interpolate(text, values, true);

function inDigits(number, digits = 0) {
  const form = { useGrouping: false, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return number.toLocaleString(document.documentElement.lang, form);
}

const bytes = (n) =>
  n < 1024 * 1024
    ? fill(gettext("%(size)s KB"), { size: inDigits(Math.max(1, Math.round(n / 1024))) })
    : fill(gettext("%(size)s MB"), { size: inDigits(n / 1024 / 1024, 1) });

const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

function line(list, file) {
  const item = document.createElement("li");
  item.className = "upload-item";
  const name = document.createElement("span");
  name.className = "upload-name";
  name.textContent = file.name;
  const state = document.createElement("span");
  state.className = "upload-state";
  state.textContent = fill(gettext("%(size)s, waiting"), { size: bytes(file.size) });
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", fill(gettext("Sending %(name)s"), { name: file.name }));
  item.append(name, state, bar);
  list.append(item);

  const end = (kind, word, text) => {
    item.classList.add(`upload-item--${kind}`);
    state.textContent = word;
    bar.remove();
    if (!text) return;
    const note = document.createElement("p");
    note.className = "upload-text";
    note.textContent = text;
    item.append(note);
  };
  return {
    progress(part) {
      // The server still checks the picture after the last byte has left.
      if (part >= 1) {
        bar.removeAttribute("value");
        state.textContent = gettext("being checked");
      } else {
        bar.value = Math.round(part * 100);
        state.textContent = fill(gettext("%(number)s %"), { number: inDigits(Math.round(part * 100)) });
      }
    },
    done: (text) => end("done", gettext("received"), text),
    failed: (text) => end("failed", gettext("not received"), text),
  };
}

function refusal(file, maxBytes, accept) {
  if (file.size === 0) return gettext("The file is empty. Save the picture again and send it once more.");
  if (maxBytes && file.size > maxBytes)
    return fill(gettext("The file has %(size)s; at most %(limit)s are accepted. Save it as JPEG or crop it."), {
      size: bytes(file.size),
      limit: bytes(maxBytes),
    });
  if (accept.length && !accept.some((kind) => file.type === kind || file.name.toLowerCase().endsWith(kind)))
    return gettext("This is not a picture of an accepted kind. Send JPEG, PNG, TIFF, BMP or WebP.");
  return "";
}

function errorText(request) {
  try {
    const answer = JSON.parse(request.responseText);
    if (answer.error) return answer.error;
  } catch {
    // not JSON: fall through to the status
  }
  if (request.status === 413) return gettext("The file is too large for the server.");
  if (request.status === 403 || request.status === 404)
    return gettext("You may not add pictures here, or you were signed out. Load the page again.");
  return gettext("The server could not take the file. Try again in a moment.");
}

function send(file, url, fieldName, onProgress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append(fieldName, file, file.name);
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status < 200 || request.status > 299) return resolve({ error: errorText(request) });
      try {
        resolve(JSON.parse(request.responseText));
      } catch {
        // A sign-in page instead of an answer: the login has ended.
        resolve({ error: gettext("You were signed out. Load the page again and sign in.") });
      }
    });
    request.addEventListener("error", () => resolve({ error: gettext("The connection broke. Choose the file again to repeat it.") }));
    request.send(body);
  });
}

function setUp(zone) {
  if (zone.dataset.uploadReady) return;
  zone.dataset.uploadReady = "yes";
  const input = zone.querySelector('input[type="file"]');
  const list = zone.querySelector(".upload-list");
  list.setAttribute("aria-live", "polite");
  const maxBytes = Number(zone.dataset.maxBytes) || 0;
  const accept = (zone.dataset.accept ?? input.accept ?? "")
    .split(",")
    .map((kind) => kind.trim().toLowerCase())
    .filter(Boolean);
  const waiting = [];
  let running = 0;
  let received = 0;

  const finish = () => {
    if (running || waiting.length || !received) return;
    received = 0;
    if (zone.dataset.refresh) {
      document.querySelectorAll(zone.dataset.refresh).forEach((target) => window.htmx?.trigger(target, "refresh"));
    }
    zone.dispatchEvent(new CustomEvent("upload:finished", { bubbles: true }));
  };

  const next = async () => {
    if (running >= AT_ONCE || !waiting.length) return;
    const { file, row } = waiting.shift();
    running += 1;
    next();
    const answer = await send(file, zone.dataset.url, input.name || "file", row.progress);
    running -= 1;
    if (answer.error) row.failed(answer.error);
    else {
      received += 1;
      row.done(answer.note);
    }
    next();
    finish();
  };

  const take = (files) => {
    for (const file of files) {
      const row = line(list, file);
      const text = refusal(file, maxBytes, accept);
      if (text) row.failed(text);
      else waiting.push({ file, row });
    }
    next();
  };

  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = ""; // the same file may be chosen again after an error
  });
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) zone.classList.remove("is-over");
  });
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    take([...event.dataTransfer.files]);
  });
  addEventListener("beforeunload", (event) => {
    if (running || waiting.length) event.preventDefault();
  });
}

const start = (root) => root.querySelectorAll("[data-upload]").forEach(setUp);
start(document);
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
