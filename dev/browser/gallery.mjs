// One page, judged and photographed: node gallery.mjs URL OUT [NAME]
import { browser, listen, Watcher } from "./lib.mjs";

const [url, out, name = "page"] = process.argv.slice(2);
const b = await browser();
let bad = 0;
for (const lang of ["lv", "en"]) {
  const w = new Watcher({ base: new URL(url).origin, out, lang });
  const context = await b.newContext({ locale: lang === "lv" ? "lv-LV" : "en-GB" });
  const page = await context.newPage();
  listen(page, w.wrong, name);
  await page.goto(url);
  await w.look(page, name);
  console.log(lang, name, "first load", await w.weigh(b, new URL(url).pathname), "bytes");
  for (const x of w.wrong) console.log("  ✗", x);
  bad += w.wrong.length;
}
await b.close();
process.exit(bad ? 1 : 0);
