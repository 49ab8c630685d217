import { readdir } from "node:fs/promises";

/** `npm run bench -- <name>`: one benchmark; without a name, what there is. Each prints its own figures. */
const folder = new URL(".", import.meta.url);
const names = (await readdir(folder))
  .filter((file) => file.endsWith(".ts") && file !== "main.ts")
  .map((file) => file.slice(0, -3));
const [name] = process.argv.slice(2);
if (name !== undefined && names.includes(name)) await import(new URL(`${name}.ts`, folder).href);
else {
  console.log(`Name one of: ${names.join(", ")}`);
  process.exitCode = name === undefined ? 0 : 2;
}
