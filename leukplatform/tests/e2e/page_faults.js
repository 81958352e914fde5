// What is wrong with the page, as a list of sentences: one h1, one main, a title and a language; every control has a name,
// every picture a text, every id is used once, nothing scrolls sideways.
() => {
  const faults = [];
  const one = (selector) => {
    const found = document.querySelectorAll(selector).length;
    if (found !== 1) faults.push(`${found} times ${selector}`);
  };
  one("h1");
  one("main");
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim()) faults.push("no title");
  for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const named = control.labels?.length || control.getAttribute("aria-label") || control.getAttribute("aria-labelledby");
    if (!named) faults.push(`no label: ${control.outerHTML.slice(0, 120)}`);
  }
  for (const control of document.querySelectorAll("button, a[href], summary")) {
    const text = control.textContent.trim() || control.getAttribute("aria-label") || control.querySelector("img[alt]")?.alt;
    if (!text) faults.push(`no name: ${control.outerHTML.slice(0, 120)}`);
  }
  for (const picture of document.querySelectorAll("img:not([alt])")) faults.push(`no alt: ${picture.outerHTML.slice(0, 120)}`);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) faults.push(`id ${id} twice`);
  for (const element of document.querySelectorAll("[aria-describedby], [aria-labelledby]"))
    for (const name of ["aria-describedby", "aria-labelledby"])
      for (const id of (element.getAttribute(name) ?? "").split(/\s+/).filter(Boolean))
        if (!document.getElementById(id)) faults.push(`${name} names ${id}, which is not there`);
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) faults.push("scrolls sideways");
  return faults;
}
