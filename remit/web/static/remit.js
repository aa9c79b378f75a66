// What the pages do with script: keys, forms that answer in place, drafts, and news. Without it they work as forms do.
"use strict";

const $ = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const parse = (text) => new DOMParser().parseFromString(text, "text/html");
const TYPES = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

// ── another page in place of this one ──────────────────────────────────────────────────────────────────────────────

function show(page, url, push) {
  for (const part of ["#bar", "#side", "#said", "main"]) {
    const [here, there] = [$(part), $(part, page)];
    if (here && there) part === "#said" ? (here.innerHTML = there.innerHTML) : here.replaceWith(there);
  }
  document.title = page.title;
  if (push) scrollTo(0, 0);
  hush();
  if (push) history.pushState(null, "", url);
  ($("main [data-focus]") || $("main"))?.focus({ preventScroll: true });
  $("[data-list] [aria-current]")?.scrollIntoView({ block: "nearest" });
}

// What was said goes after a while, so that it covers nothing; what counts stays on the page.
let hushing = 0;
function hush() {
  clearTimeout(hushing);
  hushing = setTimeout(() => ($("#said").innerHTML = ""), 6000);
}

async function go(url, push = true) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!(answer.headers.get("content-type") || "").startsWith("text/html")) return location.assign(url);
  show(parse(await answer.text()), answer.url, push);
}

async function send(form, button) {
  if (form.dataset.sign && button?.value === "approve" && !(await sign(form))) return;
  clearTimeout(drafts.get(form));
  drafts.delete(form);
  const fields = new URLSearchParams(new FormData(form, button));
  const busy = all("button", form).filter((one) => !one.disabled);
  busy.forEach((one) => (one.disabled = true));
  try {
    const answer = await fetch(button?.hasAttribute("formaction") ? button.formAction : form.action, { method: "POST", body: fields, headers: { Accept: "text/html" } });
    const page = parse(await answer.text());
    if (!answer.ok) return complain(form, $("[data-problem]", page)?.innerHTML || `The server answered ${answer.status}.`);
    if ($("[data-signed-out]", page)) return complain(form, "You are signed out. Sign in again in another tab; what you typed stays here.");
    show(page, answer.url, answer.redirected);
  } catch {
    complain(form, "The server cannot be reached. What you typed stays here; try again.");
  } finally {
    busy.forEach((one) => (one.disabled = false));
  }
}

// A passkey signs exactly what is approved; what it says goes along with the form.
async function sign(form) {
  try {
    const answer = await fetch(form.dataset.sign, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) throw new Error($("[data-problem]", parse(await answer.text()))?.textContent);
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await answer.json());
    $("[name=signed]", form).value = JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
    return true;
  } catch (error) {
    return void complain(form, `Your passkey was not used: ${error.message}`.replace(/[<&]/g, " "));
  }
}

function complain(form, html) {
  const box = $(".problem", form) || form.insertBefore(document.createElement("div"), form.firstChild);
  box.className = "problem";
  box.setAttribute("role", "alert");
  box.innerHTML = html;
}

addEventListener("submit", (event) => {
  const [form, button] = [event.target, event.submitter];
  if (form.method !== "post" || form.hasAttribute("data-plain") || button?.hasAttribute("data-plain")) return;
  event.preventDefault();
  send(form, button);
});
addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href);
});
addEventListener("popstate", () => go(location.href, false));
addEventListener("change", (event) => event.target.closest("form[data-at-once]")?.requestSubmit());

// ── keys ───────────────────────────────────────────────────────────────────────────────────────────────────────────

let went = 0;

function step(by) {
  const items = all("[data-list] a[data-item]");
  const at = items.findIndex((item) => item === document.activeElement || item.closest("[aria-current]"));
  const item = items[at < 0 ? 0 : at + by];
  if (item) item.hasAttribute("data-swap") ? item.click() : item.focus();
}

addEventListener("keydown", (event) => {
  const typing = event.target.matches(TYPES);
  if (event.key === "Escape" && typing) return event.target.blur();
  if (event.key === "Enter" && event.target.dataset?.enter) {
    event.preventDefault();
    return event.repeat || $(event.target.dataset.enter, event.target.form)?.click();
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || $("dialog[open]")) return;
  if (document.documentElement.classList.contains("keys-off")) return;
  if (event.key === "?") return $("#keys")?.showModal();
  if (event.key === "g") return void (went = event.timeStamp);
  const name = went && event.timeStamp - went < 1500 ? `g ${event.key}` : event.key;
  went = 0;
  if (name === "j" || name === "k") return event.preventDefault(), step(name === "j" ? 1 : -1);
  const target = $(`[data-key="${CSS.escape(name)}"]:not([disabled])`);
  if (!target) return name === "u" && $("#pending") && ($("#said").innerHTML = "<div>There is nothing left to take back: it counts already.</div>", hush());
  event.preventDefault();
  if (!target.matches(TYPES)) return target.click();
  target.closest("details")?.setAttribute("open", "");
  target.focus();
});

// Where arrows move, one link at a time is reached by Tab: the one that had the focus last.
addEventListener("keydown", (event) => {
  const list = event.target.closest('[data-keys="arrows"]');
  if (!list || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const links = all("a", list), at = links.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  links[to]?.focus();
});
addEventListener("focusin", (event) => {
  const list = event.target.closest('[data-keys="arrows"]');
  if (list) all("a", list).forEach((one) => one.setAttribute("tabindex", one === event.target ? 0 : -1));
});

// ── drafts: what is typed is kept by the server ────────────────────────────────────────────────────────────────────

const drafts = new Map();

function keep(form, last = false) {
  clearTimeout(drafts.get(form));
  drafts.delete(form);
  const mark = $("[data-draft-state]", form);
  fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: last })
    .then(async (answer) => {
      if (mark) mark.textContent = answer.ok ? "Draft kept" : "Draft not kept";
      const changes = answer.ok && $("#changes", parse(await answer.text()));
      if (!changes) return;
      $("#changes", form)?.replaceWith(changes);
      all("[data-edited]", form).forEach((one) => (one.textContent = changes.children.length ? one.dataset.edited : "Approve"));
    })
    .catch(() => mark && (mark.textContent = "Draft not kept: the server cannot be reached"));
}
addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (!form) return;
  clearTimeout(drafts.get(form));
  drafts.set(form, setTimeout(keep, 400, form));
});
addEventListener("pagehide", () => [...drafts.keys()].forEach((form) => keep(form, true)));

// ── news: one stream a browser, shared by its tabs ─────────────────────────────────────────────────────────────────

const tabs = new BroadcastChannel("remit");
let held = [], looking = false, paused = 0;

function listen() {
  const stream = new EventSource(`/live?since=${document.body.dataset.since}`);
  stream.onmessage = (event) => (tabs.postMessage(event.data), hear(event.data));
  return new Promise(() => {});
}

function hear(data) {
  const topics = JSON.parse(data);
  if (document.body.hasAttribute("data-paused")) {
    paused += topics.length;
    return all("[data-held]").forEach((one) => (one.textContent = `${paused} held`));
  }
  held.push(...topics);
  if (!looking) look();
}

async function look() {
  const wanted = () => all("[data-live]").filter((one) => one.dataset.live.split(" ").some((topic) => held.includes(topic)));
  if (!wanted().length || document.hidden) return;
  looking = true;
  const ids = wanted().map((one) => one.id);
  held = [];
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) renew(ids, parse(await answer.text()));
  } catch { /* the stream comes back by itself, and with it the next news */ }
  await new Promise((go) => setTimeout(go, 1000));
  looking = false;
  if (held.length) look();
}

function renew(ids, page) {
  for (const id of ids) {
    const [here, there] = [document.getElementById(id), page.getElementById(id)];
    if (!here || !there) continue;
    if (here.hasAttribute("data-append")) append(here, there);
    else if (!here.contains(document.activeElement) || !document.activeElement.matches(TYPES)) replace(here, there);
  }
}

function replace(here, there) {
  const focus = here.contains(document.activeElement) && document.activeElement.id;
  all("details[open][id]", here).forEach((one) => $(`#${CSS.escape(one.id)}`, there)?.setAttribute("open", ""));
  here.replaceWith(there);
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
}

// A list somebody works through keeps its order: what is new comes last, what is gone stays where it was, and says so.
function append(here, there) {
  const now = new Map(all("[data-row]", there).map((one) => [one.id, one]));
  for (const row of all("[data-row]", here)) {
    if (!now.has(row.id) && !row.hasAttribute("data-gone")) {
      row.setAttribute("data-gone", "");
      all("[data-gone-text]", row).forEach((one) => (one.hidden = false));
    }
    now.delete(row.id);
  }
  const parent = $("[data-row]", here)?.parentElement || $("[data-rows]", here);
  if (!parent) return replace(here, there);
  now.forEach((row) => (row.classList.add("new"), parent.append(row)));
}

addEventListener("visibilitychange", () => document.hidden || looking || look());
addEventListener("click", (event) => {
  if (event.target.closest("[data-pause]")) {
    document.body.toggleAttribute("data-paused");
    const stopped = document.body.hasAttribute("data-paused");
    event.target.closest("[data-pause]").setAttribute("aria-pressed", stopped);
    all("[data-held]").forEach((one) => (one.textContent = ""));
    if (!stopped && paused) go(location.href, false);
    paused = 0;
  }
  if (event.target.closest("[data-print]")) print();
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  if (event.target.closest("[data-copy]")) navigator.clipboard?.writeText(new URL(event.target.closest("[data-copy]").dataset.copy || location.href, location.href).href);
});
if (!$("[data-signed-out]")) {
  tabs.onmessage = (event) => hear(event.data);
  navigator.locks ? navigator.locks.request("remit-live", listen) : listen();
}
document.cookie = `remit_zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; samesite=lax; max-age=31536000`;
hush();
