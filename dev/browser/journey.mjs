// The first journey as people walk it, in Latvian and in English: two clerks, a citizen, a stranger who checks a file.
// node journey.mjs BASE [OUT]   (BASE: a running `enkurs demo`, its agent on the next-but-one port)
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browser, listen, Watcher } from "./lib.mjs";
import { minimalPdf, portrait, rewritten } from "./files.mjs";
import { registered } from "./programs.mjs";

const base = (process.argv[2] ?? process.env.ENKURS_URL ?? "http://127.0.0.1:8080").replace(/\/$/, "");
const out = process.argv[3] ?? "shots";
const languages = (process.env.LANGUAGES ?? "lv en").split(" ");
const photograph = process.env.PHOTOGRAPHS !== "no";
const work = mkdtempSync(join(tmpdir(), "enkurs-walk-"));

/** Somebody at a browser of their own. */
class Person {
  static async come(b, walk, name) {
    const context = await b.newContext({
      locale: walk.lang === "lv" ? "lv-LV" : "en-GB",
      viewport: { width: 1280, height: 900 },
      acceptDownloads: true,
    });
    await context.addCookies([{ name: "lang", value: walk.lang, url: base }]);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    listen(page, walk.watcher.wrong, `${walk.lang} ${name}`);
    return Object.assign(new Person(), { context, page, walk, name });
  }
  async go(path) {
    const r = await this.page.goto(base + path);
    if (r && r.status() >= 500) throw new Error(`${path} answered ${r.status()}`);
  }
  look(name) { return this.walk.look(this.page, name); }
  /** Presses the button of the form with this action (or of the only one in main). */
  async send(action) {
    const form = action ? `main form[action$="${action}"]` : "main form";
    await Promise.all([this.page.waitForNavigation(), this.page.locator(`${form} button:not([type=button])`).first().click()]);
  }
  async fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.page.locator(`main [name="${name}"]`).first();
      if (!(await field.count())) continue;
      const kind = await field.evaluate((e) => (e.tagName === "SELECT" ? "select" : e.type));
      if (kind === "select") await field.selectOption(value);
      else if (kind === "radio") await this.page.locator(`main [name="${name}"][value="${value}"]`).check();
      else if (kind === "checkbox") await field.check();
      else if (kind === "file") await field.setInputFiles(value);
      else await field.fill(value);
    }
  }
  /** The agent's window: consent, choice of card, PIN. */
  async card(open, { serial, pin }, label) {
    const [popup] = await Promise.all([this.page.waitForEvent("popup"), open()]);
    popup.setDefaultTimeout(15_000);
    const looked = new Set();
    const another = 'form[action$="/card"] button:not([name])';
    let chosen = false;
    for (let turn = 0; turn < 200 && !popup.isClosed(); turn++) {
      try {
        await popup.waitForLoadState("domcontentloaded");
        const has = async (s) => (await popup.locator(s).count()) > 0;
        const stage = popup.isClosed() ? "wait" : (await has("button[name=allow]")) ? "allow" : (await has("input[name=card]")) ? "choose"
          : (await has("input[name=pin]")) ? "pin" : (await has("button[name=go]")) ? "agree" : "wait";
        if (stage !== "wait" && label && !looked.has(stage)) {
          looked.add(stage);
          await this.walk.look(popup, `${label}-${stage}`);
        }
        if (stage === "allow") await popup.locator("button[name=allow]").click();
        else if (stage === "choose") {
          // By the serial of the chip, or by the number on the card.
          const wanted = popup.locator(`input[name=card][value="${serial}"], .pick:has-text("${serial}") input[name=card]`).first();
          if (!(await wanted.count())) throw new Error(`no card ${serial} in the tray`);
          await wanted.check({ force: true });
          await popup.locator("button[name=insert]").click();
          chosen = true;
        } else if (stage !== "wait" && !chosen && (await has(another))) {
          // The reader still holds somebody else's card.
          await popup.locator(another).click();
        } else if (stage === "pin" || stage === "agree") {
          const asked = await has("input[name=pin]");
          if (asked) await popup.locator("input[name=pin]").fill(pin);
          await popup.locator("button[name=go]").click();
          await popup.waitForTimeout(300).catch(() => {});
          if (!asked) continue;
          if (!popup.isClosed() && (await has("[role=alert]"))) throw new Error(await popup.locator("[role=alert]").innerText());
          return;
        } else await popup.waitForTimeout(150);
      } catch (e) {
        if (popup.isClosed() || /closed|navigat|detached|destroyed/i.test(e.message)) continue;
        throw e;
      }
    }
  }
  async signIn(identity, { staff = false, label } = {}) {
    await this.go(staff ? "/sign-in?staff=1" : "/sign-in");
    if (label) await this.look(label);
    const landed = this.page.waitForURL((u) => !u.pathname.startsWith("/sign-in"), { timeout: 30_000 });
    landed.catch(() => {});
    await this.card(() => this.page.locator("[data-go]").click(), { serial: identity.card, pin: identity.pin1 }, label && `${label}-agent`);
    await landed;
  }
  async signOut() {
    await Promise.all([this.page.waitForNavigation(), this.page.locator('form[action="/sign-out"] button').click()]);
  }
}

class Walk {
  constructor(lang) {
    this.lang = lang;
    this.watcher = new Watcher({ base, out, lang, photograph });
    this.count = 0;
  }
  look(page, name) {
    this.count += 1;
    process.stderr.write(`  ${this.lang} ${String(this.count).padStart(2, "0")} ${name}\n`);
    return this.watcher.look(page, `${String(this.count).padStart(2, "0")}-${name}`);
  }
}

/** The invented people of the demonstration, as its first page lists them. */
async function identities(page) {
  await page.goto(base + "/");
  const all = await page.$$eval("[data-identity]", (list) => list.map((e) => ({ ...e.dataset })));
  return Object.fromEntries(all.map((i) => [i.identity, i]));
}

const digits = (n) => Array.from({ length: n }, () => Math.floor(Math.random() * 10)).join("");

async function strangers(b, walk) {
  const p = await Person.come(b, walk, "stranger");
  for (const [path, name] of [["/", "home"], ["/accessibility", "accessibility"], ["/status", "status"], ["/nowhere", "not-found"], ["/api", "api"], ["/api/errors", "errors"]]) {
    await p.go(path);
    await p.look(name);
  }
  const bytes = await walk.watcher.weigh(b, "/");
  process.stderr.write(`  first load of the home page: ${bytes} bytes\n`);
  const people = await identities(p.page);
  await p.context.close();
  return people;
}

async function enrol(clerk, person) {
  await clerk.go("/clerk/persons");
  await clerk.look("clerk-find");
  await clerk.go("/clerk/persons/new");
  await clerk.look("enrol-begin");
  await clerk.send("/clerk/persons/new");
  await clerk.look("enrol-code");
  await clerk.fill({ code: person.code.slice(0, 8) });
  await clerk.send();
  await clerk.look("enrol-code-mistake");
  const answers = [
    ["code", { code: person.code }],
    ["name", { given: person.given, family: person.family }],
    ["birth", { born: "1991-05-17", birthplace: "Rīga" }],
    ["citizenship", { citizenship: "LV" }],
    ["address", { address: "Brīvības iela 1, Rīga" }],
    ["contact", { email: "andra@example.lv", phone: "+37120000001" }],
    ["ground", { ground: "Pase LV1234567" }],
  ];
  for (const [step, fields] of answers) {
    if (step !== "code") await clerk.look(`enrol-${step}`);
    await clerk.fill(fields);
    await clerk.send();
  }
  await clerk.look("enrol-check");
  await clerk.send();
  await clerk.look("person");
  return new URL(clerk.page.url()).pathname.split("/").pop();
}

async function apply(clerk, id) {
  await clerk.go(`/clerk/applications/new/${id}`);
  await clerk.look("apply-begin");
  await clerk.send();
  const photo = join(work, "portrait.png");
  writeFileSync(photo, portrait());
  const answers = { photo, email: "andra@example.lv", phone: "+37120000001" };
  for (let turn = 0; turn < 6; turn++) {
    const step = new URL(clerk.page.url()).pathname.split("/").pop();
    if (!["reason", "photo", "contact"].includes(step)) break;
    await clerk.look(`apply-${step}`);
    if (step === "reason") await clerk.page.locator('main input[name="reason"]').first().check();
    else await clerk.fill(answers);
    await clerk.send();
  }
  await clerk.look("apply-check");
  await clerk.send("/submit");
  await clerk.look("application-submitted");
  return new URL(clerk.page.url()).pathname.split("/").pop();
}

/** Waits until a selector is there, loading the page again: work goes on behind it. */
async function until(person, path, selector, what) {
  for (let i = 0; i < 60; i++) {
    await person.go(path);
    if (await person.page.locator(selector).count()) return;
    await person.page.waitForTimeout(500);
  }
  throw new Error(`${what} did not happen in 30 s`);
}

async function issue(clerk, id) {
  const here = `/clerk/applications/${id}`;
  await clerk.go("/clerk");
  await clerk.look("clerk-queue");
  await clerk.go(`${here}/decide`);
  await clerk.look("decide");
  await clerk.send("/approve");
  await clerk.look("application-approved");
  await clerk.send("/make");
  await clerk.look("application-making");
  await until(clerk, here, `a[href="${here}/hand-over"]`, "the making of the card");
  await clerk.look("application-ready");
  await clerk.go(await clerk.page.locator('main a[href^="/clerk/cards/"]').getAttribute("href"));
  await clerk.look("card-ready");
  await clerk.go(`${here}/hand-over`);
  await clerk.look("hand-over");
  await clerk.page.locator('main input[name="proof"]').first().check();
  await clerk.fill({ remark: "Pase LV1234567", face: "yes" });
  await clerk.send("/hand-over");
  await until(clerk, `${here}/receipt`, "main .code", "the receipt");
  await clerk.look("receipt");
  const code = (await clerk.page.locator("main .code").first().innerText()).trim();
  const link = await clerk.page.locator('main a[href*="/pin/"]:not([href^="mailto:"])').first().getAttribute("href");
  await until(clerk, here, ".verdict.ok", "the activation of the card");
  await clerk.look("application-active");
  const text = await clerk.page.locator("main .idcard .mono").first().innerText();
  return { code, link: new URL(link, base).pathname, document: text.trim() };
}

async function envelope(citizen, { code, link }) {
  await citizen.go(link);
  await citizen.look("pin-envelope");
  await citizen.fill({ code });
  await citizen.send();
  await citizen.look("pin-shown");
  const read = async (id) => (await citizen.page.locator(`#${id}`).innerText()).trim();
  return { pin1: await read("pin1"), pin2: await read("pin2") };
}

async function main() {
  const b = await browser();
  const wrong = [];
  for (const lang of languages) {
    const walk = new Walk(lang);
    try {
      const { sign, check } = await import("./signing.mjs");
      const people = await strangers(b, walk);
      if (!people["clerk-1"] || !people["clerk-2"]) throw new Error("the first page lists no clerks (data-identity)");
      const person = { code: `32${digits(4)}-${digits(5)}`, given: "Andra", family: lang === "lv" ? "Ābola" : "Egle" };
      const first = await Person.come(b, walk, "clerk-1");
      await first.signIn(people["clerk-1"], { staff: true, label: "sign-in-staff" });
      await first.look("clerk-home");
      const id = await enrol(first, person);
      const application = await apply(first, id);
      await first.go(`/clerk/applications/${application}/decide`);
      await first.look("second-clerk-needed");
      await first.signOut();
      await first.context.close();
      const second = await Person.come(b, walk, "clerk-2");
      await second.signIn(people["clerk-2"], { staff: true });
      const card = await issue(second, application);
      await second.go("/clerk/persons/" + id + "/documents");
      await second.look("person-documents");
      await second.go(`/clerk/cards/${card.document}`);
      await second.look("card");
      await second.go(`/clerk/cards/${card.document}/revoke`);
      await second.look("card-revoke");
      const citizen = await Person.come(b, walk, "citizen");
      const pins = await envelope(citizen, card);
      await citizen.signIn({ card: card.document, pin1: pins.pin1 }, { label: "sign-in" });
      await citizen.look("my-page");
      await citizen.go("/my/card");
      await citizen.look("my-card");
      const pdf = join(work, "Līgums.pdf");
      writeFileSync(pdf, minimalPdf("Ligums par izmeginajumu"));
      const text = join(work, "Pielikums ar atstarpi.txt");
      writeFileSync(text, "Pielikums\n");
      const by = { card: card.document, pins, work };
      const signed = await sign(citizen, { ...by, files: [pdf], name: "pdf", format: "pdf" });
      const container = await sign(citizen, { ...by, files: [pdf, text], name: "edoc" });
      await citizen.signOut();
      await citizen.look("signed-out");
      await citizen.signIn({ card: card.document, pin1: pins.pin1 });
      await citizen.go(`/my/card/${card.document}/report`);
      await citizen.look("card-report");
      await citizen.fill({ reason: "lost" });
      await citizen.send("/report");
      await citizen.look("card-reported");
      await citizen.context.close();
      await second.go(`/clerk/cards/${card.document}`);
      await second.look("card-suspended");
      await second.go(`/clerk/cards/${card.document}/resume`);
      await second.look("card-resume");
      await second.fill({ sure: "yes" });
      await second.send("/resume");
      await second.look("card-resume-asked");
      await second.context.close();
      const operator = await Person.come(b, walk, "operator");
      await operator.signIn(people.operator, { staff: true });
      await registered(operator, base);
      await operator.context.close();
      const stranger = await Person.come(b, walk, "stranger");
      await stranger.go("/validate");
      await stranger.look("validate");
      await check(stranger, signed, true, "pdf");
      await check(stranger, container, true, "edoc");
      const changed = join(work, "mainits.pdf");
      const bytes = readFileSync(signed);
      bytes[bytes.indexOf("izmeginajumu")] ^= 1;
      writeFileSync(changed, bytes);
      await check(stranger, changed, null, "changed");
      const later = join(work, "papildinats.pdf");
      writeFileSync(later, rewritten(readFileSync(signed), "Ligums par davinajumu"));
      await check(stranger, later, null, "pages");
      await check(stranger, text, null, "unsigned");
      await check(stranger, [signed, container, changed, text], true, "several");
      await stranger.context.close();
    } catch (e) {
      walk.watcher.wrong.push(`${lang}: the walk stopped: ${e.stack}`);
    }
    wrong.push(...walk.watcher.wrong);
    console.log(`${lang}: ${walk.count} pages`);
  }
  await b.close();
  for (const w of wrong) console.log("✗", w);
  console.log(wrong.length ? `${wrong.length} things are wrong` : "nothing is wrong");
  process.exit(wrong.length ? 1 : 0);
}

await main();
