import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Dockerode from "dockerode";

import { finished, logOf } from "../support/experiments.ts";
import { ImageRegistry } from "../support/image-registry.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

const PASSWORD = "p4ss word/for images";
const docker = new Dockerode();
let platform: TestPlatform;
let projects: Projects;
let registry: ImageRegistry;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
  registry = await ImageRegistry.start("ada", PASSWORD);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
  for (const { RepoTags: tags, RepoDigests: digests } of await docker.listImages())
    for (const name of [...(tags ?? []), ...(digests ?? [])])
      if (name.startsWith(`${registry.host}/`)) await docker.getImage(name).remove();
  await registry.stop();
});

const manifest = (builder: string, command = "echo made"): string => `builder: ${builder}
spec:
  operator: jobset
  command: ${JSON.stringify(command)}
  types:
    worker: { resources: { cpus: 0.5, memory: 0.1 } }
`;

const login = (project: string, password = PASSWORD) =>
  platform.call("PUT", `/api/v1/projects/${project}/secrets/DOCKER_AUTH_CONFIG`, {
    value: JSON.stringify({ auths: { [registry.host]: { username: "ada", password } } }),
  });

const skipped = (image: string): string =>
  manifest(`{ image: "${image}", skipBuild: { enabled: true, failIfNotFound: true } }`);

test("an image is pushed to the manifest's registry, and from there another experiment runs it as it is", async () => {
  const copy = await projects.create("shared", {
    Dockerfile: "FROM assay/busybox:local\nCOPY a /\n",
    a: "a\n",
    "manifest.yaml": manifest(`{ registry: ${registry.host}/team }`),
  });
  await login("shared");
  const run = async (number: number, files = {}) => {
    await copy.commit("exp: run", files);
    await copy.push();
    return finished(platform, `shared#${number}`);
  };

  const built = await run(1);
  const [tag = ""] = registry.tags;
  const name = `${registry.host}/${tag}`;
  const reused = await run(2, { b: "not copied\n" });
  const namesHere = (await docker.getImage(built.image.digest).inspect()).RepoTags;
  const pulled = await run(3, { "manifest.yaml": skipped(name) });

  expect(tag).toMatch(/^team\/shared:[0-9a-f]{12}$/);
  expect(built.steps[2].note).toBe(
    `built: the project's first image; it is in the registry as ${name}`,
  );
  expect(reused.steps[2].note).toMatch(
    /^image reused from shared#1: .*; it is in the registry as /,
  );
  expect(registry.tags).toEqual([tag]);
  // With a name more, it could not be removed when its time has come.
  expect(namesHere).toEqual([built.image.name]);
  expect(pulled).toMatchObject({
    status: "Succeeded",
    image: { name, digest: built.image.digest },
  });
  expect(await logOf(platform, "shared#3")).toBe("made\n");
  for (const number of [1, 2, 3])
    expect(await logOf(platform, `shared#${number}`, "?step=Building")).not.toContain("p4ss");
});

test("what one project has pushed, another one gets from the registry alone: with a login of its own", async () => {
  const owner = await projects.create("giver", {
    Dockerfile: "FROM assay/busybox:local\nRUN echo given > /given\n",
    "manifest.yaml": manifest(`{ registry: ${registry.host}/team }`, "true"),
  });
  await login("giver");
  await owner.commit("exp: run");
  await owner.push();
  const given = await finished(platform, "giver#1");
  const tag = registry.tags.find((each) => each.startsWith("team/giver:")) ?? "";
  const copy = await projects.create("taker", {
    "manifest.yaml": skipped(`${registry.host}/${tag}`).replace("echo made", "cat /given"),
  });
  await copy.commit("exp: without a login");
  await copy.push();
  const refused = await finished(platform, "taker#1");
  await login("taker");
  await copy.commit("exp: with a login");
  await copy.push();

  const taken = await finished(platform, "taker#2");

  expect(refused.status).toBe("Failed");
  expect(refused.steps[2].exception.hint).toContain("DOCKER_AUTH_CONFIG");
  expect(taken).toMatchObject({ status: "Succeeded", image: { digest: given.image.digest } });
  expect(await logOf(platform, "taker#2")).toBe("given\n");
});

test("a registry that does not know the login fails the step, in a sentence that names the secret", async () => {
  const copy = await projects.create("stranger", {
    Dockerfile: "FROM assay/busybox:local\nRUN true\n",
    "manifest.yaml": manifest(`{ registry: ${registry.host}/team }`),
  });
  await login("stranger", "wrong password");
  await copy.commit("exp: run");
  await copy.push();

  const { status, steps } = await finished(platform, "stranger#1");

  expect(status).toBe("Failed");
  expect(steps[2].exception).toMatchObject({
    kind: "BuildFailed",
    message: expect.stringMatching(/^The registry 127\.0\.0\.1:\d+ did not take /),
    hint: expect.stringContaining("DOCKER_AUTH_CONFIG"),
  });
  expect(JSON.stringify(steps)).not.toContain("wrong password");
});

test("what a Dockerfile begins from is pulled with the project's login, stays here, and is renewed by a fresh build", async () => {
  const name = `${registry.host}/team/base`;
  await publish("assay/busybox:local", name, "1");
  const copy = await projects.create("begins", {
    Dockerfile: `FROM ${name}:1\nCOPY a /\n`,
    a: "a\n",
    "manifest.yaml": manifest("{}"),
  });
  const run = async (number: number, files: Readonly<Record<string, string>>) => {
    await copy.commit("exp: run", files);
    await copy.push();
    return finished(platform, `begins#${number}`);
  };

  const refused = await run(1, {});
  await login("begins");
  const built = await run(2, { b: "not copied\n" });
  const reused = await run(3, { b: "not copied either\n" });
  const container = await docker.createContainer({ Image: "assay/busybox:local", Cmd: ["true"] });
  const { Id: second } = await container.commit({ changes: "ENV BASE=second" });
  await container.remove();
  await publish(second, name, "2");
  registry.move("team/base:1", "team/base:2");
  await platform.call("POST", `/api/v1/experiments/${built.id}/resubmit`, { freshBuild: true });
  const fresh = await finished(platform, "begins#4");
  const { Config: config } = await docker.getImage(fresh.image.digest).inspect();
  await docker.getImage(`${name}:1`).remove();

  expect(refused.steps[2].exception).toMatchObject({
    message: expect.stringContaining(`${name}:1 cannot be pulled`),
    hint: expect.stringContaining("DOCKER_AUTH_CONFIG"),
  });
  expect(built.status).toBe("Succeeded");
  expect(reused.steps[2].note).toContain("image reused from begins#2");
  expect(config.Env).toContain("BASE=second");
  expect(await logOf(platform, "begins#4", "?step=Building")).toContain(
    `Looking for a newer ${name}:1\n`,
  );
});

/** Pushes an image by a name, and leaves the name behind in the registry alone. */
async function publish(image: string, repo: string, tag: string): Promise<void> {
  await docker.getImage(image).tag({ repo, tag });
  const authconfig = { username: "ada", password: PASSWORD, serveraddress: registry.host };
  const stream = await docker.getImage(`${repo}:${tag}`).push({ authconfig });
  await new Promise((resolve) => docker.modem.followProgress(stream, resolve));
  await docker.getImage(`${repo}:${tag}`).remove();
}
