// Asks the card for a token and sends it with the form. The PIN is taken by the card's own program, never here.
"use strict";
(() => {
  const form = document.querySelector("[data-sign-in]");
  if (!form) return;
  const go = form.querySelector("[data-go]");
  const wait = form.querySelector("[data-wait]");
  const opened = Date.now();
  const trouble = (code) => {
    const known = ["USER_CANCELLED", "USER_TIMEOUT", "NATIVE_UNAVAILABLE", "ACTION_PENDING", "POPUP_BLOCKED"].find((k) => String(code).endsWith(k));
    for (const box of document.querySelectorAll("[data-trouble]")) {
      box.hidden = box.dataset.trouble !== (code ? known || "OTHER" : "");
      if (!box.hidden) {
        box.tabIndex = -1;
        box.focus();
      }
    }
  };
  let busy = false;
  go.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    trouble(null);
    go.setAttribute("aria-disabled", "true");
    wait.hidden = false;
    try {
      const token = await webeid.authenticate(form.dataset.nonce, { lang: form.dataset.lang });
      form.elements.token.value = JSON.stringify(token);
      form.submit();
    } catch (e) {
      trouble(e.code || "OTHER");
      busy = false;
      go.removeAttribute("aria-disabled");
      wait.hidden = true;
    }
  });
  // The page's nonce lives five minutes: an idle page takes a new one in time.
  setInterval(() => {
    if (!busy && Date.now() - opened > 270000) location.reload();
  }, 5000);
})();
