// Keeps what was typed into the textareas of <form data-draft-key="…"> on this computer until the form is sent, and asks
// before the page is left. The key must name the case and the person, so that no text turns up where it does not belong.
// The computer may be a shared one: drafts are dropped at sign-out, as soon as somebody else signs in, and after a day. A
// login that ended by itself leaves them for its writer, but for an hour only: then the login's page drops them.
//
// A draft is not dropped when the form is sent but when the next page arrives, so that a broken connection loses nothing.
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const account = document.querySelector('meta[name="account"]')?.content; // whose page this is; nobody's at the login
const PREFIX = "draft:";

const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
};

const write = (key, fields, isSent = false) => {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), fields, isSent }));
  } catch {
    // storage is full or switched off: the warning on leaving still holds
  }
};

const drop = (key) => {
  try {
    localStorage.removeItem(PREFIX + key);
  } catch {
    // nothing was stored
  }
};

function dropWhere(isUnwanted) {
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(PREFIX)) continue;
      const draft = read(name.slice(PREFIX.length));
      if (!draft || isUnwanted(draft, name)) localStorage.removeItem(name);
    }
  } catch {
    // no storage, no drafts
  }
}

function say(form, text) {
  let note = form.querySelector("[data-draft-note]");
  if (!note) {
    note = document.createElement("p");
    note.className = "small muted";
    note.dataset.draftNote = "";
    note.setAttribute("role", "status");
    form.append(note);
  }
  note.textContent = text;
}

const unsent = new Set();

// Back or reload after sending: the connection may have broken, so the text is offered again. Any other arrival: it was sent.
const cameBack = performance.getEntriesByType("navigation")[0]?.type !== "navigate";

function keep(form) {
  if (form.dataset.draftReady) return;
  form.dataset.draftReady = "yes";
  const key = form.dataset.draftKey;
  const areas = [...form.querySelectorAll("textarea[name]")];

  const found = read(key);
  const draft = found?.isSent && !cameBack ? null : found;
  let restored = false;
  for (const area of areas) {
    const text = draft?.fields[area.name];
    // What the server sent wins: after a refused form it already holds the text.
    if (text && !area.value) {
      area.value = text;
      restored = true;
    }
  }
  if (restored) {
    unsent.add(form);
    say(form, gettext("Your unsent text was put back. It is kept on this computer only, for a day at most."));
  }

  let timer;
  const fieldsNow = () => Object.fromEntries(areas.map((area) => [area.name, area.value]));
  const save = () => {
    const fields = fieldsNow();
    if (Object.values(fields).some(Boolean)) {
      write(key, fields);
      unsent.add(form);
      say(form, gettext("Draft kept on this computer until you send it."));
    } else {
      drop(key);
      unsent.delete(form);
    }
  };
  form.addEventListener("input", (event) => {
    if (event.target.tagName !== "TEXTAREA") return;
    unsent.add(form);
    clearTimeout(timer);
    timer = setTimeout(save, 400);
  });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return; // the question of confirm.js was not answered yet
    clearTimeout(timer);
    unsent.delete(form);
    write(key, fieldsNow(), true);
  });
}

function start(root) {
  for (const form of root.querySelectorAll("form[data-draft-key]")) keep(form);
}

addEventListener("beforeunload", (event) => {
  for (const form of unsent) if (!form.isConnected) unsent.delete(form);
  if (unsent.size) event.preventDefault();
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-sign-out]")) return;
  unsent.clear();
  dropWhere(() => true);
});
dropWhere((draft) => Date.now() - draft.at > (account ? DAY : HOUR));
if (account) dropWhere((draft, name) => !name.endsWith(`-${account}`));
start(document);
dropWhere((draft) => draft.isSent); // a page has arrived since: the text reached the server
document.addEventListener("htmx:load", (event) => start(event.target.parentElement ?? document));
