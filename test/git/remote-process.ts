import { project } from "./fixture.ts";
import { startRemote } from "./remote-server.ts";

/**
 * A server of its own that never answers at one place, to be killed there. Its lines: the URL, then where it hangs.
 * Arguments: the folder, `isWilling` or `onPush`.
 */
const [folder = "", place] = process.argv.slice(2);

async function hang(): Promise<never> {
  process.stdout.write(`${place}\n`);
  return new Promise<never>(() => {});
}

const server = await startRemote(
  {
    folder,
    isWilling: async () => (place === "isWilling" ? hang() : undefined),
    onPush: async () => (place === "onPush" ? hang() : []),
  },
  [project({ slug: "digits", forge: "builtin" })],
);
process.stdout.write(`${server.url("digits")}\n`);
