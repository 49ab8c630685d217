import { statfs } from "node:fs/promises";

export interface DiskUsage {
  /** 0 to 1, of what this process could ever use: as df counts it, without the blocks reserved for root. */
  readonly usedShare: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Of the disk that the folder lies on. */
export async function diskUsage(folder: string): Promise<DiskUsage> {
  const { blocks, bfree, bavail, bsize } = await statfs(folder);
  const used = blocks - bfree;
  const usable = used + bavail;
  return {
    usedShare: usable === 0 ? 1 : used / usable,
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
  };
}
