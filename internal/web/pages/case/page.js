// Keys, zoom and pan of both pictures together, overlay and other views of the evidence, and the next case ready before this one is
// decided. Everything works without it but for these.
"use strict";
(() => {
  const first = (selector) => document.querySelector(selector);
  const press = (el) => el && el.click();
  const typing = (e) => /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.ctrlKey || e.metaKey || e.altKey;
  let ahead = null; // the next case: its address and its page

  function openCodes(open) {
    const codes = first("#codes"), decline = first("#decline");
    codes.hidden = !open;
    decline.setAttribute("aria-expanded", String(open));
    if (open) codes.querySelector("button").focus();
  }

  function zooming(box) {
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
    }
  }

  // A picture that is missing says so in its place.
  function missing(img) {
    const gone = () => { img.hidden = true; const word = img.parentElement.querySelector(".nopicture"); if (word) word.hidden = false; };
    img.addEventListener("error", gone);
    if (img.src && img.complete && img.naturalWidth === 0) gone();
  }

  function sheet(button, panel, closed) {
    button.addEventListener("click", () => {
      panel.hidden = !panel.hidden;
      button.setAttribute("aria-pressed", String(!panel.hidden));
      for (const img of panel.querySelectorAll("img[data-src]")) { img.src = img.dataset.src; delete img.dataset.src; }
      if (panel.hidden && closed) closed();
    });
  }

  function overlay(f) {
    const toggle = f.querySelector(".overlay-toggle");
    if (!toggle) return;
    const upper = f.querySelector(".upper"), fade = f.querySelector(".fade"), blink = f.querySelector(".blink");
    let timer = 0;
    const stop = () => { clearInterval(timer); timer = 0; blink.setAttribute("aria-pressed", "false"); upper.style.opacity = fade.value; };
    sheet(toggle, f.querySelector(".overlay"), stop);
    fade.addEventListener("input", () => { upper.style.opacity = fade.value; });
    blink.addEventListener("click", () => {
      if (timer) { stop(); return; }
      blink.setAttribute("aria-pressed", "true");
      timer = setInterval(() => { if (!upper.isConnected) { clearInterval(timer); return; } upper.style.opacity = upper.style.opacity === "0" ? "1" : "0"; }, 600);
    });
    for (const b of f.querySelectorAll("button[data-sheet]")) sheet(b, f.querySelector(`.sheet[data-sheet="${b.dataset.sheet}"]`));
  }

  // prepare claims the next case of the queue and reads its page and first pictures, while this one is looked at.
  async function prepare(form) {
    const body = new URLSearchParams({ token: form.elements.token.value });
    const res = await fetch(form.dataset.ahead, { method: "POST", body });
    if (!res.ok) return;
    const { next } = await res.json();
    if (!next) return;
    const page = await fetch(next, { headers: { Accept: "text/html" } });
    if (!page.ok || page.redirected) return;
    const doc = new DOMParser().parseFromString(await page.text(), "text/html");
    const pictures = [...doc.querySelectorAll("img[loading=eager]")].map((img) => { const early = new Image(); early.src = img.getAttribute("src"); return early; });
    ahead = { url: next, doc, pictures, token: form.elements.token.value };
    form.elements.next.value = next.split("/").pop();
    await Promise.allSettled(pictures.map((img) => img.decode()));
    if (ahead?.url === next) document.documentElement.dataset.ahead = "ready";
  }

  function swap() {
    const { url, doc } = ahead;
    ahead = null;
    delete document.documentElement.dataset.ahead;
    document.title = doc.title;
    document.body.replaceWith(document.adoptNode(doc.body));
    history.pushState(null, "", url);
    window.scrollTo(0, 0);
    const said = first("#decided");
    if (said) { said.className = "flash"; said.hidden = false; }
    touchstone.setup();
    first("#main").focus({ preventScroll: true });
  }

  // A decision is sent in the background when the next case is ready; whatever goes wrong is then said by the form sent as usual, which
  // carries the same request key and so decides once.
  async function decideFast(e) {
    const form = e.target;
    if (!ahead || form.id !== "decide" || form.dataset.sent) return;
    e.preventDefault();
    const submitter = e.submitter;
    form.dataset.sent = "yes";
    touchstone.waiting(true);
    let res;
    try {
      res = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, submitter)), headers: { "X-Fast": "1" } });
    } catch {
      touchstone.waiting(false);
      touchstone.offline(true);
      touchstone.sendable(form);
      return;
    }
    touchstone.waiting(false);
    if (res.status === 204) { swap(); return; }
    ahead = null;
    form.elements.next.value = "";
    touchstone.sendable(form);
    form.requestSubmit(submitter);
  }

  touchstone.setups.push(() => {
    const decline = first("#decline");
    if (decline) {
      decline.addEventListener("click", () => openCodes(first("#codes").hidden));
      for (const b of first("#codes").querySelectorAll("button")) b.addEventListener("click", () => { first("#outcome").name = "outcome"; });
    }
    for (const box of document.querySelectorAll(".compare")) zooming(box);
    for (const f of document.querySelectorAll(".finding")) overlay(f);
    for (const img of document.querySelectorAll(".view img, .sheet img, .files img")) missing(img);
    for (const s of document.querySelectorAll("select[data-insert]")) s.addEventListener("change", () => {
      const area = first(s.dataset.insert);
      area.value = (area.value ? area.value.trimEnd() + "\n" : "") + s.value;
      area.dispatchEvent(new Event("input"));
      s.selectedIndex = 0;
      area.focus();
    });
    const form = first("#decide[data-ahead]");
    if (form) prepare(form).catch(() => { ahead = null; }); // the usual way stays
  });
  touchstone.setups.at(-1)();

  window.addEventListener("submit", decideFast, true);
  window.addEventListener("popstate", () => location.reload());
  window.addEventListener("pagehide", () => { // the next case goes back, unless it is where we go
    if (ahead && !first("#decide")?.dataset.sent) navigator.sendBeacon(ahead.url + "/leave", new URLSearchParams({ token: ahead.token }));
    ahead = null;
  });

  document.addEventListener("keydown", (e) => {
    const codes = first("#codes");
    if (e.key === "Escape" && codes && !codes.hidden) { openCodes(false); return; }
    if (typing(e)) { if (e.key === "Escape") e.target.blur(); return; }
    if (codes && !codes.hidden) {
      const b = codes.querySelector(`[data-letter="${CSS.escape(e.key)}"]`);
      if (b) { e.preventDefault(); press(b); }
      return;
    }
    switch (e.key) {
      case "t": case "d": press(first(`[data-key="${e.key}"]`)); break;
      case "c": { const d = first("#clarify"); if (d) { e.preventDefault(); d.open = true; first("#question").focus(); } break; }
      case "r": { const area = first("#remark, #remark2"); if (area) { e.preventDefault(); area.focus(); } break; }
      case "u": first("#undo")?.requestSubmit(); break;
      case "n": first("#claim")?.requestSubmit(); break;
      case "o": press(first(".overlay-toggle")); break;
      case "p": press(first("button[data-sheet=points]")); break;
      case "h": press(first("button[data-sheet=heat]")); break;
      case "b": press(first(".blink")); break;
      case "+": case "=": first(".compare")?.zoomBy(1.25); break;
      case "-": first(".compare")?.zoomBy(0.8); break;
      case "q": location.href = "/queue"; break;
      case "?": first("#keys").showModal(); break;
      default: return;
    }
  });
})();
