import { Folder } from "../filesystem/folder.ts";

/** Whether names lead from a folder to a file or a folder in it. A link on the way, which an experiment may have made, leads nowhere. */
export async function leadsThrough(path: string, names: readonly string[]): Promise<boolean> {
  let folder = await Folder.open(path);
  try {
    for (const [index, name] of names.entries()) {
      const stats = await folder.look(name);
      if (stats?.isDirectory() !== true)
        return stats?.isFile() === true && index === names.length - 1;
      const below = await folder.enter(name);
      await folder.close();
      folder = below;
    }
    return true;
  } finally {
    await folder.close();
  }
}
