// The card in the browser: the calls of Web eID. With the Web eID extension they go there, else to the loopback agent of this computer,
// whose address is in data-agent. Call authenticate() and getSigningCertificate() straight from a click: they open the agent's window.
"use strict";
(() => {
  const AGENT = new URL(document.currentScript?.dataset.agent || "http://127.0.0.1:8082").origin;
  const VERSION = "1.0.0";
  const PATIENCE = 5 * 60_000;
  const fail = (code, message) => Object.assign(new Error(message), { name: "WebEidError", code });

  // The extension answers on this window. It gets a second to show itself after the page has loaded.
  const viaExtension = (message, patience) => new Promise((resolve, reject) => {
    const done = (act, value) => { clearTimeout(silence); clearTimeout(end); removeEventListener("message", hear); act(value); };
    const hear = (event) => {
      if (event.source !== window || typeof event.data?.action !== "string") return;
      const { action, error } = event.data;
      if (action === `${message.action}-ack`) clearTimeout(silence);
      if (action === `${message.action}-success`) done(resolve, event.data);
      if (action === `${message.action}-failure`) done(reject, Object.assign(fail(error?.code ?? "ERR_WEBEID_UNKNOWN_ERROR", error?.message ?? ""), error));
    };
    const silence = setTimeout(() => done(reject, fail("ERR_WEBEID_EXTENSION_UNAVAILABLE", "no Web eID extension answers")), 1000);
    const end = setTimeout(() => done(reject, fail("ERR_WEBEID_ACTION_TIMEOUT", "the extension did not finish in time")), patience);
    addEventListener("message", hear);
    window.postMessage({ ...message, libraryVersion: VERSION }, location.origin);
  });
  const extension = viaExtension({ action: "web-eid:status" }, 6000).then((found) => found, () => null);

  // The agent's window. One call at a time; every message is checked for coming from that window and from the agent's origin.
  let popup = null;
  let busy = false;
  const viaAgent = async (action, parameters, options) => {
    if (busy) throw fail("ERR_WEBEID_ACTION_PENDING", "another call is under way");
    busy = true;
    const call = crypto.randomUUID();
    const request = { type: "enkurs-agent:request", call, action, lang: options?.lang, ...parameters };
    const timers = [];
    try {
      return await new Promise((resolve, reject) => {
        const after = (ms, act) => timers.push(setTimeout(act, ms));
        let heard = false;
        const hear = (event) => {
          if (event.origin !== AGENT || event.source !== popup) return;
          const { type, value, error } = event.data ?? {};
          if (type === "enkurs-agent:ready") { heard = true; popup.postMessage(request, AGENT); }
          if (event.data?.call !== call) return;
          if (type === "enkurs-agent:ack") heard = true;
          if (type === "enkurs-agent:result") error ? reject(fail(error.code, error.message)) : resolve(value);
        };
        addEventListener("message", hear);
        timers.push({ stop: () => removeEventListener("message", hear) });
        const open = () => {
          popup = window.open(`${AGENT}/popup`, "enkurs-agent", "popup,width=520,height=760");
          if (!popup) return reject(fail("ERR_WEBEID_POPUP_BLOCKED", "the browser did not let the agent's window open"));
          after(15_000, () => { if (!heard) { popup?.close(); reject(fail("ERR_WEBEID_NATIVE_UNAVAILABLE", "the agent does not answer: is it running?")); } });
        };
        if (popup && !popup.closed) {
          popup.postMessage(request, AGENT);
          after(1500, () => { if (!heard) open(); });
        } else open();
        const watch = setInterval(() => {
          // Closing the window says no. A result that is on its way arrives first.
          if (popup?.closed) setTimeout(() => reject(fail("ERR_WEBEID_USER_CANCELLED", "the agent's window was closed")), 300);
        }, 400);
        timers.push({ stop: () => clearInterval(watch) });
        after(options?.userInteractionTimeout ?? PATIENCE, () => reject(fail("ERR_WEBEID_USER_TIMEOUT", "no answer in time")));
      });
    } finally {
      for (const timer of timers) timer?.stop ? timer.stop() : clearTimeout(timer);
      busy = false;
    }
  };

  const perform = async (action, parameters, options) => {
    for (const [name, value] of Object.entries(parameters)) {
      if (!value) throw fail("ERR_WEBEID_MISSING_PARAMETER", `${action} needs ${name}`);
    }
    if (!window.isSecureContext) throw fail("ERR_WEBEID_CONTEXT_INSECURE", "the page was not loaded securely");
    if (!(await extension)) return viaAgent(action, parameters, options);
    const { unverifiedCertificate, algorithm, signature, format, appVersion, certificate, supportedSignatureAlgorithms, signatureAlgorithm } =
      await viaExtension({ action: `web-eid:${action}`, ...parameters, options }, 2 * PATIENCE);
    if (action === "authenticate") return { unverifiedCertificate, algorithm, signature, format, appVersion };
    if (action === "sign") return { signature, signatureAlgorithm };
    return { certificate, supportedSignatureAlgorithms };
  };

  window.webeid = Object.freeze({
    status: async () => {
      const found = await extension;
      return { library: VERSION, extension: found?.extension ?? null, nativeApp: found?.nativeApp ?? null, agent: found ? null : AGENT };
    },
    authenticate: (challengeNonce, options) => perform("authenticate", { challengeNonce }, options),
    getSigningCertificate: (options) => perform("get-signing-certificate", {}, options),
    sign: (certificate, hash, hashFunction, options) => perform("sign", { certificate, hash, hashFunction }, options),
  });
})();
