import { join, resolve, sep } from "node:path";

import { failure, usage } from "./exit.ts";

/** What a bucket holds below `input:/data/`, or one object of it. */
export interface Place {
  readonly bucket: "input" | "output";
  /** Without a slash at its beginning; empty for all. */
  readonly key: string;
}

/** `input:/data/train.csv`; undefined for what is a file here. */
export function placeOf(written: string): Place | undefined {
  const [, bucket, key] = /^(input|output):\/*(.*)$/s.exec(written) ?? [];
  return (bucket === "input" || bucket === "output") && key !== undefined
    ? { bucket, key }
    : undefined;
}

export function demandPlace(written: string): Place {
  const place = placeOf(written);
  if (place !== undefined) return place;
  throw usage(`"${written}" is no place in a bucket. Write it like input:/data/train.csv.`);
}

export const written = ({ bucket, key }: Place): string => `${bucket}:/${key}`;

/** Where the object of a key goes below a folder: never outside of it, whatever the server says it is called. */
export function fileBelow(folder: string, key: string): string {
  const segments = key.split("/");
  const file = join(folder, ...segments);
  if (segments.some(isOdd) || !file.startsWith(resolve(folder) + sep))
    throw failure(`${JSON.stringify(key)} cannot be a file's name here: fetch it by itself.`);
  return file;
}

const isOdd = (segment: string): boolean =>
  ["", ".", ".."].includes(segment) || /[\0\\]/.test(segment);
