import { join } from "node:path";

import type { Knex } from "knex";

import { PostgresLogIndex } from "../../src/db/log-files.ts";
import { FileLogStore } from "../../src/logs/file-log-store.ts";
import { type Script, scriptOf } from "./script.ts";
import { stormEngine } from "./storm-engine.ts";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly status: string;
  readonly parent_id: string | null;
  readonly exception: {
    readonly kind: string;
    readonly exitCode?: number;
    readonly message: string;
  } | null;
  readonly attempts: number;
}

export interface Verdict {
  /** What must not be, as sentences. */
  readonly violations: readonly string[];
  /** Experiments that the platform gave up because too many servers died with them: not wrong, but worth a look. */
  readonly givenUp: readonly string[];
  readonly endings: Readonly<Record<string, number>>;
  readonly attempts: number;
  readonly logBytes: number;
}

/** Whether everything came out as the scripts of the first `count` experiments say. */
export async function judge({
  knex,
  dataDirectory,
  seed,
  count,
}: {
  readonly knex: Knex;
  readonly dataDirectory: string;
  readonly seed: number;
  readonly count: number;
}): Promise<Verdict> {
  const { rows } = await knex.raw(
    `select e.id, e.name, p.slug, e.status, e.parent_id, e.exception,
            (select count(*) from runs r join attempts a on a.run_id = r.id where r.experiment_id = e.id) as attempts
       from experiments e join projects p on p.id = e.project_id order by e.sequence`,
  );
  const found: readonly Row[] = rows;
  const violations: string[] = [];
  const givenUp: string[] = [];
  const endings: Record<string, number> = {};
  const firsts = Map.groupBy(found, ({ name, parent_id }) => `${name}${parent_id ? " again" : ""}`);
  const logs = new Logs(knex, dataDirectory);
  const known = new Set<string>();
  /**
   * Also what needs one that was given up fails, as it should, and what needs that one in turn. A resubmit has its
   * parent's name, and is the newer one.
   */
  const needsLost = ({ needs }: Script): boolean => {
    if (needs === undefined) return false;
    const kinds = [`storm-${needs}`, `storm-${needs} again`].map(
      (key) => firsts.get(key)?.[0]?.exception?.kind,
    );
    if (kinds.includes("PlatformFault")) return true;
    return kinds.includes("NeedFailed") && needsLost(scriptOf(seed, needs));
  };
  const look = async (script: Script, key: string): Promise<void> => {
    known.add(key);
    const [row, ...more] = firsts.get(key) ?? [];
    if (row === undefined) return void violations.push(`${key} was never made`);
    if (more.length > 0) violations.push(`${key} was made ${more.length + 1} times`);
    const ending = row.exception === null ? row.status : `${row.status} ${row.exception.kind}`;
    endings[ending] = (endings[ending] ?? 0) + 1;
    if (row.exception?.kind === "PlatformFault") {
      givenUp.push(`${key}: ${row.exception.message}`);
      return;
    }
    if (row.exception?.kind === "NeedFailed" && needsLost(script)) return;
    violations.push(...endingFaults(script, row).map((fault) => `${key} ${fault}`));
    if (row.status !== "Cancelled")
      violations.push(...(await logs.faults(script, row.id)).map((fault) => `${key} ${fault}`));
  };
  for (let index = 0; index < count; index += 1) {
    const script = scriptOf(seed, index);
    await look(script, script.name);
    if (script.isResubmitted) await look(script, `${script.name} again`);
  }
  for (const key of firsts.keys()) if (!known.has(key)) violations.push(`${key} was not asked for`);
  for (const { name, ...notice } of await untold(knex))
    if (isGivenUp(notice)) givenUp.push(`${name}'s notice: ${notice.reason}`);
    else violations.push(`not told outside: ${name} ${JSON.stringify(notice)}`);

  const engine = stormEngine(dataDirectory);
  const starts = await engine.starts();
  for (const [attemptId, times] of starts)
    if (times !== 1) violations.push(`attempt ${attemptId} was started ${times} times`);
  const left = (await engine.list()).length;
  if (left > 0) violations.push(`${left} workloads are left on the engine`);
  return { violations, givenUp, endings, attempts: starts.size, logBytes: logs.bytes };
}

interface Untold {
  readonly name: string;
  readonly state: string | null;
  readonly reason: string | null;
}

/** What the outside was not told: each ending of a project that tells it is a status and a webhook's message. */
async function untold(knex: Knex): Promise<readonly Untold[]> {
  const { rows } = await knex.raw(
    `select e.name, d.kind, n.state, n.reason, n.step, n.step_status
       from destinations d
       join experiments e on e.project_id = d.project_id
       left join notices n on n.destination_id = d.id and n.experiment_id = e.id
                          and n.event = case d.kind when 'forge' then 'status' else 'finished' end
      where n.state is null or n.state not in ('told', 'superseded')
         or (n.step, n.step_status) <> (e.step, e.step_status)`,
  );
  return rows;
}

/** Its job lost five servers in a row, as an experiment may: that is how it is meant. */
const isGivenUp = ({ state, reason }: Omit<Untold, "name">): boolean =>
  state === "refused" && reason !== null && reason.includes("the servers that worked on it died");

function endingFaults(script: Script, row: Row): readonly string[] {
  const { ending } = script;
  if (script.cancel !== undefined && row.status === "Cancelled") return [];
  const faults: string[] = [];
  if (row.slug !== script.project) faults.push(`is in ${row.slug}, not in ${script.project}`);
  if (row.status !== ending.kind)
    faults.push(`is ${row.status}, not ${ending.kind}: ${JSON.stringify(row.exception)}`);
  else if (ending.kind === "Failed") {
    const { kind, exitCode } = row.exception ?? {};
    if (
      kind !== ending.exception ||
      (ending.exitCode !== undefined && exitCode !== ending.exitCode)
    )
      faults.push(`failed with ${JSON.stringify(row.exception)}, not ${JSON.stringify(ending)}`);
  }
  if (row.attempts !== script.attempts)
    faults.push(`had ${row.attempts} attempts, not ${script.attempts}`);
  return faults;
}

/** The logs as the servers left them. */
class Logs {
  bytes = 0;
  readonly #index: PostgresLogIndex;
  readonly #store: FileLogStore;

  constructor(knex: Knex, dataDirectory: string) {
    this.#index = new PostgresLogIndex(knex);
    this.#store = new FileLogStore({ folder: join(dataDirectory, "logs"), index: this.#index });
  }

  async faults(script: Script, experimentId: string): Promise<readonly string[]> {
    const faults: string[] = [];
    const records = await this.#index.ofExperiment(experimentId);
    for (const record of records.filter(({ sealed }) => !sealed))
      faults.push(`has an open log of ${record.step}`);
    const ofReplicas = records.filter(({ step }) => step === "Running");
    if (ofReplicas.length !== script.attempts * script.replicas)
      faults.push(`has ${ofReplicas.length} logs, not ${script.attempts * script.replicas}`);
    for (const record of ofReplicas) {
      const chunks: Uint8Array[] = [];
      for await (const bytes of this.#store.read(record, { start: 0, end: record.stored }))
        chunks.push(bytes);
      const text = Buffer.concat(chunks).toString();
      this.bytes += record.stored;
      // A replica whose peer failed, or that ran too long, is cut off.
      const isCut =
        script.ending.kind === "Failed" &&
        (script.replicas > 1 || script.ending.exception === "Timeout");
      const isRight = isCut ? script.output.startsWith(text) : text === script.output;
      if (!isRight)
        faults.push(
          `printed ${JSON.stringify(text.slice(-80))} (${text.length}), not ${JSON.stringify(script.output.slice(-80))} (${script.output.length}), in attempt ${record.attempt}`,
        );
    }
    return faults;
  }
}
