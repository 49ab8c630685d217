import { ConflictError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { experimentColumns } from "./experiment-columns.ts";
import { type ExperimentRow, toExperiment } from "./experiment-rows.ts";
import { type Bindings, query } from "./query.ts";
import type { Db } from "./transaction.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PREFIX = /^[0-9a-f][0-9a-f-]{5,35}$/;
const NUMBERED = /^([a-z0-9][a-z0-9-]*)[#/](\d{1,9})$/;

/** By uuid, `project#12`, `project/12`, unique prefix of at least 6 characters, or name. */
export async function resolveExperiment(
  db: Db,
  reference: string,
): Promise<Experiment | undefined> {
  const lower = reference.toLowerCase();
  if (UUID.test(lower)) return one(db, reference, "e.id = :id", { id: lower });
  const [, slug, number] = NUMBERED.exec(lower) ?? [];
  if (slug !== undefined)
    return one(db, reference, "p.slug = :slug and e.number = :number", { slug, number });
  const byPrefix = PREFIX.test(lower)
    ? await one(db, reference, "e.id >= :low::uuid and e.id <= :high::uuid", range(lower))
    : undefined;
  return byPrefix ?? (await one(db, reference, "e.name = :name", { name: reference }));
}

async function one(
  db: Db,
  reference: string,
  where: string,
  bindings: Bindings,
): Promise<Experiment | undefined> {
  const rows = await query<ExperimentRow>(
    db,
    `select ${experimentColumns("e")}, p.slug
       from experiments e
       join projects p on p.id = e.project_id
      where e.deleted_at is null and ${where}
      order by e.sequence desc
      limit 4`,
    bindings,
  );
  const [first, second] = rows;
  if (first === undefined) return undefined;
  if (second === undefined) return toExperiment(first);
  const which = rows.map((row) => `${row.slug}#${row.number}`).join(", ");
  throw new ConflictError(
    `"${reference}" may be any of ${which}. Name one of them, or use the whole id.`,
  );
}

/** The first and last uuid that begin with these characters; a dash may be given or not. */
function range(prefix: string): { low: string; high: string } {
  const digits = prefix.replaceAll("-", "");
  return { low: digits.padEnd(32, "0"), high: digits.padEnd(32, "f") };
}
