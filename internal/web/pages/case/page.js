// Keys, zoom and pan of both pictures together, and the overlay. Everything works without it but for these.
"use strict";
const typing = (e) => /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.ctrlKey || e.metaKey || e.altKey;
const codes = document.getElementById("codes");
const decline = document.getElementById("decline");
const decide = document.getElementById("decide");

function openCodes(open) {
  codes.hidden = !open;
  decline.setAttribute("aria-expanded", String(open));
  if (open) codes.querySelector("button").focus();
}
if (decline) {
  decline.addEventListener("click", () => openCodes(codes.hidden));
  for (const b of codes.querySelectorAll("button")) b.addEventListener("click", () => { document.getElementById("outcome").name = "outcome"; });
}

for (const box of document.querySelectorAll(".compare")) {
  const state = { scale: 1, x: 0, y: 0 };
  const views = [...box.querySelectorAll(".view")];
  const slider = box.parentElement.querySelector(".zoom");
  const draw = () => {
    const most = 1 - state.scale; // in shares of the view
    state.x = Math.min(0, Math.max(most, state.x));
    state.y = Math.min(0, Math.max(most, state.y));
    for (const v of views) v.firstElementChild.style.setProperty("transform", `translate(${state.x * v.clientWidth}px, ${state.y * v.clientHeight}px) scale(${state.scale})`);
    slider.value = state.scale;
  };
  const zoom = (to, cx = 0.5, cy = 0.5) => {
    const next = Math.min(6, Math.max(1, to));
    state.x = cx - (cx - state.x) * next / state.scale;
    state.y = cy - (cy - state.y) * next / state.scale;
    state.scale = next;
    draw();
  };
  slider.addEventListener("input", () => zoom(Number(slider.value)));
  box.zoomBy = (f) => zoom(state.scale * f);
  for (const v of views) {
    v.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && state.scale === 1 && e.deltaY > 0) return; // let the page scroll
      e.preventDefault();
      const r = v.getBoundingClientRect();
      zoom(state.scale * (e.deltaY < 0 ? 1.2 : 1 / 1.2), (e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height);
    }, { passive: false });
    v.addEventListener("pointerdown", (e) => { if (state.scale > 1) v.setPointerCapture(e.pointerId); });
    v.addEventListener("pointermove", (e) => {
      if (!v.hasPointerCapture(e.pointerId)) return;
      state.x += e.movementX / v.clientWidth;
      state.y += e.movementY / v.clientHeight;
      draw();
    });
    v.firstElementChild.draggable = false;
    v.firstElementChild.addEventListener("error", () => v.classList.add("gone"));
  }
}

for (const f of document.querySelectorAll(".finding")) {
  const toggle = f.querySelector(".overlay-toggle");
  if (!toggle) continue;
  const panel = f.querySelector(".overlay"), upper = f.querySelector(".upper"), fade = f.querySelector(".fade"), blink = f.querySelector(".blink");
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; blink.setAttribute("aria-pressed", "false"); upper.style.opacity = fade.value; };
  toggle.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-pressed", String(!panel.hidden));
    for (const img of panel.querySelectorAll("img[data-src]")) { img.src = img.dataset.src; delete img.dataset.src; }
    if (panel.hidden) stop();
  });
  fade.addEventListener("input", () => { upper.style.opacity = fade.value; });
  blink.addEventListener("click", () => {
    if (timer) { stop(); return; }
    blink.setAttribute("aria-pressed", "true");
    timer = setInterval(() => { upper.style.opacity = upper.style.opacity === "0" ? "1" : "0"; }, 600);
  });
}

const first = (selector) => document.querySelector(selector);
const press = (el) => el && el.click();
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape" && codes && !codes.hidden) { openCodes(false); return; }
  if (typing(e)) return;
  if (codes && !codes.hidden) {
    const b = codes.querySelector(`[data-letter="${CSS.escape(e.key)}"]`);
    if (b) { e.preventDefault(); press(b); }
    return;
  }
  switch (e.key) {
    case "t": case "d": press(first(`#decide [data-key="${e.key}"]`)); break;
    case "c": { const d = first("details"); if (d) { e.preventDefault(); d.open = true; document.getElementById("question").focus(); } break; }
    case "u": first("#undo")?.requestSubmit(); break;
    case "n": first("#claim")?.requestSubmit(); break;
    case "o": press(first(".overlay-toggle")); break;
    case "b": press(first(".blink")); break;
    case "+": case "=": first(".compare")?.zoomBy(1.25); break;
    case "-": first(".compare")?.zoomBy(0.8); break;
    case "q": location.href = "/queue"; break;
    case "?": document.getElementById("keys").showModal(); break;
    default: return;
  }
});
if (decide) decide.querySelector("button").blur();
