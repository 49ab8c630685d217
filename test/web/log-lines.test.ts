import { expect, test } from "@jest/globals";

import { LogLines } from "../../src/web/log/log-lines.ts";

test("text arrives in pieces that respect no lines, and reads as lines", () => {
  const log = new LogLines();

  log.append("one\ntw");
  log.append("o\nthr");

  expect(log.copy()).toEqual(["one", "two", "thr"]);
});

test("what comes before is put before", () => {
  const log = new LogLines();
  log.append("three\n");

  log.prepend("one\ntwo\n");

  expect(log.copy()).toEqual(["one", "two", "three"]);
});

test("of too many lines the first go, and their bytes are counted", () => {
  const log = new LogLines();
  log.append("é\nb\nc\nd\n");

  const bytes = log.trim(2);

  expect(log.copy()).toEqual(["d"]);
  expect(bytes).toBe("é\nb\nc\n".length + 1);
});
