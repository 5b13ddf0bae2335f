import { wrap } from "../exhibits/forms/table.js";
import { emit } from "./emit.js";

/** Characters of a line where there is only text. */
const WIDTH = 110;

/** Shows paragraphs below the cell, as HTML and as text; outside a kernel it prints the text. */
export function showText(paragraphs: readonly string[]): void {
  const escaped = paragraphs.map((text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
  const html = escaped.map((text) => `<p>${text}</p>\n`).join("");
  const text = paragraphs.map((paragraph) => wrap(paragraph, WIDTH).join("\n")).join("\n\n");
  if (!emit({ "text/html": html, "text/plain": text })) console.log(text);
}
