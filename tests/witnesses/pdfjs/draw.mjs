// Draws files with pdf.js for whoever reads the pipe, as tests/attacks/draw_pdfium.py does with PDFium: asked with four
// bytes of length, one of resolution and the file; answers with four bytes of length and a PPM of every page, with
// nothing for what it cannot open.
import { fileURLToPath } from "node:url";

import { DOMMatrix, ImageData, Path2D, createCanvas } from "@napi-rs/canvas";

Object.assign(globalThis, { DOMMatrix, ImageData, Path2D });
console.log = console.warn = console.info = () => {}; // the pipe is for pictures
process.on("unhandledRejection", () => {});
process.on("uncaughtException", () => {});

const { AnnotationMode, getDocument } = await import("pdfjs-dist/legacy/build/pdf.mjs");
const MAX_PAGES = 40;
const RESOURCES = fileURLToPath(new URL("./node_modules/pdfjs-dist/", import.meta.url));

async function answer(pdf, dpi) {
  const task = getDocument({
    data: new Uint8Array(pdf), verbosity: 0, disableFontFace: true,
    standardFontDataUrl: `${RESOURCES}standard_fonts/`, cMapUrl: `${RESOURCES}cmaps/`, cMapPacked: true,
  });
  try {
    const document = await task.promise;
    const pages = [];
    for (let number = 1; number <= Math.min(document.numPages, MAX_PAGES); number++) {
      pages.push(await picture(await document.getPage(number), dpi));
    }
    return Buffer.concat(pages);
  } finally {
    await task.destroy();
  }
}

async function picture(page, dpi) {
  const viewport = page.getViewport({ scale: dpi / 72 });
  const canvas = createCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
  const canvasContext = canvas.getContext("2d");
  await page.render({ canvas, canvasContext, viewport, annotationMode: AnnotationMode.ENABLE }).promise;
  const { data } = canvasContext.getImageData(0, 0, canvas.width, canvas.height);
  const colours = Buffer.alloc(3 * canvas.width * canvas.height);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    colours.set(data.subarray(from, from + 3), to);
  }
  return Buffer.concat([Buffer.from(`P6\n${canvas.width} ${canvas.height}\n255\n`), colours]);
}

let waiting = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  waiting = Buffer.concat([waiting, chunk]);
  while (waiting.length >= 5 && waiting.length >= 5 + waiting.readUInt32BE()) {
    const end = 5 + waiting.readUInt32BE();
    const said = await answer(waiting.subarray(5, end), waiting[4]).catch(() => Buffer.alloc(0));
    waiting = waiting.subarray(end);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(said.length);
    process.stdout.write(Buffer.concat([size, said]));
  }
}
