import { expect, test } from "@jest/globals";

import { PushHooks } from "../../src/git/remote/push-hooks.ts";
import { project } from "./fixture.ts";

const refs = [{ ref: "refs/heads/main", before: "0".repeat(40), after: "a".repeat(40) }];

function hooksOf(isWilling: () => Promise<void>): PushHooks {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const push = { project: project({ forge: "builtin" }), user: "ada" };
  return new PushHooks({ isWilling, onPush: async () => [], log }, push);
}

test("git is not stopped any more once a push was accepted: its refs may be half moved", async () => {
  const hooks = hooksOf(async () => {});

  const { accept } = await hooks.answer({ hook: "pre-receive", refs });

  expect(accept).toBe(true);
  expect(hooks.mayStop()).toBe(false);
});

test("a push is not accepted any more once git was stopped", async () => {
  const willing = Promise.withResolvers<void>();
  const hooks = hooksOf(() => willing.promise);

  const answering = hooks.answer({ hook: "pre-receive", refs });
  const mayStop = hooks.mayStop();
  willing.resolve();

  expect(mayStop).toBe(true);
  expect((await answering).accept).toBe(false);
});
