import { createHash } from "node:crypto";

const HEIGHT = 20;
/** Of Verdana at 11 pixels, on the average; wide enough for every word that stands here. */
const CHARACTER = 7;
const PADDING = 6;

export interface Badge {
  readonly label: string;
  readonly text: string;
  /** #rrggbb. */
  readonly color: string;
}

/** A small image of two words: what, and how it stands. */
export function drawBadge({ label, text, color }: Badge): string {
  const [left, right] = [widthOf(label), widthOf(text)];
  const width = left + right;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="${escaped(`${label}: ${text}`)}">
<title>${escaped(`${label}: ${text}`)}</title>
<clipPath id="r"><rect width="${width}" height="${HEIGHT}" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${left}" height="${HEIGHT}" fill="#3b424d"/><rect x="${left}" width="${right}" height="${HEIGHT}" fill="${color}"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"><text x="${left / 2}" y="14">${escaped(label)}</text><text x="${left + right / 2}" y="14">${escaped(text)}</text></g>
</svg>
`;
}

/** Of its content, so that who has it asks only whether it is still so. */
export const tagOf = (svg: string): string =>
  `"${createHash("sha256").update(svg).digest("base64url").slice(0, 16)}"`;

const widthOf = (word: string): number => word.length * CHARACTER + 2 * PADDING;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
