import { diskUsage } from "./disk.ts";

/** How long an answer is good. */
const AGE_MS = 5000;

/** Says no to new work while a disk is fuller than the watermark: that of the data directory, or Docker's. */
export class DiskWatermark {
  readonly #folder: string;
  readonly #watermark: number;
  readonly #onUsage: (disk: string, usedShare: number) => void;
  #dockerFolder: string | undefined;
  #known: { readonly at: number; readonly reason: string | undefined } | undefined;

  /** `watermark` is a share, 0..1. `onUsage` hears how full each disk is, whenever it is looked at. */
  constructor(
    folder: string,
    watermark: number,
    onUsage: (disk: string, usedShare: number) => void = () => undefined,
  ) {
    this.#folder = folder;
    this.#watermark = watermark;
    this.#onUsage = onUsage;
  }

  /** Where images and the build cache lie. A folder that is not there is another machine's, and cannot be watched. */
  async watchDocker(folder: string): Promise<void> {
    const usage = await diskUsage(folder).catch(() => undefined);
    this.#dockerFolder = usage === undefined ? undefined : folder;
    this.#known = undefined;
  }

  async closedBecause(): Promise<string | undefined> {
    if (this.#known !== undefined && performance.now() - this.#known.at < AGE_MS)
      return this.#known.reason;
    const full = [await this.#look("the disk", this.#folder)];
    if (this.#dockerFolder !== undefined)
      full.push(await this.#look("Docker's disk", this.#dockerFolder));
    const reason = full.find((why) => why !== undefined);
    this.#known = { at: performance.now(), reason };
    return reason;
  }

  /** How large the disk is that images and the build cache lie on. */
  async dockerDiskBytes(): Promise<number> {
    return (await diskUsage(this.#dockerFolder ?? this.#folder)).totalBytes;
  }

  async #look(disk: string, folder: string): Promise<string | undefined> {
    const { usedShare } = await diskUsage(folder);
    this.#onUsage(disk, usedShare);
    if (usedShare < this.#watermark) return undefined;
    return `${disk} is ${percent(usedShare)} % full; nothing new starts above ${percent(this.#watermark)} %`;
  }
}

const percent = (share: number): number => Math.round(share * 100);
