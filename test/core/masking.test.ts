import { Buffer } from "node:buffer";

import { expect, test } from "@jest/globals";

import { createMasker, isMaskable } from "../../src/core/masking.ts";
import { seededRandom } from "./seeded-random.ts";

const SECRET = "hunter2+secret/&?";
const PEM = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhki\nG9w0BAQEFAASCBKcwgg\n-----END KEY-----\n";

const mask = (secrets: readonly string[], text: string): string => {
  const masker = createMasker(secrets);
  return Buffer.concat([masker.push(Buffer.from(text)), masker.flush()]).toString();
};
const randomBytes = (random: ReturnType<typeof seededRandom>, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.below(256)));

test.each([
  ["as it is", SECRET],
  ["in hex", Buffer.from(SECRET).toString("hex")],
  ["in upper-case hex", Buffer.from(SECRET).toString("hex").toUpperCase()],
  ["in a URL", encodeURIComponent(SECRET)],
  ["in JSON", JSON.stringify(SECRET).slice(1, -1)],
])("a secret is hidden %s", (_, shown) => {
  expect(mask([SECRET], `token=${shown}, and more`)).toBe("token=***, and more");
});

test("a secret is hidden in base64, wherever it stands in what was encoded", () => {
  for (const before of ["", "u", "us", "user", "user:"])
    for (const after of ["", "\n", "ab", "abc"])
      for (const encoding of ["base64", "base64url"] as const) {
        const encoded = Buffer.from(before + SECRET + after).toString(encoding);
        const shown = mask([SECRET], encoded);

        expect(shown).toContain("***");
        // At most the two characters on each side that hold bits of a neighbour.
        expect(shown.replace("***", "").length).toBeLessThanOrEqual(encoded.length - SECRET.length);
        expect(Buffer.from(shown.replace("***", ""), encoding).toString()).not.toContain("hunter");
      }
});

test("what base64 wraps into lines is hidden on each of them", () => {
  const secret = "k".repeat(20) + "0123456789".repeat(15);
  const encoded = Buffer.from(secret).toString("base64");
  const wrapped = encoded.replaceAll(/.{76}/g, "$&\n");

  // The last characters hold bits of what comes behind the secret.
  expect(mask([secret], wrapped)).toMatch(/^\*\*\*\n\*\*\*\n\*\*\*.?=*\n?$/);
});

test("JSON escapes hide a secret as each writer writes them", () => {
  const secret = 'pa"ss\\wörd<1>\ttab';
  for (const shown of [
    JSON.stringify(secret),
    String.raw`"pa\"ss\\w\u00f6rd<1>\ttab"`,
    String.raw`"pa\"ss\\w\u00f6rd\u003c1\u003e\ttab"`,
  ])
    expect(mask([secret], shown)).toBe('"***"');
});

test("a secret of several lines is hidden as a whole and line by line", () => {
  expect(mask([PEM], `key:\n${PEM}done`)).toBe("key:\n***\ndone");
  expect(mask([PEM], "one line of it: MIIEvQIBADANBgkqhki.")).toBe("one line of it: ***.");
});

test("white space around a secret does not protect it", () => {
  expect(mask(["  topsecret\n"], "x topsecret y")).toBe("x *** y");
});

test("secrets that overlap or contain each other leave nothing of either", () => {
  expect(mask(["abcdefgh", "efghijkl"], "x abcdefghijkl y")).toBe("x *** y");
  expect(mask(["password", "user:password@host"], "user:password@host")).toBe("***");
  expect(mask(["password", "user:password@host"], "user:password@hos")).toBe("user:***@hos");
  expect(mask(["aaaaaaaa"], "a".repeat(21))).toBe("***");
  expect(mask(["topsecret"], "topsecrettopsecret")).toBe("******");
});

test("a short secret cannot be masked", () => {
  expect(isMaskable("12345")).toBe(false);
  expect(isMaskable(" 12345\n")).toBe(false);
  expect(isMaskable("123456")).toBe(true);
  expect(mask(["12345", ""], "12345")).toBe("12345");
});

test("without secrets bytes pass through untouched and uncopied", () => {
  const bytes = Buffer.from("anything");

  expect(createMasker([]).push(bytes)).toBe(bytes);
  expect(createMasker([]).held).toHaveLength(0);
});

test("only what may still become a secret is held back", () => {
  const masker = createMasker([SECRET, PEM]);

  expect(Buffer.from(masker.push(Buffer.from("epoch 1\n"))).toString()).toBe("epoch 1\n");
  expect(masker.held).toHaveLength(0);
  expect(Buffer.from(masker.push(Buffer.from("token hunt"))).toString()).toBe("token ");
  expect(Buffer.from(masker.push(Buffer.from("ing\n"))).toString()).toBe("hunting\n");
  expect(masker.held).toHaveLength(0);
  expect(Buffer.from(masker.push(Buffer.from("hunt"))).toString()).toBe("");
  expect(Buffer.from(masker.flush()).toString()).toBe("hunt");
  expect(masker.held).toHaveLength(0);
});

test("however a stream is cut, and however often it is resumed, the same is shown (seed 3)", () => {
  const random = seededRandom(3);
  const secrets = [SECRET, PEM, "abababab", "bababa", "aaaaaa", "aaaaaabbbbbb", "6161616161"];
  const words = [
    SECRET,
    PEM,
    "abab",
    "ababab",
    "aaaa",
    "bbbb",
    "a",
    "b",
    "\n",
    "hunter2",
    encodeURIComponent(SECRET),
    Buffer.from(`x${SECRET}`).toString("base64"),
    Buffer.from("aaaaaa").toString("hex"),
    "MIIEvQIBADANBgkqhki",
    "ä",
  ] as const;
  for (let round = 0; round < 2000; round += 1) {
    let text = "";
    for (let count = random.below(14); count > 0; count -= 1) text += random.pick(words);
    const bytes = Buffer.from(text);
    const whole = mask(secrets, text);

    let masker = createMasker(secrets);
    const shown: Uint8Array[] = [];
    for (let position = 0; position < bytes.length;) {
      const end = position + 1 + random.below(9);
      shown.push(masker.push(bytes.subarray(position, end)));
      position = end;
      if (random.below(3) === 0) masker = createMasker(secrets, Uint8Array.from(masker.held));
    }
    shown.push(masker.flush());

    expect({ text, shown: Buffer.concat(shown).toString() }).toEqual({ text, shown: whole });
    for (const secret of secrets.slice(0, 6)) expect(whole).not.toContain(secret.trim());
  }
});

test("bytes that are no text keep their values", () => {
  const random = seededRandom(4);
  const bytes = randomBytes(random, 50_000);
  const masker = createMasker([SECRET]);

  expect(Buffer.concat([masker.push(bytes), masker.flush()]).equals(bytes)).toBe(true);
});
