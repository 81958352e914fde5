// Forms with data-confirm="Question?" ask before they are sent, in a <dialog>. Optional: data-confirm-label (the word on
// the button) and data-confirm-text (a second line). Without a script the form is simply sent, and so is one that is not
// filled in: nobody confirms what will be refused.
let dialog;

function build() {
  dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "confirm-title");
  const title = document.createElement("h2");
  title.id = "confirm-title";
  const text = document.createElement("p");
  text.className = "muted";
  const buttons = document.createElement("form");
  buttons.method = "dialog";
  buttons.className = "cluster cluster--end";
  const no = document.createElement("button");
  no.className = "btn";
  no.value = "no";
  no.textContent = gettext("Go back");
  const yes = document.createElement("button");
  yes.className = "btn btn--primary";
  yes.value = "yes";
  buttons.append(no, yes);
  dialog.append(title, text, buttons);
  document.body.append(dialog);
  return { title, text, yes, no };
}

let parts;

function ask(form) {
  parts ??= build();
  parts.title.textContent = form.dataset.confirm;
  parts.text.textContent = form.dataset.confirmText ?? "";
  parts.text.hidden = !form.dataset.confirmText;
  parts.yes.textContent = form.dataset.confirmLabel ?? gettext("Yes, go on");
  dialog.returnValue = "no"; // Escape leaves the value as it is
  dialog.showModal();
  parts.no.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) return;
    if (form.noValidate && [...form.elements].some((field) => field.validity?.valueMissing)) return; // the server says what
    event.preventDefault();
    event.stopImmediatePropagation(); // htmx must not send it either
    if (!(await ask(form))) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter ?? undefined);
    delete form.dataset.confirmed;
  },
  true,
);
