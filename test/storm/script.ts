import { seededRandom } from "../core/seeded-random.ts";

/** How an experiment must end. */
export type Ending =
  | { readonly kind: "Succeeded" }
  | { readonly kind: "Cancelled" }
  | { readonly kind: "Failed"; readonly exception: string; readonly exitCode?: number };

/** What the storm does with the `index`th experiment, and what must come of it: nothing but the seed decides. */
export interface Script {
  readonly index: number;
  readonly project: string;
  readonly name: string;
  readonly commit: string;
  /** undefined: the repository has none at this commit. */
  readonly manifest: string | undefined;
  readonly priority: number;
  /** A push that a webhook reports; else it is submitted. */
  readonly isPushed: boolean;
  readonly needs: number | undefined;
  readonly isApproved: boolean;
  readonly isResubmitted: boolean;
  readonly cancel:
    | { readonly afterMilliseconds: number; readonly kill: boolean; readonly again: boolean }
    | undefined;
  /** Where it is cancelled at any moment, either this or Cancelled. */
  readonly ending: Ending;
  /** What each replica of each attempt prints, where it is not cut off. */
  readonly output: string;
  readonly replicas: number;
  /** How many attempts its run has; 0 where it never comes to run. */
  readonly attempts: number;
}

const GROUP_LIMIT = 2;
export const MAX_ACTIVE = 40;
const SUBMITTED_TO = ["north", "east", "south"] as const;
/** The project whose pushes a forge reports. */
export const PUSHED_TO = "west";
export const PROJECTS: readonly string[] = [...SUBMITTED_TO, PUSHED_TO];
/** Of every so many experiments one is pushed. */
const PUSHED_EVERY = 5;
const IMAGES = 12;

type Kind =
  | "plain"
  | "exits"
  | "flaky"
  | "endless"
  | "cut"
  | "needs"
  | "group"
  | "approval"
  | "invalid"
  | "missing"
  | "unbuildable"
  | "overdue";

const KINDS: readonly [Kind, ...Kind[]] = [
  ...repeat("plain", 40),
  ...repeat("exits", 10),
  ...repeat("flaky", 8),
  ...repeat("endless", 8),
  ...repeat("cut", 6),
  ...repeat("needs", 8),
  ...repeat("group", 8),
  ...repeat("approval", 3),
  ...repeat("invalid", 2),
  ...repeat("missing", 2),
  ...repeat("unbuildable", 2),
  "overdue",
  "plain",
];

function repeat(kind: Kind, times: number): [Kind, ...Kind[]] {
  return [kind, ...Array.from({ length: times - 1 }, () => kind)];
}

export function scriptOf(seed: number, index: number): Script {
  const random = seededRandom(Math.imul(seed, 1_000_003) + index);
  const isPushed = index % PUSHED_EVERY === 0;
  const project = isPushed
    ? PUSHED_TO
    : (SUBMITTED_TO[index % SUBMITTED_TO.length] ?? SUBMITTED_TO[0]);
  const drawn = random.pick(KINDS);
  // What is pushed has no name that others could need, and its id is not known at once.
  const needed = drawn === "needs" && !isPushed ? plainBefore(seed, index) : undefined;
  const kind =
    isPushed && !PUSHABLE.has(drawn)
      ? "plain"
      : drawn === "needs" && needed === undefined
        ? "plain"
        : drawn;
  const exitCode = 1 + random.below(9);
  const backoffLimit = random.below(3);
  const replicas = random.below(8) === 0 ? 2 : 1;
  const logLines = random.below(6) === 0 ? random.below(3000) : 0;
  const milliseconds = random.below(250);
  const cancelAfter = random.below(1500);
  const kill = random.below(2) === 0;
  const again = random.below(3) === 0;
  const name = `storm-${index}`;
  const lines = [`begin ${name}`, `middle ${name}`, `end ${name}`] as const;
  const command = [
    ...(kind === "endless" && kill ? ["trap '' TERM"] : []),
    `echo ${lines[0]}`,
    `sleep ${milliseconds / 1000}`,
    `echo ${lines[1]} >&2`,
    ...(kind === "endless" || kind === "overdue" ? ["sleep 36000"] : []),
    `echo ${lines[2]}`,
    ...(kind === "exits" ? [`exit ${exitCode}`] : []),
  ].join("; ");
  const env = {
    ...(logLines > 0 && { DUMMY_LOG_LINES: String(logLines) }),
    ...(kind === "flaky" && { DUMMY_EXIT_CODES: `${exitCode},0` }),
  };
  const fails = ["exits", "overdue"].includes(kind);
  const isCut = kind === "cut" || kind === "endless";
  return {
    index,
    project,
    name,
    commit: commitOf(index),
    manifest:
      kind === "missing"
        ? undefined
        : JSON.stringify({
            kind: "AIchorManifest",
            apiVersion: "0.2.3",
            ...(kind === "needs" && { needs: [`storm-${needed}`] }),
            ...(kind === "approval" && { approval: true }),
            ...(kind === "group" && {
              concurrency: { group: `group-${index % 2}`, limit: GROUP_LIMIT },
            }),
            builder: {
              image: "storm",
              buildArgs: {
                IMAGE: String(random.below(IMAGES)),
                ...(kind === "unbuildable" && { FAIL: "1" }),
              },
            },
            spec: {
              operator: kind === "invalid" ? "no such operator" : "jobset",
              command,
              env,
              ...(kind === "overdue" && { timeout: "1s" }),
              restartPolicy: { backoffLimit: kind === "flaky" ? 1 : backoffLimit },
              gracefulTermination: { terminationGracePeriodSeconds: kill ? 3600 : 1 },
              types: { worker: { count: replicas, resources: { cpus: 1, memory: 0.25 } } },
            },
          }),
    priority: 1 + random.below(99),
    isPushed,
    needs: kind === "needs" ? needed : undefined,
    isApproved: kind === "approval",
    isResubmitted: !isPushed && !isCut && kind !== "approval" && random.below(20) === 0,
    cancel: isCut ? { afterMilliseconds: cancelAfter, kill, again } : undefined,
    ending: endingOf(kind, exitCode),
    output: [...numbered(logLines), ...lines].map((line) => `${line}\n`).join(""),
    replicas,
    attempts: ["invalid", "missing", "unbuildable"].includes(kind)
      ? 0
      : kind === "flaky"
        ? 2
        : fails && kind !== "overdue"
          ? backoffLimit + 1
          : 1,
  };
}

const PUSHABLE: ReadonlySet<Kind> = new Set<Kind>([
  "plain",
  "exits",
  "flaky",
  "group",
  "invalid",
  "missing",
  "unbuildable",
]);

function endingOf(kind: Kind, exitCode: number): Ending {
  switch (kind) {
    case "exits":
      return { kind: "Failed", exception: "ExitCode", exitCode };
    case "invalid":
      return { kind: "Failed", exception: "ManifestInvalid" };
    case "missing":
      return { kind: "Failed", exception: "ManifestMissing" };
    case "unbuildable":
      return { kind: "Failed", exception: "BuildFailed" };
    case "overdue":
      return { kind: "Failed", exception: "Timeout" };
    case "endless":
      return { kind: "Cancelled" };
    case "plain":
    case "flaky":
    case "cut":
    case "needs":
    case "group":
    case "approval":
      return { kind: "Succeeded" };
  }
}

const numbered = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}`);

/** The nearest experiment before it in its project that simply succeeds. */
function plainBefore(seed: number, index: number): number | undefined {
  for (let other = index - SUBMITTED_TO.length; other >= 0; other -= SUBMITTED_TO.length) {
    if (other % PUSHED_EVERY === 0) continue;
    const script = scriptOf(seed, other);
    const isPlain = script.ending.kind === "Succeeded" && script.cancel === undefined;
    if (isPlain && !script.isResubmitted && !script.isApproved) return other;
  }
  return undefined;
}

const MARK = "5702";

/** The commits of the storm are made up: their ids carry the index. */
export const commitOf = (index: number): string => MARK + index.toString(16).padStart(36, "0");

export function indexOf(commit: string): number | undefined {
  return commit.startsWith(MARK) ? Number.parseInt(commit.slice(MARK.length), 16) : undefined;
}

/** The index of the push before it; undefined for the first. */
export const pushedBefore = (index: number): number | undefined =>
  index >= PUSHED_EVERY ? index - PUSHED_EVERY : undefined;
