"use strict";
// On a phone the cases come before the filter, unless something is filtered.
if (matchMedia("(max-width: 700px)").matches && !document.querySelector(".views .keep")) document.querySelector(".filters").open = false;
document.addEventListener("keydown", (e) => {
  if (e.key === "n" && !e.ctrlKey && !e.metaKey && !e.altKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) document.getElementById("claim").requestSubmit();
});
