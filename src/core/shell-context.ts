import { Regions } from "./text-regions.ts";

/**
 * Where in a shell command a quoted word may be inserted without changing what the rest means: outside quotes,
 * backticks, comments, here-documents, `${…}`, arithmetic, and not behind a backslash or `$`.
 */
export interface ShellContext {
  /** Why a word cannot be inserted at this index, as the end of "it stands …"; undefined where it can. */
  faultAt(index: number): string | undefined;
}

/** Reads POSIX shell and bash alike. What the two read differently makes the rest of the command unsafe. */
export function readShell(command: string): ShellContext {
  return new ShellReader(command).read();
}

/** Nobody writes more; bounds the work for a hostile text. */
const DEEPEST = 50;

type Nesting = "command" | "double quotes" | "backticks" | "${…}" | "arithmetic";

class ShellReader {
  readonly #text: string;
  readonly #forbidden = new Regions();
  /** The outermost first; the command itself is not on it. */
  readonly #stack: { readonly kind: Nesting; readonly start: number; parentheses: number }[] = [];
  readonly #hereDocuments: { readonly delimiter: string; readonly stripsTabs: boolean }[] = [];
  #index = 0;
  #wordStart = true;

  constructor(text: string) {
    this.#text = text;
  }

  read(): ShellContext {
    while (this.#index < this.#text.length) {
      const { kind } = this.#stack.at(-1) ?? { kind: "command" };
      if (kind === "command") this.#inCommand();
      else if (kind === "double quotes") this.#inDoubleQuotes();
      else if (kind === "backticks") this.#inBackticks();
      else this.#inExpansion();
    }
    const [open] = this.#stack.filter((nesting) => nesting.kind !== "command");
    if (open !== undefined) this.#forbid(open.start, this.#text.length, `inside ${open.kind}`);
    return { faultAt: this.#forbidden.lookUp() };
  }

  #inCommand(): void {
    const character = this.#text[this.#index] ?? "";
    if (character === "\n") return this.#newline();
    if (character === "#" && this.#wordStart) return this.#comment();
    if (this.#at("<<") && !this.#at("<<<")) return this.#hereDocument();
    if (this.#at("<<<")) return this.#advance(3, true);
    if (character === "'") return this.#singleQuotes();
    if (this.#at("$'")) return this.#giveUp("behind $'…', which shells read differently");
    if (this.#opensExpansion()) return;
    if (this.#at("((")) return this.#open("arithmetic", 2, 2);
    if (character === "(") return this.#open("command", 1);
    if (character === ")" && this.#stack.length > 0) return this.#close(1);
    if (character === '"') return this.#open("double quotes", 1);
    if (
      this.#wordStart &&
      this.#stack.length > 0 &&
      /^case\s/.test(this.#text.slice(this.#index, this.#index + 5))
    )
      return this.#giveUp("behind a case inside $(…), whose end cannot be told");
    this.#advance(1, /[\s;&|()<>]/.test(character));
  }

  #inDoubleQuotes(): void {
    if (this.#at('"')) this.#close(1);
    else if (!this.#opensExpansion()) this.#advance(1);
  }

  /** Only a backslash protects a backtick, whatever the quotes in between. */
  #inBackticks(): void {
    if (this.#at("`")) this.#close(1);
    else this.#advance(this.#at("\\") ? 2 : 1);
  }

  #inExpansion(): void {
    const nesting = this.#stack.at(-1);
    const isBrace = nesting?.kind === "${…}";
    const inQuotes = this.#stack.some(({ kind }) => kind === "double quotes");
    if (isBrace && this.#at("}")) return this.#close(1);
    if (this.#at("'")) {
      if (isBrace && !inQuotes) return this.#singleQuotes();
      return this.#giveUp(`behind a quote inside ${nesting?.kind}, which shells read differently`);
    }
    if (this.#at('"')) {
      if (isBrace) return this.#open("double quotes", 1);
      return this.#giveUp("behind a quote inside arithmetic, which shells read differently");
    }
    if (this.#opensExpansion()) return;
    if (!isBrace && nesting !== undefined) {
      if (this.#at("(")) nesting.parentheses += 1;
      if (this.#at(")")) nesting.parentheses -= 1;
      if (nesting.parentheses === 0) return this.#close(1);
    }
    this.#advance(1);
  }

  /** What begins in the same way in every context. */
  #opensExpansion(): boolean {
    if (this.#at("\\")) this.#escape();
    else if (this.#at("`")) this.#open("backticks", 1);
    else if (this.#at("$((")) this.#open("arithmetic", 3, 2);
    else if (this.#at("$(")) this.#open("command", 2);
    else if (this.#at("${")) this.#open("${…}", 2);
    else return false;
    return true;
  }

  /** A backslash makes the next character ordinary; before a line's end it joins the lines. */
  #escape(): void {
    const start = this.#index;
    const wordStart = this.#wordStart;
    this.#advance(2, this.#text[start + 1] === "\n" && wordStart);
    this.#forbid(start + 1, start + 2, "behind a backslash");
  }

  #singleQuotes(): void {
    const start = this.#index;
    const end = this.#text.indexOf("'", start + 1);
    this.#index = end < 0 ? this.#text.length : end + 1;
    this.#wordStart = false;
    this.#forbid(start + 1, this.#index, "inside single quotes");
  }

  #comment(): void {
    const start = this.#index;
    const end = this.#text.indexOf("\n", start);
    this.#index = end < 0 ? this.#text.length : end;
    this.#forbid(start, this.#index, "in a comment");
  }

  #hereDocument(): void {
    const start = this.#index;
    const match = /^<<(-?)[ \t]*([^\s;&|<>()]*)/.exec(this.#text.slice(start, start + 200));
    const [whole = "<<", dash = "", word = ""] = match ?? [];
    const quotes = word.replaceAll(/[^"']/g, "");
    const isPlain = quotes === "" || (quotes.length === 2 && /^(["']).*\1$/.test(word));
    if (word === "" || whole.length > 100 || !isPlain || /[$`\\{]/.test(word))
      return this.#giveUp("behind a here-document whose end cannot be told");
    this.#hereDocuments.push({ delimiter: word.replaceAll(/["']/g, ""), stripsTabs: dash === "-" });
    this.#advance(whole.length);
    this.#forbid(start, this.#index, "inside a here-document's name");
  }

  #newline(): void {
    this.#advance(1, true);
    for (const { delimiter, stripsTabs } of this.#hereDocuments.splice(0)) {
      const start = this.#index;
      let isOver = false;
      while (!isOver && this.#index < this.#text.length) {
        const end = this.#text.indexOf("\n", this.#index);
        const line = this.#text.slice(this.#index, end < 0 ? undefined : end);
        this.#index = end < 0 ? this.#text.length : end + 1;
        isOver = (stripsTabs ? line.replace(/^\t+/, "") : line) === delimiter;
      }
      this.#forbid(start, this.#index, "inside a here-document");
    }
  }

  #open(kind: Nesting, length: number, parentheses = 0): void {
    if (this.#stack.length >= DEEPEST) return this.#giveUp("behind too many nested parts");
    this.#stack.push({ kind, start: this.#index, parentheses });
    this.#advance(length, kind === "command");
  }

  #close(length: number): void {
    const closed = this.#stack.pop();
    // A subshell's end begins a new word; a substitution is part of one.
    this.#advance(length, closed?.kind === "command" && this.#text[closed.start] === "(");
    if (closed !== undefined && closed.kind !== "command")
      this.#forbid(closed.start + 1, this.#index, `inside ${closed.kind}`);
  }

  #giveUp(fault: string): void {
    this.#forbid(this.#index, this.#text.length, fault);
    this.#index = this.#text.length;
  }

  #forbid(start: number, end: number, fault: string): void {
    this.#forbidden.add(start, end, fault);
  }

  #at(text: string): boolean {
    return this.#text.startsWith(text, this.#index);
  }

  #advance(length: number, wordStart = false): void {
    this.#index += length;
    this.#wordStart = wordStart;
  }
}
