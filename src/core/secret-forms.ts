/** A shorter value would hide too much of an ordinary log. */
export const SHORTEST_SECRET = 6;
const SHORTEST_LINE = 8;
/** How `base64` wraps its output. */
const BASE64_COLUMNS = 76;

/** Whether logs can hide it; what a secret has around it (a file's last newline) does not count. */
export function isMaskable(secret: string): boolean {
  return secret.trim().length >= SHORTEST_SECRET;
}

/** Every way in which a secret shows up in output: as it is, line by line, and as common encodings write it. */
export function secretForms(secret: string): readonly Uint8Array[] {
  const value = secret.trim();
  if (!isMaskable(value)) return [];
  const bytes = encoder.encode(value);
  const lines = value
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST_LINE);
  const texts = [
    value,
    ...lines,
    ...hexForms(bytes),
    ...base64Forms(bytes),
    ...urlForms(bytes),
    ...jsonForms(value),
  ];
  return [...new Set(texts)].map((text) => encoder.encode(text));
}

const encoder = new TextEncoder();

const hexByte = (byte: number): string => byte.toString(16).padStart(2, "0");

function hexForms(bytes: Uint8Array): readonly string[] {
  const hex = Array.from(bytes, hexByte).join("");
  return [hex, hex.toUpperCase()];
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The characters that depend on the secret alone, for each of the three places at which it may stand in what was encoded. */
function base64Forms(bytes: Uint8Array): readonly string[] {
  const forms = [0, 1, 2].map((shift) => {
    const length = shift + bytes.length;
    const characters: string[] = [];
    for (let index = Math.ceil((shift * 8) / 6); (index + 1) * 6 <= length * 8; index += 1)
      characters.push(BASE64[sextet(bytes, index * 6 - shift * 8)] ?? "");
    return characters.join("");
  });
  const [whole = ""] = forms;
  const wrapped = [];
  for (
    let start = 0;
    whole.length > BASE64_COLUMNS && start < whole.length;
    start += BASE64_COLUMNS
  )
    wrapped.push(whole.slice(start, start + BASE64_COLUMNS));
  return [...forms, ...wrapped.filter((line) => line.length >= SHORTEST_LINE)].flatMap((form) => [
    form,
    form.replaceAll("+", "-").replaceAll("/", "_"),
  ]);
}

function sextet(bytes: Uint8Array, bit: number): number {
  const index = Math.floor(bit / 8);
  const pair = ((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0);
  return (pair >> (10 - (bit % 8))) & 63;
}

/** What RFC 3986, encodeURIComponent and Python's quote leave as it is, beside letters and digits. */
const UNRESERVED = ["-._~", "-._~!'()*", "-._~/"];

function urlForms(bytes: Uint8Array): readonly string[] {
  return UNRESERVED.flatMap((kept) => {
    const encode = (escape: (hex: string) => string): string =>
      Array.from(bytes, (byte) => {
        const character = String.fromCharCode(byte);
        return /[A-Za-z0-9]/.test(character) || kept.includes(character)
          ? character
          : escape(hexByte(byte));
      }).join("");
    const upper = encode((hex) => `%${hex.toUpperCase()}`);
    return [upper, encode((hex) => `%${hex}`), upper.replaceAll("%20", "+")];
  });
}

/** As JSON strings, also as those writers do that escape everything but ASCII, or what HTML minds. */
function jsonForms(value: string): readonly string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  const ascii = escaped.replaceAll(/[\u007f-\uffff]/g, unicode);
  return [escaped, ascii, ascii.replaceAll(/[<>&]/g, unicode), escaped.replaceAll("/", "\\/")];
}

const unicode = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
