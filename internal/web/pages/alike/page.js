// Ticks all or none, and says how many are ticked; and sends what is left of many cases, part by part.
"use strict";
(() => {
  document.getElementById("rest")?.requestSubmit(); // each part is a page of its own: going away stops it, and what was decided stays decided
  const boxes = [...document.querySelectorAll("input[name=case]")], all = document.getElementById("all");
  if (!all) return;
  const count = () => { document.getElementById("count").textContent = `${boxes.filter((b) => b.checked).length} / ${boxes.length}`; };
  all.addEventListener("click", () => { const on = boxes.some((b) => !b.checked); for (const b of boxes) b.checked = on; count(); });
  document.addEventListener("change", count);
  for (const img of document.querySelectorAll(".tile img")) img.addEventListener("error", () => { img.hidden = true; });
  count();
})();
