// Reading needs none of this: it keeps the page current, filters while one types, and says how long ago something was.
"use strict";

const byId = (id) => document.getElementById(id);
const list = byId("clusters");
const live = byId("live");

function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function ages(root) {
  for (const time of root.querySelectorAll("time[data-age]")) {
    const seconds = Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000);
    const [size, unit] = seconds < 100 ? [1, "s"] : seconds < 6000 ? [60, "min"] : seconds < 172800 ? [3600, "h"] : [86400, "d"];
    time.title ||= time.textContent;
    say(time, `${Math.round(seconds / size)} ${unit} ago`);
  }
}

function filter() {
  if (!list) return;
  const words = byId("q").value.toLowerCase().split(/\s+/).filter(Boolean);
  const condition = byId("condition").value;
  let shown = 0;
  for (const row of list.children) {
    const text = row.textContent.toLowerCase();
    const wanted = condition === "" || row.dataset.is.split(" ").includes(condition);
    row.hidden = !(wanted && words.every((word) => text.includes(word)));
    if (!row.hidden) shown++;
  }
  say(byId("count"), `${shown} of ${list.children.length} clusters`);
}

/** A row goes where it belongs: the worst first. */
function place(row) {
  const after = [...list.children].find((other) => other !== row && other.dataset.order > row.dataset.order);
  list.insertBefore(row, after ?? null);
}

const focusable = (root) => [...root.querySelectorAll("a, button, summary, select, input")];

/** Which control it is, wherever in its part it stands: what it belongs to, its name and what it says. */
const key = (control) =>
  JSON.stringify([control.tagName, control.form?.getAttribute("action"), control.getAttribute("href"), control.name,
    control.closest("details")?.id, control.tagName === "SELECT" ? "" : control.textContent]);

/** On the same control, or, if that is gone, on the heading: never on another one that Enter would press. */
function refocus(fresh, wanted) {
  let target = focusable(fresh).find((control) => key(control) === wanted);
  if (!target) {
    target = fresh.querySelector("h2") ?? byId("main");
    target.tabIndex = -1;
  }
  target.focus({ preventScroll: true });
}

/** What the reader has opened, chosen and focused stays so. */
function keep(old, fresh) {
  for (const details of fresh.querySelectorAll("details[id]")) details.open = byId(details.id)?.open ?? details.open;
  for (const select of fresh.querySelectorAll("select[id]")) {
    const chosen = byId(select.id)?.value;
    if ([...select.options].some((option) => option.value === chosen)) select.value = chosen;
  }
  const focused = focusable(old).find((control) => control === document.activeElement);
  const heading = !focused && old.contains(document.activeElement);
  const wanted = focused && key(focused);
  old.replaceWith(fresh);
  if (focused || heading) refocus(fresh, wanted);
}

function put({ id, html }) {
  const old = byId(id);
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  if (!fresh) return old?.remove();
  ages(template.content);
  if (old) keep(old, fresh);
  if (list && fresh.dataset.order) place(fresh);
}

function follow(path) {
  const source = new EventSource(path);
  source.onopen = () => say(live, "Live");
  source.onerror = () => say(live, "Not live: the connection is lost, trying again");
  source.onmessage = (event) => {
    JSON.parse(event.data).forEach(put);
    filter();
  };
}

ages(document);
setInterval(() => ages(document), 5000);
if (list) {
  for (const name of ["q", "condition"]) byId(name).addEventListener("input", filter);
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  filter();
}
if (document.body.dataset.live) follow(document.body.dataset.live);
