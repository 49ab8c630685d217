import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly gzipped: Uint8Array;
}

/** The built files of the dashboard. Their names change with their content, so each is read and compressed once. */
export class AssetFiles {
  readonly #folder: string;
  readonly #read = new Map<string, Asset>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** undefined where there is none of that name. */
  async find(name: string): Promise<Asset | undefined> {
    const type = TYPES[extname(name)];
    if (type === undefined || !/^\w[\w.-]{0,200}$/.test(name)) return undefined;
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const bytes = await readFile(join(this.#folder, name)).catch(() => undefined);
    if (bytes === undefined) return undefined;
    const asset = { type, bytes, gzipped: await promisify(gzip)(bytes, { level: 9 }) };
    this.#read.set(name, asset);
    return asset;
  }
}
