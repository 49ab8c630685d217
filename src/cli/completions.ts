import type { Branch } from "./words.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof SHELLS)[number];

/** A script that a shell reads once; it asks nothing of the server or of assay again. */
export function completionScript(shell: ShellName, all: readonly Branch[]): string {
  switch (shell) {
    case "bash":
      return bash(all);
    case "zsh":
      // zsh reads bash's functions by a module that it brings along.
      return `autoload -U +X compinit bashcompinit\n(( $+functions[compdef] )) || compinit\nbashcompinit\n${bash(all)}`;
    case "fish":
      return fish(all);
  }
}

const PATHS = "# The words typed so far that are commands, as a path.";

function bash(all: readonly Branch[]): string {
  const cases = all.map(
    ({ path, words }) =>
      `    ${JSON.stringify(path)}) echo ${quoted(words.map(({ text }) => text).join(" "))} ;;`,
  );
  return `_assay_words() {
  case "$1" in
${cases.join("\n")}
    *) return 1 ;;
  esac
}

_assay() {
  local at="" word index current="\${COMP_WORDS[COMP_CWORD]}"
  ${PATHS}
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    if _assay_words "\${at:+$at }$word" >/dev/null; then at="\${at:+$at }$word"; fi
  done
  COMPREPLY=($(compgen -W "$(_assay_words "$at")" -- "$current"))
}

# Where no word fits, a file may be meant.
complete -o default -F _assay assay
`;
}

function fish(all: readonly Branch[]): string {
  const lines = all.flatMap(({ path, words }) =>
    words.map(
      ({ text, means }) =>
        `complete -c assay -n ${quoted(`test (_assay_path) = ${quotedInside(path)}`)} -a ${quoted(text)} -d ${quoted(means)}`,
    ),
  );
  const paths = all.map(({ path }) => quoted(path)).join(" ");
  return `function _assay_path
  set -l paths ${paths}
  set -l at ""
  ${PATHS}
  for word in (commandline -opc)[2..-1]
    set -l further (string trim -- "$at $word")
    contains -- $further $paths; and set at $further
  end
  echo "$at"
end

${lines.join("\n")}
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
/** A path is plain words: they need no care within other quotes. */
const quotedInside = (path: string): string => `"${path}"`;
