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

/** Rows of clusters that went away while nobody was told. */
function only(ids) {
  const there = new Set(ids);
  for (const row of [...(list?.children ?? [])]) if (!there.has(row.id)) row.remove();
}

function put({ id, html = "", only: ids }) {
  if (ids) return only(ids);
  const old = byId(id);
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  if (!fresh) return old?.remove();
  ages(template.content);
  if (old) keep(old, fresh);
  if (list && fresh.dataset.order) place(fresh);
}

const LOST = "Not live: the connection is lost, trying again";
let source = null;
let again = 0;
let patience = 1000;

/** A browser gives up for good after any answer but 200, as while the daemon starts: we don't. */
function follow(path) {
  clearTimeout(again);
  source?.close();
  source = new EventSource(path);
  source.onopen = () => {
    patience = 1000;
    say(live, "Live");
  };
  source.onerror = () => {
    say(live, LOST);
    if (source.readyState !== EventSource.CLOSED) return;
    again = setTimeout(follow, patience * (1 + Math.random() / 2), path);
    patience = Math.min(2 * patience, 30000);
  };
  source.onmessage = (event) => {
    JSON.parse(event.data).forEach(put);
    filter();
  };
}

/** A tab that nobody sees holds none of the six connections that a browser has for one host. */
function followWhileShown(path) {
  clearTimeout(again);
  if (!document.hidden) return follow(path);
  source?.close();
  source = null;
}

ages(document);
setInterval(() => ages(document), 5000);
if (list) {
  for (const name of ["q", "condition"]) byId(name).addEventListener("input", filter);
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  filter();
}
const path = document.body.dataset.live;
if (path) {
  followWhileShown(path);
  document.addEventListener("visibilitychange", () => followWhileShown(path));
}
