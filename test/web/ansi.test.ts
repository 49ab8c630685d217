import { expect, test } from "@jest/globals";

import { parseAnsi, plainText } from "../../src/web/log/ansi.ts";

const ESC = "\u001b";
const looks = (line: string) => parseAnsi(line).map(({ text, look }) => [text, look]);

test("text without colours is one piece", () => {
  expect(parseAnsi("epoch 1")).toEqual([{ text: "epoch 1", look: "", colour: undefined }]);
});

test("colours and weights hold until they are reset", () => {
  expect(looks(`a${ESC}[1;31mb${ESC}[22mc${ESC}[0md${ESC}[92me${ESC}[mf`)).toEqual([
    ["a", ""],
    ["b", "font-bold ansi-1"],
    ["c", "ansi-1"],
    ["d", ""],
    ["e", "ansi-10"],
    ["f", ""],
  ]);
});

test("the 256 and the 16 million colours are colours of CSS, whatever their numbers", () => {
  const colours = parseAnsi(
    `${ESC}[38;5;9ma${ESC}[38;5;196mb${ESC}[38;2;1;2;999mc${ESC}[48;5;3;1md${ESC}[38;5mx`,
  );

  expect(colours.map(({ text, look, colour }) => [text, look, colour])).toEqual([
    ["a", "ansi-9", undefined],
    ["b", "", "rgb(255 0 0)"],
    ["c", "", "rgb(1 2 255)"],
    ["d", "font-bold", "rgb(1 2 255)"],
    ["x", "font-bold ansi-0", undefined],
  ]);
});

test("a progress bar that writes over itself shows its last state", () => {
  expect(plainText("10%\r50%\r100%\r")).toBe("100%");
});

test("nothing that a terminal would obey is left: links, titles, cursor, bells, half sequences", () => {
  const hostile = [
    `${ESC}]8;;javascript:alert(1)${ESC}\\link${ESC}]8;;${ESC}\\`,
    `${ESC}]0;title\u0007`,
    `${ESC}[2J${ESC}[1;1H${ESC}[?25l`,
    `${ESC}P1;2|dcs${ESC}\\`,
    "\u0007\b\u0000\u009b",
    `${ESC}[`,
    ESC,
  ].join("");

  // oxlint-disable-next-line no-control-regex -- that none is there is what is tested
  expect(plainText(hostile)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|javascript|title|dcs/);
  expect(plainText(hostile)).toMatch(/^link/);
});

test("a line of a megabyte of unfinished escapes is read, and has nothing to see", () => {
  expect(plainText(`${ESC}]8;;`.repeat(250_000))).toHaveLength(0);
  expect(plainText(`${ESC}[1;`.repeat(250_000))).toHaveLength(0);
});
