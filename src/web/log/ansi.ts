/** Text of one look. */
export interface Piece {
  readonly text: string;
  /** Names of classes. */
  readonly look: string;
  /** Of the 256 and 16 million colours, which have no class. */
  readonly colour: string | undefined;
}

interface Style {
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  /** 0 to 15, or a colour of CSS. */
  colour: number | string | undefined;
}

/** ESC [ … letter · ESC ] … BEL or ESC \ · any other escape · a control character but the tab. */
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  /\u001b\[([0-9;:?<=>]*)[ -/]*([@-~])?|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[PX^_][^\u001b]*(?:\u001b\\)?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** One line of a log as text and looks. Colours are kept; whatever else a terminal would obey is left out. */
export function parseAnsi(line: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const style = plain();
  const visible = afterReturn(line);
  let end = 0;
  const add = (text: string): void => {
    if (text !== "") pieces.push({ text, ...lookOf(style) });
  };
  for (const match of visible.matchAll(CONTROL)) {
    add(visible.slice(end, match.index));
    end = match.index + match[0].length;
    const [, parameters, letter] = match;
    if (letter === "m" && parameters !== undefined) apply(style, parameters);
  }
  add(visible.slice(end));
  return pieces;
}

/** What can be read of a line, without its colours: for a search. */
export const plainText = (line: string): string => afterReturn(line).replaceAll(CONTROL, "");

/** A progress bar writes over itself: only its last state is seen. */
function afterReturn(line: string): string {
  const trimmed = line.replace(/\r+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

const plain = (): Style => ({
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  colour: undefined,
});

function apply(style: Style, parameters: string): void {
  const codes = parameters.split(/[;:]/).map(Number);
  for (let index = 0; index < codes.length; index += 1) {
    const code = codes[index] ?? 0;
    if (code === 0) Object.assign(style, plain());
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.underline = true;
    else if (code === 22) style.bold = style.dim = false;
    else if (code === 23) style.italic = false;
    else if (code === 24) style.underline = false;
    else if (code >= 30 && code <= 37) style.colour = code - 30;
    else if (code >= 90 && code <= 97) style.colour = code - 82;
    else if (code === 39) style.colour = undefined;
    else if (code === 38 || code === 48) {
      const { colour, taken } = extended(codes.slice(index + 1));
      if (code === 38) style.colour = colour;
      index += taken;
    }
  }
}

/** `5;n` or `2;r;g;b`. */
function extended(codes: readonly number[]): {
  readonly colour: number | string | undefined;
  readonly taken: number;
} {
  const [kind, ...rest] = codes;
  if (kind === 5) return { colour: indexed(channel(rest[0])), taken: 2 };
  if (kind === 2)
    return { colour: rgb(channel(rest[0]), channel(rest[1]), channel(rest[2])), taken: 4 };
  return { colour: undefined, taken: codes.length };
}

function indexed(index: number): number | string {
  if (index < 16) return index;
  if (index >= 232)
    return rgb(8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10);
  const cube = index - 16;
  return rgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** Of the six in each direction of the colour cube. */
const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);

const channel = (value = 0): number => Math.min(255, Math.max(0, Math.trunc(value) || 0));

const rgb = (red: number, green: number, blue: number): string => `rgb(${red} ${green} ${blue})`;

function lookOf({ bold, dim, italic, underline, colour }: Style): Omit<Piece, "text"> {
  const names = [
    ...(bold ? ["font-bold"] : []),
    ...(dim ? ["opacity-70"] : []),
    ...(italic ? ["italic"] : []),
    ...(underline ? ["underline"] : []),
    ...(typeof colour === "number" ? [`ansi-${colour}`] : []),
  ];
  return { look: names.join(" "), colour: typeof colour === "string" ? colour : undefined };
}
