import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { Problem } from "../../src/contract/problem.ts";
import { VariablePage, VolumeAnswer, VolumePage } from "../../src/contract/project-parts.ts";
import { ProjectAnswer } from "../../src/contract/project.ts";
import { type Api, createTestProject, read, startApi } from "./start-api.ts";

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await createTestProject(api.ports.database);
});
afterAll(() => api.stop());

const PROJECT = "/api/v1/projects/digits";
const set = (path: string, body: object): Promise<Response> =>
  api.send("PUT", `${PROJECT}/${path}`, body);
const remove = async (path: string): Promise<number> =>
  (await api.call(`${PROJECT}/${path}`, { method: "DELETE" })).status;
const settings = async () => (await read(ProjectAnswer, api.call(PROJECT))).settings;

test("variables are set one by one, listed by name, and are those of the settings", async () => {
  await api.send("PATCH", PROJECT, { settings: { env: { MODE: "fast" } } });
  const response = await set("variables/ENDPOINT", { value: "https://example.org/?a=b" });

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ name: "ENDPOINT", value: "https://example.org/?a=b" });
  await set("variables/MODE", { value: "" });
  const { items } = await read(VariablePage, api.call(`${PROJECT}/variables`));
  expect(items).toEqual([
    { name: "ENDPOINT", value: "https://example.org/?a=b" },
    { name: "MODE", value: "" },
  ]);
  expect((await settings()).env).toEqual({ ENDPOINT: "https://example.org/?a=b", MODE: "" });

  expect(await remove("variables/MODE")).toBe(204);
  expect(await remove("variables/MODE")).toBe(404);
  expect((await settings()).env).toEqual({ ENDPOINT: "https://example.org/?a=b" });
});

test("variables that are set at the same moment are all there", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `SAME_MOMENT_${index}`);

  await Promise.all(names.map((name) => set(`variables/${name}`, { value: name })));

  expect((await settings()).env).toMatchObject(
    Object.fromEntries(names.map((name) => [name, name])),
  );
  const first = await read(VariablePage, api.call(`${PROJECT}/variables?limit=5`));
  const rest = await read(
    VariablePage,
    api.call(`${PROJECT}/variables?cursor=${first.nextCursor ?? ""}`),
  );
  expect([first.items.length, rest.nextCursor]).toEqual([5, null]);
  expect([...first.items, ...rest.items].map(({ name }) => name)).toEqual(
    ["ENDPOINT", ...names].toSorted(),
  );
});

test.each([
  ["ASSAY_TOKEN", "x", "is set by Assay and cannot be changed"],
  ["VCS_SHA", "x", "is set by Assay and cannot be changed"],
  ["PATH", "/tmp", "decides which programs run"],
  ["LD_PRELOAD", "/tmp/x.so", "decides which programs run"],
  ["a-b", "x", "cannot be the name of a variable"],
  ["__proto__", "x", "cannot be the name of a variable"],
  ["LONG", "x".repeat(97 * 1024), "longer than 96 KiB"],
  ["ZERO", "a\0b", "holds a NUL"],
  ["NUMBER", 7, "must be text"],
])("the variable %s cannot be set to what it cannot hold", async (name, value, reason) => {
  const before = await settings();
  const response = await set(`variables/${name}`, { value });

  expect(response.status).toBe(422);
  const { errors } = await read(Problem, response);
  expect(errors).toMatchObject([{ path: "value", message: expect.stringContaining(reason) }]);
  expect(await settings()).toEqual(before);
});

test("a volume is declared, listed, changed and taken away; its folder must be a whole path", async () => {
  expect(await read(VolumeAnswer, set("volumes/datasets", { hostPath: "/srv/datasets" }))).toEqual({
    name: "datasets",
    hostPath: "/srv/datasets",
    readOnly: false,
  });
  await set("volumes/datasets", { hostPath: "/srv/more", readOnly: true });
  await set("volumes/az-prjtb11-5de4098cb8b3459d", { hostPath: "/srv/az" });

  const { items } = await read(VolumePage, api.call(`${PROJECT}/volumes`));

  expect(items).toEqual([
    { name: "az-prjtb11-5de4098cb8b3459d", hostPath: "/srv/az", readOnly: false },
    { name: "datasets", hostPath: "/srv/more", readOnly: true },
  ]);
  for (const [name, hostPath] of [
    ["datasets", "../etc"],
    ["datasets", "/"],
    ["Data_Sets", "/srv"],
  ] as const) {
    const refused = await set(`volumes/${name}`, { hostPath });
    expect(refused.status).toBe(422);
    expect((await read(Problem, refused)).errors).toMatchObject([{ path: "hostPath" }]);
  }
  expect(await remove("volumes/datasets")).toBe(204);
  expect(await remove("volumes/datasets")).toBe(404);
  expect(Object.keys((await settings()).volumes)).toEqual(["az-prjtb11-5de4098cb8b3459d"]);
});

test("a manifest may attach what was declared, and nothing else", async () => {
  const judge = async (name: string): Promise<string> => {
    const text = `spec: { operator: jobset, command: x, storage: { attachExistingPVCs: [{ name: ${name}, mountPoint: /mnt }] }, types: { worker: { resources: { memory: 1 } } } }`;
    const response = api.call("/api/v1/manifests/validate?project=digits", {
      method: "POST",
      body: text,
    });
    return (await response).text();
  };
  await set("volumes/weights", { hostPath: "/srv/weights" });

  expect(await judge("weights")).toContain('"valid":true');
  expect(await judge("wieghts")).toContain("did you mean weights?");
  expect(await judge("constructor")).toContain("is no volume of this project");
});
