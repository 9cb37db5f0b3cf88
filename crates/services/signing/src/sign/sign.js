// Signing with the card: certificate, preparation on the server, PIN2 in the card's own window, result to the server.
"use strict";
(() => {
  const form = document.querySelector("[data-sign]");
  if (!form) return;
  const base = form.dataset.sign;
  const button = form.querySelector("[data-go]");
  const wait = form.querySelector("[data-wait]");
  const refusal = document.querySelector("[data-refusal]");
  const troubles = document.querySelectorAll("[data-trouble]");

  const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

  function step(name) {
    wait.hidden = !name;
    button.disabled = Boolean(name);
    for (const s of wait.querySelectorAll("[data-step]")) s.hidden = s.dataset.step !== name;
  }

  function clear() {
    refusal.hidden = true;
    for (const t of troubles) t.hidden = true;
  }

  function show(element) {
    element.hidden = false;
    element.tabIndex = -1;
    element.focus();
  }

  function fail(error) {
    step("");
    if (error && error.problem) {
      const p = error.problem;
      for (const [field, text] of [["title", p.title], ["detail", p.detail], ["remedy", p.remedy], ["code", p.code]]) {
        refusal.querySelector(`[data-${field}]`).textContent = text || "";
      }
      show(refusal);
      return;
    }
    const code = String((error && error.code) || "").replace("ERR_WEBEID_", "");
    const found = [...troubles].find((t) => t.dataset.trouble === code);
    show(found || document.querySelector("[data-trouble=OTHER]"));
  }

  async function ask(path, body) {
    const answer = await fetch(base + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-language": form.dataset.lang,
        "x-csrf-token": form.elements._csrf.value,
      },
      body: JSON.stringify(body),
    });
    const json = await answer.json().catch(() => ({}));
    if (!answer.ok) throw Object.assign(new Error(json.code || answer.status), { problem: json });
    return json;
  }

  button.addEventListener("click", async () => {
    clear();
    step("card");
    const options = { lang: form.dataset.lang };
    try {
      // first, before anything is awaited: the browser opens a window only in answer to a click
      const card = await webeid.getSigningCertificate(options);
      step("prepare");
      const prepared = await ask("/prepare", { certificate: card.certificate });
      step("pin");
      const signed = await webeid.sign(card.certificate, prepared.hash, prepared.hash_function, options);
      step("finish");
      if (!bytes(signed.signature).length) throw new Error("empty");
      const done = await ask("/finish", { signature: signed.signature });
      location.assign(done.page);
    } catch (error) {
      fail(error);
    }
  });
})();
