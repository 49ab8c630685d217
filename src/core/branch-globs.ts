/** `*` within a path segment, `**` over segments; linear in the text for each star. */
export function matchesGlob(text: string, glob: string): boolean {
  const pattern = glob
    .split(/(\*\*|\*)/)
    .map((part) =>
      part === "**"
        ? ".*"
        : part === "*"
          ? "[^/]*"
          : part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`),
    )
    .join("");
  return new RegExp(`^${pattern}$`).test(text);
}

/** Why a glob can match no branch, as a sentence; undefined where it can. */
export function globFault(glob: string): string | undefined {
  const shown = JSON.stringify(glob.slice(0, 80));
  if (glob.startsWith("refs/heads/"))
    return `${shown} can match no branch: leave refs/heads/ out, as in ${JSON.stringify(glob.slice(11, 80))}.`;
  const why = IMPOSSIBLE.find(({ pattern }) => pattern.test(glob));
  if (why === undefined) return undefined;
  const what = why.what ?? `holds ${why.pattern.exec(glob)?.[0]}`;
  return `${shown} can match no branch: no branch's name ${what}. There is * within a part, and ** over several.`;
}

/** What git refuses in a branch's name (git-check-ref-format), of which a glob is a piece. */
const IMPOSSIBLE: readonly { readonly pattern: RegExp; readonly what?: string }[] = [
  { pattern: /^\//, what: "begins with /" },
  { pattern: /\/$/, what: "ends with /" },
  { pattern: /\/\//, what: 'holds "//"' },
  { pattern: /\.\./, what: 'holds ".."' },
  { pattern: /@\{/, what: 'holds "@{"' },
  { pattern: /(^|\/)\./, what: "has a part that begins with a full stop" },
  { pattern: /\.$/, what: "ends with a full stop" },
  { pattern: /\.lock(\/|$)/, what: "has a part that ends with .lock" },
  { pattern: / /, what: "holds a space" },
  { pattern: /\p{Cc}/u, what: "holds a control character" },
  { pattern: /[?[\\^~:]/ },
];
