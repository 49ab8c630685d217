/** What clients share with the server, so that a parameter means the same wherever a person types or runs it. */
export { parameterText, parameterVariable, readParameter } from "../core/parameters.ts";
export { fillValue } from "../core/placeholders.ts";
export { seedOf } from "../core/seed.ts";
export { shellWord } from "../core/shell-word.ts";
