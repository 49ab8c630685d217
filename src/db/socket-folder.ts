import { createHash } from "node:crypto";
import { chown, lstat, mkdir } from "node:fs/promises";
import { join } from "node:path";

/** The path of a unix socket ends at 107 bytes on Linux and at 103 on macOS. */
const longestPath = 103;
const longestName = ".s.PGSQL.5432";

/**
 * A private folder whose sockets have short enough paths: the folder itself, else one below /tmp, always the same for
 * the same folder.
 */
export async function chooseSocketFolder(
  folder: string,
  owner = process.getuid?.() ?? 0,
): Promise<string> {
  if (Buffer.byteLength(join(folder, longestName)) <= longestPath) return folder;
  const short = `/tmp/assay-${createHash("sha256").update(folder).digest("hex").slice(0, 24)}`;
  const created = await mkdir(short, { recursive: true, mode: 0o700 });
  if (created !== undefined && owner !== process.getuid?.()) await chown(short, owner, -1);
  const { uid, mode } = await lstat(short);
  // 0o40700: a directory, not a link, that only its owner may enter.
  if (uid === owner && mode === 0o40700) return short;
  throw new Error(
    `The path ${folder} is too long for a socket, and ${short}, which would serve instead, belongs to somebody else. Remove it, or choose a shorter ASSAY_DATA_DIR.`,
  );
}
