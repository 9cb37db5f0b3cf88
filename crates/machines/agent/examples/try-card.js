"use strict";
const out = document.querySelector("#out");
const show = (text) => { out.textContent = text; };
const send = async (path, body) => (await fetch(path, { method: "POST", body })).text();
const on = (id, act) => document.querySelector(id).addEventListener("click", () => act().then(show, (e) => show(`${e.code}: ${e.message}`)));
const digest = async () => btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-384", new TextEncoder().encode("document")))));

on("#in", async () => send("/sign-in", JSON.stringify(await webeid.authenticate(document.body.dataset.nonce, { lang: "en" }))));
on("#sign", async () => {
  const { certificate } = await webeid.getSigningCertificate({ lang: "en" });
  const { signature } = await webeid.sign(certificate, await digest(), "SHA-384", { lang: "en" });
  return send("/signed", `${certificate} ${signature}`);
});
on("#status", async () => JSON.stringify(await webeid.status()));
