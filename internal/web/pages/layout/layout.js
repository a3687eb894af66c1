// What every page does: choices that submit themselves, forms that are sent once, drafts that survive a lost session, and a word
// when the connection is gone.
"use strict";
for (const s of document.querySelectorAll("select[data-submit]")) s.addEventListener("change", () => s.form.requestSubmit());

document.addEventListener("submit", (e) => {
  if (e.target.dataset.sent) { e.preventDefault(); return; }
  e.target.dataset.sent = "yes";
  setTimeout(() => { for (const b of e.target.querySelectorAll("button")) b.disabled = true; }, 0);
});
window.addEventListener("pageshow", () => { // back from another page: forms can be sent again
  for (const f of document.forms) { delete f.dataset.sent; for (const b of f.querySelectorAll("button")) b.disabled = false; }
});

for (const area of document.querySelectorAll("textarea[data-draft]")) {
  const key = "draft:" + area.dataset.draft;
  area.value ||= sessionStorage.getItem(key) || "";
  area.addEventListener("input", () => sessionStorage.setItem(key, area.value));
}
for (const done of document.querySelectorAll("[data-draft-done]")) sessionStorage.removeItem("draft:" + done.dataset.draftDone);

const offline = document.getElementById("offline");
const connection = () => { offline.hidden = navigator.onLine; };
window.addEventListener("online", connection);
window.addEventListener("offline", connection);
connection();
