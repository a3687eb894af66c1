// What every page does: choices that submit themselves, forms that are sent once, drafts that survive a lost session, and a word
// when the connection is gone or slow. What has to be done again for a page that was put in place of another is a setup.
"use strict";
const touchstone = window.touchstone = { setups: [], setup() { for (const f of this.setups) f(); } };

const byId = (id) => document.getElementById(id);
touchstone.offline = (gone) => { byId("offline").hidden = !gone; };
touchstone.slow = (on) => { byId("slow").hidden = !on; };
let slow = 0;
// waiting says after a while that an answer is late, until it is called with false.
touchstone.waiting = (on) => { clearTimeout(slow); touchstone.slow(false); if (on) slow = setTimeout(() => touchstone.slow(true), 2500); };
touchstone.sendable = (form) => { delete form.dataset.sent; for (const b of form.querySelectorAll("button")) b.disabled = false; };

document.addEventListener("submit", (e) => {
  if (e.defaultPrevented) return;
  if (e.target.dataset.sent) { e.preventDefault(); return; }
  if (!navigator.onLine) { e.preventDefault(); touchstone.offline(true); return; } // nothing typed goes down with a page that cannot load
  if (e.target.method === "dialog") return;
  e.target.dataset.sent = "yes";
  touchstone.waiting(true);
  setTimeout(() => { for (const b of e.target.querySelectorAll("button")) b.disabled = true; }, 0);
});
window.addEventListener("pageshow", () => { touchstone.waiting(false); for (const f of document.forms) touchstone.sendable(f); }); // back from another page
for (const kind of ["online", "offline"]) window.addEventListener(kind, () => touchstone.offline(!navigator.onLine));

// draft keeps what is typed into a form while its tab is open, and brings it back where the page comes without it.
touchstone.draft = (form) => {
  const key = (e) => `draft:${form.dataset.draft}:${e.name}` + (e.type === "radio" || e.type === "checkbox" ? "=" + e.value : "");
  const kept = [...form.elements].filter((e) => e.name && !["hidden", "file", "password", "submit", "button"].includes(e.type));
  for (const e of kept) {
    const was = sessionStorage.getItem(key(e));
    if (was === null) continue;
    if (e.type === "radio" || e.type === "checkbox") e.checked ||= was === "yes";
    else if (e.tagName === "SELECT") { if (!form.querySelector(".fault") && [...e.options].some((o) => o.value === was)) e.value = was; }
    else e.value ||= was;
    if (e.value && e.closest("details")) e.closest("details").open = true;
  }
  form.addEventListener("input", () => { for (const e of kept) sessionStorage.setItem(key(e), e.type === "radio" || e.type === "checkbox" ? (e.checked ? "yes" : "no") : e.value); });
};

touchstone.setups.push(() => {
  for (const s of document.querySelectorAll("select[data-submit]")) s.addEventListener("change", () => s.form.requestSubmit());
  for (const area of document.querySelectorAll("textarea[data-draft]")) {
    const key = "draft:" + area.dataset.draft;
    area.value ||= sessionStorage.getItem(key) || "";
    area.addEventListener("input", () => sessionStorage.setItem(key, area.value));
  }
  for (const form of document.querySelectorAll("form[data-draft]")) touchstone.draft(form);
  for (const done of document.querySelectorAll("[data-draft-done]")) {
    const prefix = "draft:" + done.dataset.draftDone + ":";
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) sessionStorage.removeItem(key);
  }
  for (const done of document.querySelectorAll("[data-draft-done]")) sessionStorage.removeItem("draft:" + done.dataset.draftDone);
  touchstone.offline(!navigator.onLine);
});
touchstone.setup();
