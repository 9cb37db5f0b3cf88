// Signing and checking, as people do it on the pages of the signing service.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Signs files as `citizen`; answers the path of the signed file. `format` chooses where there is a choice. */
export async function sign(citizen, { files, name, format, card, pins, work }) {
  const { page } = citizen;
  await citizen.go("/sign");
  if (name === "pdf") await citizen.look("sign-start");
  await citizen.go("/sign/files");
  if (name === "pdf") {
    await citizen.look("sign-files");
    await citizen.send("/sign/files");
    await citizen.look("sign-files-mistake");
  }
  await citizen.fill({ file: files });
  await citizen.send("/sign/files");
  if (new URL(page.url()).pathname.endsWith("/format")) {
    await citizen.look(`sign-format-${name}`);
    if (format) await citizen.fill({ format });
    else await page.locator("main input[type=radio]").first().check();
    await citizen.send();
  }
  await citizen.look(`sign-check-${name}`);
  const label = name === "pdf" ? "sign-agent" : undefined;
  const done = page.waitForSelector('a[href$="/file"][download]', { timeout: 60_000 });
  const refused = page.waitForSelector("[data-refusal]:not([hidden]), [data-trouble]:not([hidden])", { timeout: 60_000 });
  const outcome = Promise.race([done, refused.then(async (e) => { throw new Error(await e.innerText()); })]);
  outcome.catch(() => {});
  await citizen.card(() => page.locator("[data-go]").click(), { serial: card, pin: pins.pin2 }, label);
  await outcome;
  refused.catch(() => {});
  await citizen.look(`sign-done-${name}`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator('a[href$="/file"][download]').click()]);
  const path = join(work, download.suggestedFilename());
  await download.saveAs(path);
  if (name === "pdf") {
    await citizen.send("/keep");
    await citizen.look("kept");
  }
  return path;
}

/** Checks a file; `good` says whether the verdict has to be good; null: anything but good. */
export async function check(stranger, path, good, name) {
  await stranger.go("/validate");
  await stranger.fill({ file: path });
  await stranger.send("/validate");
  await stranger.page.waitForSelector(".verdict");
  if (name === "pages") {
    // how the page looked when it was signed, and how it looks now
    const pictures = stranger.page.locator("figure.sheet img");
    for (const picture of await pictures.all()) {
      await picture.scrollIntoViewIfNeeded();
      await picture.evaluate((e) => e.decode());
    }
    if ((await pictures.count()) !== 2) stranger.walk.watcher.wrong.push(`${stranger.walk.lang} ${name}: ${await pictures.count()} pictures`);
  }
  await stranger.look(`verdict-${name}`);
  if (good) {
    // the verdict as a sealed receipt
    const button = stranger.page.locator('form[action$="/receipt.pdf"] button');
    const [receipt] = await Promise.all([stranger.page.waitForEvent("download"), button.click()]);
    const head = (await readFile(await receipt.path())).subarray(0, 5).toString();
    if (head !== "%PDF-") stranger.walk.watcher.wrong.push(`${stranger.walk.lang} receipt of ${name}: ${head}`);
  }
  const kind = await stranger.page.locator(".verdict").first().getAttribute("class");
  const isGood = kind.split(" ").includes("ok");
  if (isGood !== Boolean(good)) stranger.walk.watcher.wrong.push(`${stranger.walk.lang} verdict of ${name}: ${kind}`);
}
