import { expect, test } from "@jest/globals";

import { readCondition } from "../../src/core/experiment-condition.ts";

test.each([
  ["metric.accuracy>=0.9", { of: "metric", name: "accuracy", comparison: ">=", value: "0.9" }],
  ["metric.val/loss < 1e-3", { of: "metric", name: "val/loss", comparison: "<", value: "1e-3" }],
  ["param.lr=0.01", { of: "param", name: "lr", comparison: "=", value: "0.01" }],
  ["param.model!=resnet 50", { of: "param", name: "model", comparison: "!=", value: "resnet 50" }],
])("%s is read", (text, condition) => {
  expect(readCondition(text)).toEqual(condition);
});

test.each([
  ["accuracy>0.9", /must be like metric\.accuracy/],
  ["metric.accuracy", /must be like/],
  ["metric.=3", /must be like/],
  ["metric.loss<low", /no number/],
  ["param.lr>fast", /no number/],
  ["metric.loss<1e99999", /no number/],
  ["metric.loss<0; drop table metrics", /no number/],
])("%s is refused in a sentence", (text, sentence) => {
  expect(readCondition(text)).toMatch(sentence);
});
