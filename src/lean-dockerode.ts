import { createRequire, Module } from "node:module";

/**
 * dockerode loads what an SSH connection and its own build session need, and nobody here uses either: 5 MB of an idle
 * server. Imported before dockerode, this loads them at their first call instead.
 */
const require = createRequire(import.meta.url);
for (const path of ["dockerode/lib/session.js", "docker-modem/lib/ssh.js"]) {
  const filename = require.resolve(path);
  const later = new Module(filename);
  later.loaded = true;
  later.exports = (...values: readonly unknown[]): unknown => {
    delete require.cache[filename];
    const load: unknown = require(filename);
    return typeof load === "function" ? load(...values) : undefined;
  };
  require.cache[filename] = later;
}
