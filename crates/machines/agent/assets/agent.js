// The agent's window: learns from the browser which page asks, leads the holder through, hands the outcome to that page alone.
"use strict";
(() => {
  const { stage, request } = document.body.dataset;
  const opener = window.opener;
  const find = (selector) => document.querySelector(selector);
  let asked = false;

  // A click that was meant for the page below must not land on a button that has just appeared.
  for (const button of document.querySelectorAll("[data-guarded]")) {
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 500);
  }
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  find("[data-focus]")?.focus();
  const search = find("[data-find]");
  if (search) {
    search.parentElement.hidden = false;
    search.addEventListener("input", () => {
      const wanted = search.value.trim().toLocaleLowerCase();
      for (const card of document.querySelectorAll(".pick")) {
        card.hidden = !card.dataset.name.toLocaleLowerCase().includes(wanted);
      }
    });
  }

  const post = (address, body) => fetch(address, {
    method: "POST",
    headers: body ? { "content-type": "application/json" } : {},
    body: body && JSON.stringify(body),
  });

  // The page's message. Only the window that opened this one is listened to, and the origin is the browser's word, not the page's.
  const listen = () => addEventListener("message", async (event) => {
    const message = event.data;
    if (event.source !== opener || message?.type !== "enkurs-agent:request" || asked) return;
    asked = true;
    const { call, lang, action, challengeNonce, certificate, hash, hashFunction } = message;
    event.source.postMessage({ type: "enkurs-agent:ack", call }, event.origin);
    const answer = await post("/request", {
      origin: event.origin, call: String(call), lang: lang === "en" ? "en" : "lv",
      action, challengeNonce, certificate, hash, hashFunction,
    });
    const body = await answer.json();
    if (answer.ok) return location.replace(`/request/${body.id}`);
    event.source.postMessage({ type: "enkurs-agent:result", call, error: body }, event.origin);
    window.close();
  });

  if (!opener) {
    find("[data-alone]")?.removeAttribute("hidden");
    find("[data-waiting]")?.setAttribute("hidden", "");
    return;
  }
  if (stage === "hello") {
    listen();
    opener.postMessage({ type: "enkurs-agent:ready" }, "*");
  }
  if (stage === "done") {
    const keep = "keep" in document.body.dataset;
    if (keep) listen();
    post(`/request/${request}/result`).then(async (answer) => {
      const { origin, call, action, value, error } = await answer.json();
      if (answer.ok) opener.postMessage({ type: "enkurs-agent:result", call, action, value, error }, origin);
      // A signature often follows the certificate: the window waits for it a while, so that it need not open again.
      if (!keep || error) window.close();
      else setTimeout(() => { if (!asked) window.close(); }, 60_000);
    });
  }
})();
