// Runs before the first paint: the appearance the reader chose, else the system's. A plain script, not a module,
// because a module would run after the page has been painted in the wrong colours.
(() => {
  const root = document.documentElement;
  const systemDark = matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is switched off: follow the system
    }
  };

  const store = (theme) => {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // the choice holds for this page only
    }
  };

  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    root.dataset.appearance = root.dataset.theme ?? (systemDark.matches ? "dark" : "light");
  };

  show(stored());
  systemDark.addEventListener("change", () => show(root.dataset.theme));

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const next = root.dataset.appearance === "dark" ? "light" : "dark";
        store(next);
        show(next);
      });
    }
    // A menu closes when the reader goes elsewhere.
    document.addEventListener("click", (event) => {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        if (!menu.contains(event.target)) menu.open = false;
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
  });
})();
