import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";

import { expect, test } from "@jest/globals";

import { fetchFailure } from "../../src/git/fetch-failure.ts";
import { gitEnvironment } from "../../src/git/git-environment.ts";
import { resolveHost } from "../../src/git/resolve-host.ts";
import { runGit } from "../../src/git/run-git.ts";

const folder = "/srv/assay's data/100% git";

test("git inherits nothing but the search path, proxies and certificates", () => {
  const environment = {
    PATH: "/opt/git/bin:/usr/bin",
    HOME: "/root",
    LD_PRELOAD: "/tmp/evil.so",
    GIT_DIR: "/elsewhere",
    GIT_SSH_COMMAND: "touch canary",
    GIT_CONFIG_PARAMETERS: "'core.pager=touch canary'",
    GIT_SSL_NO_VERIFY: "1",
    SSH_ASKPASS: "/tmp/evil",
    XDG_CONFIG_HOME: "/tmp/evil",
    https_proxy: "http://proxy:3128",
  };

  const given = gitEnvironment({ folder, environment });

  expect(given).toMatchObject({
    PATH: "/opt/git/bin:/usr/bin",
    https_proxy: "http://proxy:3128",
    HOME: folder,
    GIT_ALLOW_PROTOCOL: "https:ssh",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
  });
  expect(given["GIT_SSH_COMMAND"]).not.toContain("canary");
  for (const name of [
    "LD_PRELOAD",
    "GIT_DIR",
    "GIT_CONFIG_PARAMETERS",
    "GIT_SSL_NO_VERIFY",
    "SSH_ASKPASS",
    "XDG_CONFIG_HOME",
  ])
    expect(given).not.toHaveProperty(name);
});

test("git runs no hook and no file system monitor, and follows no redirect", async () => {
  const environment = gitEnvironment({ folder });

  const { stdout } = await runGit(["config", "--list"], { environment });

  const listed = stdout.toString().toLowerCase().split("\n");
  expect(listed).toEqual(
    expect.arrayContaining([
      "core.hookspath=/dev/null",
      "core.fsmonitor=false",
      "http.followredirects=false",
    ]),
  );
});

test("SSH refuses hosts whose key is not known, asks nobody and reads no configuration of the account", async () => {
  const { GIT_SSH_COMMAND = "" } = gitEnvironment({ folder });

  const { stdout } = await promisify(execFile)("sh", ["-c", `${GIT_SSH_COMMAND} -G example.org`]);

  expect(stdout.split("\n")).toEqual(
    expect.arrayContaining([
      "batchmode yes",
      "stricthostkeychecking true",
      `userknownhostsfile "${folder}/known_hosts"`.replaceAll('"', ""),
    ]),
  );
});

test("a redirect to another host is not followed, and told", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(302, { location: "http://169.254.169.254/latest/info/refs" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server that listens has such an address
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/a.git`;

  const environment = gitEnvironment({ folder }, { protocols: "http" });
  const { exitCode, stderr } = await runGit(["ls-remote", "--", url], { environment });
  await new Promise((resolve) => server.close(resolve));

  expect(exitCode).not.toBe(0);
  expect(asked).toHaveLength(1);
  expect(fetchFailure(url, new Error(stderr)).message).toMatch(/redirects to another address/);
});

test("a name that leads to this server is not fetched from", async () => {
  const parts = { protocol: "https", host: "localhost", port: undefined } as const;

  await expect(resolveHost({ folder }, parts, { privateToo: false })).rejects.toMatchObject({
    name: "SourceUnavailableError",
    message: expect.stringMatching(/^localhost cannot be fetched from: /),
  });
});

test.each([
  ["Host key verification failed.\nfatal: Could not read from remote repository.", /host key/],
  [
    "git@example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.",
    /refuses access/,
  ],
  [
    "fatal: could not read Username for 'https://example.org': terminal prompts disabled",
    /refuses access/,
  ],
  [
    "fatal: unable to access 'https://example.org/a/': The requested URL returned error: 403",
    /refuses access/,
  ],
  [
    "remote: Not Found\nfatal: repository 'https://example.org/a/' not found",
    /There is no repository/,
  ],
  [
    "fatal: unable to access 'https://example.org/a/': Could not resolve host: example.org",
    /cannot be reached/,
  ],
  [
    "ssh: connect to host example.org port 22: Connection refused\nfatal: Could not read from remote repository.",
    /cannot be reached/,
  ],
  [
    "fatal: unable to access 'https://example.org/a/': The requested URL returned error: 503",
    /cannot be reached/,
  ],
])("what git says is told in a sentence: %s", (said, sentence) => {
  const error = fetchFailure("https://ada:secret@example.org/a", new Error(said));

  expect(error.name).toBe("SourceUnavailableError");
  expect(error.message).toMatch(sentence);
  expect(error.message).not.toContain("secret");
});

test("a full disk is not the repository's fault", () => {
  const said =
    "error: unable to write file objects/a: No space left on device for https://ada:secret@example.org/a";

  const error = fetchFailure("https://example.org/a", new Error(said));

  expect(error.name).toBe("Error");
  expect(error.message).toMatch(/^Fetching https:\/\/example\.org\/a failed: .*No space left/);
  expect(error.message).not.toContain("secret");
});
