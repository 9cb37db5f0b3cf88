// The card in a real browser: page → agent's window → virtual card → page, and what must not work. Chromium by playwright-core.
// node browser.mjs PAGE AGENT   (both origins; started by browser.sh)
import { createHash, verify, X509Certificate } from "node:crypto";
import { createRequire } from "node:module";
const require = createRequire(new URL("../../dev/browser/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const [page0, agent0] = process.argv.slice(2);
const shots = process.env.ENKURS_SHOTS;
const axe = (() => { try { return require("@axe-core/playwright").AxeBuilder; } catch { return null; } })();
let passed = 0;
const ok = (what, held) => { if (!held) throw new Error(`FAILED ${what}`); passed += 1; console.log(`  ok  ${what}`); };
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ locale: "lv-LV" });
const page = await context.newPage();
const loud = [];
context.on("weberror", (e) => loud.push(String(e.error())));
context.on("console", (m) => { if (m.type() === "error" && !/422|favicon/.test(m.text())) loud.push(m.text()); });
let token;
page.on("request", (r) => { if (r.url().endsWith("/sign-in")) token = JSON.parse(r.postData()); });
await page.goto(page0);
await page.waitForTimeout(1200);
const nonce = await page.evaluate(() => document.body.dataset.nonce);
const says = async (text) => { await page.waitForFunction((t) => document.querySelector("#out").textContent.includes(t), text, { timeout: 10_000 }); return true; };
const popup = async (click) => { const [w] = await Promise.all([context.waitForEvent("page"), page.click(click)]); await w.waitForURL(/request/); return w; };
const look = async (w, name) => {
  if (shots) await w.screenshot({ path: `${shots}/agent-${name}.png`, fullPage: true });
  if (axe) {
    const { violations } = await new axe({ page: w }).analyze();
    ok(`axe finds nothing: ${name}`, violations.length === 0 || console.log(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 200) + " " + n.failureSummary).join(" / ")}`).join("\n")));
  }
};
const guarded = (w, name) => w.locator(`button[name=${name}]:not([disabled])`).click();

// Sign in: consent, card, wrong PIN, right PIN.
let w = await popup("#in");
ok("the agent's window names the page", (await w.textContent("h1")) === new URL(page0).host);
await look(w, "consent");
await w.check("#remember");
await guarded(w, "allow");
await w.waitForSelector("input[name=card]");
await look(w, "tray");
await w.check("input[name=card][value=AA01]");
await w.click("button[name=insert]");
await w.waitForSelector("input[name=pin]");
await look(w, "pin1");
await w.fill("input[name=pin]", "9999");
await guarded(w, "go");
await w.waitForSelector("[role=alert]");
await look(w, "wrong-pin");
ok("a wrong PIN is told with the tries left", (await w.textContent("[role=alert]")).includes("2"));
await w.fill("input[name=pin]", "1234");
await guarded(w, "go");
ok("the page's server knows the holder", await says("Andra Ozoliņa"));
// The token as the Web eID documents describe it, judged by node's own cryptography.
const sha384 = (text) => createHash("sha384").update(text).digest();
const holder = new X509Certificate(Buffer.from(token.unverifiedCertificate, "base64"));
const message = Buffer.concat([sha384(page0), sha384(nonce)]);
ok("the token has the documented form", /^web-eid:1(\.\d+)?$/.test(token.format) && token.algorithm === "ES384" && token.appVersion.startsWith("https://"));
ok("node verifies the token", verify("sha384", message, { key: holder.publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(token.signature, "base64")));

// Sign: one window for certificate and signature, no second consent.
w = await popup("#sign");
await look(w, "certificate");
await guarded(w, "go");
await w.waitForSelector("input[name=pin]");
await look(w, "pin2");
await w.fill("input[name=pin]", "123456");
await guarded(w, "go");
ok("the signature holds", await says("signed by Andra Ozoliņa"));

// Saying no.
w = await popup("#in");
await w.click("button[name=cancel]");
ok("a refusal reaches the page", await says("ERR_WEBEID_USER_CANCELLED"));
w = await popup("#in");
await page.evaluate(() => { document.querySelector("#out").textContent = ""; });
await w.close();
ok("closing the window is a refusal", await says("ERR_WEBEID_USER_CANCELLED"));

// The agent's own pages.
const own = await context.newPage();
for (const [path, name] of [["/", "home"], ["/card", "cards"], ["/card?card=AA02", "pins"], ["/popup", "alone"]]) {
  await own.goto(agent0 + path);
  await look(own, name);
}
for (const scheme of ["dark"]) {
  await own.emulateMedia({ colorScheme: scheme });
  await own.setViewportSize({ width: 390, height: 800 });
  await own.goto(`${agent0}/card?card=AA01`);
  await look(own, `pins-${scheme}-390`);
}
await own.emulateMedia({ colorScheme: "light" });

// Other pages: another name for this computer, a frame, a forged request, a message from a stranger.
const stranger = await context.newPage();
await stranger.goto(page0.replace("127.0.0.1", "localhost"));
const forged = await stranger.evaluate(async (agent) => {
  const body = JSON.stringify({ origin: "https://bank.example", call: "x", action: "get-signing-certificate" });
  const tries = [{ mode: "cors", headers: { "content-type": "application/json" } }, { mode: "no-cors" }, { mode: "cors" }];
  const got = [];
  for (const how of tries) {
    try { const r = await fetch(`${agent}/request`, { method: "POST", body, ...how }); got.push(r.type === "opaque" ? "blind" : r.status); } catch { got.push("no"); }
  }
  return got.join();
}, agent0);
ok(`a forged request gets nothing (${forged})`, !/20\d/.test(forged));
await stranger.evaluate(async (agent) => {
  window.heard = [];
  addEventListener("message", (e) => window.heard.push(e.data));
  const frame = document.createElement("iframe");
  frame.src = `${agent}/popup`;
  document.body.append(frame);
  await new Promise((r) => setTimeout(r, 800));
}, agent0);
ok("the agent is not shown in a frame", await stranger.evaluate(() => window.heard.length === 0));
const [lured] = await Promise.all([context.waitForEvent("page"), stranger.evaluate((agent) => {
  window.lure = window.open(`${agent}/popup`, "lure", "popup,width=400,height=400");
  addEventListener("message", (e) => {
    if (e.data?.type === "enkurs-agent:ready") {
      e.source.postMessage({ type: "enkurs-agent:request", call: "1", action: "get-signing-certificate", origin: "https://bank.example" }, "*");
    }
  });
}, agent0)]);
await lured.waitForURL(/request/);
ok("a page cannot speak in another's name", (await lured.textContent("h1")).startsWith("localhost"));
ok("its consent is asked for, though another site's is remembered", await lured.locator("button[name=allow]").count() === 1);
const rebound = await (await fetch(`${agent0.replace("127.0.0.1", "localhost")}/popup`)).status;
ok(`another name of this computer is refused (${rebound})`, rebound === 421);

const noise = loud.filter((l) => !/frame|ancestors|CORS|403|421|Failed to load resource|net::ERR|content security policy.*default-src|Fetch API cannot load|X-Frame-Options|Refused to (connect|frame)|Framing|Connecting to/i.test(l));
ok(`no script fell over ${noise.join(" | ")}`, noise.length === 0);
await browser.close();
console.log(`card in the browser: ${passed} checks passed`);
