// Small helps on top of pages that work without script.
"use strict";
(() => {
  const $ = (s, root = document) => [...root.querySelectorAll(s)];

  // The list of mistakes is read out first.
  const wrong = document.querySelector("[data-focus]");
  if (wrong) wrong.focus();

  // A form is sent once, however often the button is pressed.
  for (const form of $("form")) {
    form.addEventListener("submit", (e) => {
      if (form.dataset.sent) return e.preventDefault();
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, 8000);
    });
  }
  addEventListener("pageshow", () => $("form").forEach((f) => delete f.dataset.sent));

  // Files may be dropped.
  for (const zone of $("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    const list = zone.querySelector("[data-drop-files]");
    const hint = zone.querySelector("[data-drop-hint]");
    const button = zone.querySelector("[data-drop-button]");
    for (const e of [hint, button]) if (e) e.hidden = false;
    zone.classList.add("enhanced");
    const show = () => {
      list.replaceChildren(...[...input.files].map((f) => {
        const li = document.createElement("li");
        li.textContent = `${f.name} · ${size(f.size)}`;
        return li;
      }));
      list.hidden = input.files.length === 0;
    };
    input.addEventListener("change", show);
    for (const e of ["dragenter", "dragover"]) zone.addEventListener(e, (ev) => { ev.preventDefault(); zone.classList.add("over"); });
    for (const e of ["dragleave", "drop"]) zone.addEventListener(e, () => zone.classList.remove("over"));
    zone.addEventListener("drop", (ev) => {
      ev.preventDefault();
      if (!ev.dataTransfer.files.length) return;
      input.files = ev.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  function size(n) {
    for (const unit of ["B", "kB", "MB"]) {
      if (n < 1000) return `${n < 10 && unit !== "B" ? n.toFixed(1) : Math.round(n)} ${unit}`;
      n /= 1000;
    }
    return `${n.toFixed(1)} GB`;
  }

  // Long work: look again every two seconds; the answer replaces the page's content.
  const watch = document.querySelector("[data-watch]");
  if (watch) {
    const pause = Number(watch.dataset.every || 2) * 1000;
    const look = async () => {
      try {
        const r = await fetch(watch.dataset.watch, { headers: { accept: "text/html" } });
        const page = new DOMParser().parseFromString(await r.text(), "text/html");
        if (!r.ok || !page.querySelector("[data-watch]")) return location.assign(r.url);
        const fresh = page.querySelector("#main");
        if (fresh) document.querySelector("#main").innerHTML = fresh.innerHTML;
      } catch { /* offline for a moment: look again */ }
      setTimeout(look, pause);
    };
    setTimeout(look, pause);
  }

  // Two minutes before the session ends, say so.
  const left = Number(document.body.dataset.session);
  const ending = document.getElementById("ending");
  if (left && ending) {
    setTimeout(() => ending.showModal(), Math.max(0, left - 120) * 1000);
    ending.querySelector("form").addEventListener("submit", async (e) => {
      e.preventDefault();
      const form = e.target;
      const r = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
      if (r.type === "opaqueredirect" || r.ok) {
        ending.close();
        setTimeout(() => ending.showModal(), Math.max(0, left - 120) * 1000);
        delete form.dataset.sent;
      } else form.submit();
    });
  }
})();
