import { expandVariables } from "./variables.ts";

export interface Instruction {
  /** From 1: where it begins. */
  readonly line: number;
  /** In capitals. */
  readonly keyword: string;
  /** Keyword and arguments, continued lines joined. */
  readonly text: string;
  /** The same, with the space inside as it is: the words as BuildKit reads them. */
  readonly written: string;
}

export interface Stage {
  readonly name: string | undefined;
  readonly from: Instruction;
  /** What FROM names, variables replaced: an image, or an earlier stage. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** The frontend that a `# syntax=` line asks for. */
  readonly syntax: string | undefined;
  /** Whether every release of BuildKit reads it as is done here. */
  readonly isClear: boolean;
  readonly stages: readonly Stage[];
  /** Every image that it names, in FROM, COPY --from or a mount, and where first; without stages and `scratch`. */
  readonly images: readonly { readonly name: string; readonly at: Instruction }[];
}

/**
 * Reads as much of a Dockerfile as the image key and located errors need. It never throws: BuildKit is the judge of
 * what is right, and what is not understood here is left out.
 */
export function parseDockerfile(
  text: string,
  variables: {
    readonly buildArgs: Readonly<Record<string, string>>;
    /** Of the machine that builds, and, where it is another, of the image. */
    readonly platform: string;
    readonly target?: string | undefined;
  },
): Dockerfile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const directives = readDirectives(lines);
  const escape = directives.get("escape") === "`" ? "`" : "\\";
  const instructions = readInstructions(lines, escape);
  const stages = readStages(instructions, variables);
  const syntax = directives.get("syntax");
  const isClear =
    escape === "\\" &&
    !lines.some((line) => isStrange(line) || (syntax === undefined && mayNameSyntax(line))) &&
    instructions.find(({ keyword }) => keyword !== "ARG")?.keyword === "FROM" &&
    !instructions.some(({ written }) => written.includes("<<"));
  return { syntax, isClear, stages, images: imagesOf(stages) };
}

/** Escaped twice at its end, or escaped before a space of another kind: continued by some, ended by others. */
const isStrange = (line: string): boolean => /\\\\\s*$|\\[^\S\t ]+\s*$/.test(line);

/** A frontend's name where only some look for it, such as after a line that begins with #!. */
const mayNameSyntax = (line: string): boolean => /^\s*(?:#|\/\/).*syntax\s*=/i.test(line);

function readDirectives(lines: readonly string[]): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^#\s*([a-z]+)\s*=\s*(.+?)\s*$/i.exec(line) ?? [];
    if (name === undefined || value === undefined) break;
    directives.set(name.toLowerCase(), value);
  }
  return directives;
}

function readInstructions(lines: readonly string[], escape: string): readonly Instruction[] {
  const instructions: Instruction[] = [];
  const isContinued = (line: string): boolean => line.trimEnd().endsWith(escape);
  for (let index = 0; index < lines.length; index += 1) {
    const first = lines[index] ?? "";
    if (isSkipped(first)) continue;
    const parts = [first];
    const line = index + 1;
    while (isContinued(parts.at(-1) ?? "") && index + 1 < lines.length) {
      index += 1;
      const next = lines[index] ?? "";
      // Comments and empty lines may stand inside a continued instruction.
      if (!isSkipped(next)) parts.push(next);
    }
    const pieces = parts.map((part) => (isContinued(part) ? part.trimEnd().slice(0, -1) : part));
    const written = pieces.join("").trim();
    const text = pieces
      .map((piece) => piece.trim())
      .join(" ")
      .trim();
    const keyword = (/^\S+/.exec(text)?.[0] ?? "").toUpperCase();
    instructions.push({ line, keyword, text, written });
    if (["RUN", "COPY", "ADD"].includes(keyword)) index = skipHereDocuments(text, lines, index);
  }
  return instructions;
}

const isSkipped = (line: string): boolean => /^\s*(#|$)/.test(line);

/** The last line of the here-documents that an instruction opens. */
function skipHereDocuments(text: string, lines: readonly string[], index: number): number {
  let last = index;
  for (const [, dash, , name] of text.matchAll(/(?:^|\s)\d*<<(-?)(["']?)([A-Za-z_]\w*)\2/g)) {
    const end = lines.findIndex(
      (line, at) => at > last && (dash === "-" ? line.replace(/^\t+/, "") : line) === name,
    );
    if (end > last) last = end;
  }
  return last;
}

function readStages(
  instructions: readonly Instruction[],
  { buildArgs, platform, target = platform }: Parameters<typeof parseDockerfile>[1],
): readonly Stage[] {
  const known = new Map<string, string>();
  for (const [side, written] of Object.entries({ BUILD: platform, TARGET: target })) {
    const [os = "", architecture = ""] = written.split("/");
    known.set(`${side}PLATFORM`, written);
    known.set(`${side}OS`, os);
    known.set(`${side}ARCH`, architecture);
  }
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of instructions) {
    const stage = stages.at(-1);
    if (instruction.keyword === "FROM") stages.push(toStage(instruction, known));
    else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.keyword === "ARG") declare(instruction, known, buildArgs);
  }
  return stages;
}

/** ARG before the first FROM: the build's value, or the default. */
function declare(
  { text }: Instruction,
  known: Map<string, string>,
  buildArgs: Readonly<Record<string, string>>,
): void {
  for (const [, name, written] of text
    .slice(3)
    .matchAll(/([A-Za-z_]\w*)(?:=("[^"]*"|'[^']*'|\S*))?/g)) {
    if (name === undefined) continue;
    const value = Object.hasOwn(buildArgs, name) ? buildArgs[name] : written;
    if (value !== undefined) known.set(name, expandVariables(unquote(value), known));
  }
}

function toStage(
  from: Instruction,
  known: ReadonlyMap<string, string>,
): Stage & { instructions: Instruction[] } {
  const words = from.text.split(/\s+/).slice(1);
  const [image = "", as = "", name] = words.filter((word) => !word.startsWith("--"));
  return {
    from,
    base: expandVariables(unquote(image), known),
    name: as.toUpperCase() === "AS" ? name : undefined,
    instructions: [],
  };
}

function imagesOf(stages: readonly Stage[]): Dockerfile["images"] {
  const images = new Map<string, Instruction>();
  const names = new Set<string>(["scratch"]);
  const addUnlessStage = (name: string, at: Instruction): void => {
    const isStage = names.has(name.toLowerCase()) || /^\d*$/.test(name);
    if (!isStage && !images.has(name)) images.set(name, at);
  };
  for (const stage of stages) {
    addUnlessStage(stage.base, stage.from);
    if (stage.name !== undefined) names.add(stage.name.toLowerCase());
    for (const instruction of stage.instructions)
      for (const name of readFrom(instruction.text)) addUnlessStage(name, instruction);
  }
  return [...images].map(([name, at]) => ({ name, at }));
}

/** What COPY --from= and RUN --mount=…,from= name. */
function readFrom(text: string): readonly string[] {
  const flags = text.match(/\s--\S+/g) ?? [];
  return flags.flatMap((flag) => {
    const [, copied, mounted] =
      /^\s--(?:from=(\S+)|mount=(?:\S*,)?from=([^,\s]+))/i.exec(flag) ?? [];
    return [copied ?? mounted ?? []].flat().map(unquote);
  });
}

const unquote = (word: string): string => word.replaceAll(/^["']|["']$/g, "");
