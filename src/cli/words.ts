import type { Command } from "commander";

/** What may come behind a command's words: the commands below it, its options, and the values that are known. */
export interface Branch {
  /** `experiments submit`; empty for the program itself. */
  readonly path: string;
  readonly words: readonly Word[];
}

export interface Word {
  readonly text: string;
  readonly means: string;
}

/** A branch for each command, by its name and by its other names. */
export function branches(command: Command, path: readonly string[] = []): readonly Branch[] {
  const here = {
    path: path.join(" "),
    words: [...command.commands.map(commandWord), ...optionWords(command), ...choices(command)],
  };
  const below = command.commands.flatMap((child) =>
    [child.name(), ...child.aliases()].flatMap((name) => branches(child, [...path, name])),
  );
  return [here, ...below];
}

const commandWord = (command: Command): Word => ({
  text: command.name(),
  means: inShort(command.description()),
});

function optionWords(command: Command): readonly Word[] {
  const own = command.options.map(({ long, short, description }) => ({
    text: long ?? short ?? "",
    means: inShort(description),
  }));
  return [...own, { text: "--help", means: "show this help" }];
}

const choices = (command: Command): readonly Word[] =>
  command.options.flatMap(({ argChoices = [], long }) =>
    argChoices.map((text) => ({ text, means: `of ${long ?? ""}` })),
  );

/** What a description says first. */
export const inShort = (description: string): string =>
  description.split(/[.:;] |\.$/)[0] ?? description;
