import { diskUsage } from "./disk.ts";

/** How long an answer is good. */
const AGE_MS = 5000;

/** Says no to new work while the disk of a folder is fuller than the watermark. */
export class DiskWatermark {
  readonly #folder: string;
  readonly #watermark: number;
  #known: { readonly at: number; readonly reason: string | undefined } | undefined;

  /** `watermark` is a share, 0..1. */
  constructor(folder: string, watermark: number) {
    this.#folder = folder;
    this.#watermark = watermark;
  }

  async closedBecause(): Promise<string | undefined> {
    if (this.#known !== undefined && Date.now() - this.#known.at < AGE_MS)
      return this.#known.reason;
    const { usedShare } = await diskUsage(this.#folder);
    const percent = Math.round(usedShare * 100);
    const reason =
      usedShare < this.#watermark
        ? undefined
        : `the disk is ${percent} % full; nothing new starts above ${Math.round(this.#watermark * 100)} %`;
    this.#known = { at: Date.now(), reason };
    return reason;
  }

  /** What the build cache may take: a tenth of the disk, in bytes. */
  async tenth(): Promise<number> {
    const { totalBytes } = await diskUsage(this.#folder);
    return Math.floor(totalBytes / 10);
  }
}
