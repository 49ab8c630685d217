import { BadRequestError } from "../../core/errors.ts";

/** In every bucket's folder: where uploads lie until they are whole. On the same disk as what they become. */
export const uploadsFolder = ".assay-uploads";

/** As S3 has it. */
export const longestKey = 1024;
const longestSegment = 255;

/** The segments of a key that can be a path below its bucket. */
export function keySegments(key: string): readonly string[] {
  const fault = faultOf(key);
  if (fault !== undefined) throw new BadRequestError(`The key ${quoted(key)} ${fault}`);
  return key.split("/");
}

/** The segments of a bucket's name, such as `digits/input`. */
export function bucketSegments(bucket: string): readonly string[] {
  const segments = bucket.split("/");
  const fault = segments.some((segment) => segment.startsWith("."))
    ? "holds a part that begins with a dot."
    : faultOf(bucket);
  if (fault !== undefined) throw new BadRequestError(`The bucket ${quoted(bucket)} ${fault}`);
  return segments;
}

/** The folder that all keys of a prefix lie in, and what their names in it begin with. */
export function splitPrefix(prefix: string): {
  readonly folder: readonly string[];
  readonly name: string;
} {
  const slash = prefix.lastIndexOf("/");
  const name = prefix.slice(slash + 1);
  return { folder: slash === -1 ? [] : keySegments(prefix.slice(0, slash)), name };
}

/** As S3 and PostgreSQL's "C" collation order them: by the bytes of UTF-8, which UTF-16's units alone do not give. */
export function compareKeys(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const difference = rank(one.charCodeAt(at)) - rank(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Surrogates stand for characters beyond all single units, so they go behind these. */
const rank = (unit: number) => {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
};

function faultOf(key: string): string | undefined {
  if (key === "") return "is empty: give it a name.";
  if (!key.isWellFormed()) return "is no valid Unicode text.";
  if (key.includes("\0")) return "holds a NUL character, which no file name can.";
  if (Buffer.byteLength(key) > longestKey) return `is longer than ${longestKey} bytes.`;
  if (key.startsWith("/")) return "begins with a slash: keys are relative to their bucket.";
  const segments = key.split("/");
  if (segments.includes(""))
    return "holds an empty part: one slash between two names, none at the end.";
  if (segments.some((segment) => segment === "." || segment === ".."))
    return 'holds "." or ".." as a part: write the key out.';
  if (segments.some((segment) => Buffer.byteLength(segment) > longestSegment))
    return `holds a part longer than ${longestSegment} bytes, the most that a file name can have.`;
  return segments[0] === uploadsFolder ? "is reserved for uploads that are under way." : undefined;
}

/** JSON's quoting shows control characters instead of sending them on to a terminal. */
const quoted = (text: string) =>
  JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
