import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";

import { makeFolder } from "../bucket-folder.ts";
import { codeOf } from "../caught.ts";

/**
 * A folder held open. Names are looked up in the folder itself, as openat(2) does, by way of /proc/self/fd: whoever
 * swaps a parent for a link meanwhile changes nothing. That matters where running experiments write.
 */
export class Folder {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** A folder that only the server and the administrator could have put there: links on the way are theirs, and followed. */
  static async open(path: string): Promise<Folder> {
    return new Folder(await open(path, constants.O_RDONLY | constants.O_DIRECTORY));
  }

  /** Where an entry is to be found while this folder is open; of the folder itself without a name. */
  path(name = "."): string {
    return `/proc/self/fd/${this.#handle.fd}/${name}`;
  }

  /** A folder in this one; a link to one is refused with ENOTDIR. */
  async enter(name: string): Promise<Folder> {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    return new Folder(await open(this.path(name), flags));
  }

  /** Enters a folder that is made where it is missing, with that mode whatever the umask. */
  async make(name: string, mode: number): Promise<Folder> {
    const isNew = await makeFolder(this.path(name), mode);
    const made = await this.enter(name);
    if (!isNew) return made;
    await made.#handle.chmod(mode);
    await this.sync();
    return made;
  }

  /** Of the entry itself, be it a link; undefined where there is none. */
  async look(name: string) {
    try {
      return await lstat(this.path(name), { bigint: true });
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  /** New names in it outlive a power cut only after this. */
  async sync(): Promise<void> {
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
