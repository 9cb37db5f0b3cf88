// What every walk needs: a browser, axe on each page, photographs, the size of the first load.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";

export const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
export const WIDTHS = [390, 768, 1440];
export const THEMES = ["light", "dark"];
const MOST = 50 * 1024;

export async function browser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Looks at pages as they come: axe in both themes, photographs, sizes. Collects what is wrong. */
export class Watcher {
  constructor({ base, out, lang, photograph = true }) {
    Object.assign(this, { base, out, lang, photograph });
    this.wrong = [];
    this.seen = [];
    mkdirSync(out, { recursive: true });
  }

  /** Judges the page as it stands. `name` names its photographs. */
  async look(page, name) {
    this.seen.push(name);
    for (let turn = 0; ; turn++) {
      const before = this.wrong.length;
      try {
        // A page that watches long work stands still while it is looked at.
        await page.evaluate(() => { if (document.querySelector("[data-watch]")) for (let id = setTimeout(() => {}, 0); id > 0; id--) clearTimeout(id); });
        return await this.judge(page, name);
      } catch (e) {
        if (turn >= 3 || !/destroyed|navigat|detached/i.test(e.message)) throw e;
        this.wrong.length = before;
        await page.waitForLoadState("load");
      }
    }
  }

  async judge(page, name) {
    const size = page.viewportSize();
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      // The browser's own viewer of a PDF is not ours to judge.
      const found = await new AxeBuilder({ page }).withTags(TAGS).exclude("iframe.view").analyze();
      for (const v of found.violations) {
        const where = v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(" | ");
        this.wrong.push(`${this.lang} ${name} ${theme}: ${v.id} (${v.impact}): ${where}`);
      }
      if (this.photograph) await this.photographs(page, name, theme);
    }
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: "light" });
    await this.texts(page, name);
    await this.reflow(page, name);
  }

  async photographs(page, name, theme) {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
      const path = join(this.out, `${name}.${this.lang}.${theme}.${width}.png`);
      await page.screenshot({ path, fullPage: true });
    }
  }

  /** Every text is there, in the language of the page. */
  async texts(page, name) {
    const html = await page.content();
    if (html.includes("⟦")) this.wrong.push(`${this.lang} ${name}: a text is missing: ${html.match(/⟦[^⟧]*⟧/)?.[0]}`);
    const lang = await page.getAttribute("html", "lang");
    if (lang !== this.lang) this.wrong.push(`${this.lang} ${name}: the page is in ${lang}`);
  }

  /** 400 % zoom of a 1280 px window is 320 px: nothing may need scrolling sideways (WCAG 1.4.10). */
  async reflow(page, name) {
    const size = page.viewportSize();
    await page.setViewportSize({ width: 320, height: 640 });
    const over = await page.evaluate(() => {
      const root = document.documentElement;
      if (root.scrollWidth <= root.clientWidth) return null;
      const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1);
      return wide.slice(0, 3).map((e) => `${e.tagName.toLowerCase()}.${e.className}`).join(" | ");
    });
    if (over !== null) this.wrong.push(`${this.lang} ${name}: wider than 320 px: ${over}`);
    await page.setViewportSize(size);
  }

  /** Transferred bytes of a first visit with an empty cache. */
  async weigh(b, path) {
    const context = await b.newContext({ locale: this.lang });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    let bytes = 0;
    await cdp.send("Network.enable");
    cdp.on("Network.loadingFinished", (e) => { bytes += e.encodedDataLength; });
    await page.goto(this.base + path, { waitUntil: "networkidle" });
    await context.close();
    if (bytes > MOST) this.wrong.push(`${this.lang} ${path}: first load is ${bytes} bytes, more than ${MOST}`);
    return bytes;
  }
}

/** Answers and errors of a page that nobody asked for: console errors, failed requests, broken policies. */
export function listen(page, wrong, label) {
  page.on("console", (m) => {
    if (m.type() === "error" && !/status of (4\d\d|503)/.test(m.text())) wrong.push(`${label} console: ${m.text()}`);
  });
  page.on("pageerror", (e) => wrong.push(`${label} script: ${e.message}`));
  page.on("response", (r) => {
    if (r.status() >= 500) wrong.push(`${label} ${r.status()} ${r.url()}`);
  });
}

