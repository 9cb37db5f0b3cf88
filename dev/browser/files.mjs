// Files to work with, made here: a portrait and a one-page PDF.
import { deflateSync, crc32 as zlibCrc } from "node:zlib";

const table = Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});
const crc = zlibCrc ?? ((b) => { let c = ~0; for (const x of b) c = table[(c ^ x) & 255] ^ (c >>> 8); return ~c >>> 0; });

function chunk(kind, body) {
  const all = Buffer.concat([Buffer.from(kind, "latin1"), body]);
  const out = Buffer.alloc(all.length + 8);
  out.writeUInt32BE(body.length);
  all.copy(out, 4);
  out.writeUInt32BE(crc(all) >>> 0, out.length - 4);
  return out;
}

/** A face of circles on a light ground, 700 × 900: nobody's. */
export function portrait(width = 700, height = 900) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  const inside = (x, y, cx, cy, rx, ry) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = x / width, v = y / height;
      let c = [225 - 20 * v, 230 - 15 * v, 232];
      if (inside(u, v, 0.5, 1.12, 0.48, 0.38)) c = [40, 84, 74];
      if (inside(u, v, 0.5, 0.4, 0.3, 0.33)) c = [74, 52, 38];
      if (inside(u, v, 0.5, 0.72, 0.11, 0.16)) c = [214, 170, 142];
      if (inside(u, v, 0.5, 0.47, 0.22, 0.27)) c = [228, 186, 158];
      if (inside(u, v, 0.41, 0.44, 0.025, 0.018) || inside(u, v, 0.59, 0.44, 0.025, 0.018)) c = [50, 40, 36];
      if (inside(u, v, 0.5, 0.6, 0.07, 0.016)) c = [168, 92, 88];
      const shade = 4 * Math.sin(x * 0.7) * Math.cos(y * 0.9);
      c.forEach((k, i) => { rows[y * (width * 3 + 1) + 1 + x * 3 + i] = Math.max(0, Math.min(255, k + shade)); });
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const magic = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([magic, chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** A PDF of one page with one line of text. */
export function minimalPdf(line) {
  const content = `BT /F1 24 Tf 72 720 Td (${line}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let out = "%PDF-1.7\n";
  const places = objects.map((o, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${o}\nendobj\n`;
    return at;
  });
  const xref = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  out += places.map((p) => `${String(p).padStart(10, "0")} 00000 n \n`).join("");
  return Buffer.from(`${out}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`, "latin1");
}

/** The PDF of `minimalPdf`, signed or not, with one more revision in which the page says something else. */
export function rewritten(pdf, line) {
  const content = `BT /F1 24 Tf 72 720 Td (${line}) Tj ET`;
  const before = pdf.toString("latin1").match(/startxref\s+(\d+)\s+%%EOF\s*$/)[1];
  const object = `4 0 obj\n<< /Length ${content.length} >>\nstream\n${content}\nendstream\nendobj\n`;
  const table = `xref\n4 1\n${String(pdf.length).padStart(10, "0")} 00000 n \ntrailer\n<< /Size 99 /Root 1 0 R /Prev ${before} >>\n`;
  return Buffer.concat([pdf, Buffer.from(`${object}${table}startxref\n${pdf.length + object.length}\n%%EOF\n`, "latin1")]);
}
