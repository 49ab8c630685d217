import { BadRequestError } from "../core/errors.ts";
import type {
  ExperimentFilter,
  ExperimentOrder,
  Page,
  PageRequest,
} from "../core/experiment-store.ts";
import type { Experiment } from "../core/experiment.ts";
import { experimentColumns } from "./experiment-columns.ts";
import {
  isSequence,
  METRIC_JOIN,
  NONE_OF_OURS,
  orderOf,
  readPlace,
  writePlace,
} from "./experiment-orders.ts";
import { type ExperimentRow, toExperiment } from "./experiment-rows.ts";
import { narrowBy } from "./metrics/conditions.ts";
import { query } from "./query.ts";
import type { Db } from "./transaction.ts";

/** One page of experiments in one of their orders: keyset on the order's index, no offset, no count. */
export async function listExperiments(
  db: Db,
  filter: ExperimentFilter,
  {
    limit,
    cursor,
    order = "-createdAt",
  }: PageRequest & { readonly order?: ExperimentOrder | undefined },
): Promise<Page<Experiment>> {
  const { by, ascending, metric } = orderOf(order);
  const { where, bindings } = conditions(filter);
  const after = cursor === undefined ? undefined : readPlace(cursor, order);
  // A comparison of rows, in one direction: spelled out with "or" it would not use the index.
  const rank = by === undefined ? "e.sequence" : `(${by.key}, e.sequence)`;
  const place = by === undefined ? ":sequence" : `(:value::${by.type}, :sequence::bigint)`;
  if (after !== undefined) where.push(`${rank} ${ascending ? ">" : "<"} ${place}`);
  const direction = ascending ? "asc" : "desc";
  const ordered = `order by ${by === undefined ? "" : `${by.key} ${direction}, `}e.sequence ${direction}
      limit :limit`;
  const columns = `${experimentColumns("e")}, p.slug, ${by === undefined ? "''" : `(${by.key})::text`} as value`;
  const joined = `join projects p on p.id = e.project_id ${metric === undefined ? "" : METRIC_JOIN}`;
  const { value, sequence } = after ?? {};
  const given = { ...bindings, metric, value, sequence, limit: limit + 1 };
  // Each list is planned for what it asks.
  const select = (sql: string): Promise<readonly ListedRow[]> =>
    query<ListedRow>(db, sql, given, "anew");
  const walk = (narrower: readonly string[]): Promise<readonly ListedRow[]> =>
    select(
      `select ${columns} from experiments e ${joined}
        where ${[...where, ...narrower].join(" and ")}
        ${ordered}`,
    );
  const search = (): Promise<readonly ListedRow[]> =>
    select(
      `with found as materialized (select e.id from experiments e where ${where.join(" and ")})
       select ${columns} from found join experiments e using (id) ${joined}
        ${ordered}`,
    );

  const newest = after === undefined ? "(select max(sequence) from experiments)" : ":sequence";
  /**
   * Words that many have are soon met on the way down; for the others their index is asked. PostgreSQL cannot tell them
   * apart, as it knows no frequencies of beginnings of words: left to itself it reads the whole table.
   */
  const find = async (): Promise<readonly ListedRow[]> => {
    const isNewestFirst = by === undefined && !ascending;
    const met = isNewestFirst ? await walk([`e.sequence >= ${newest} - ${STRETCH}`]) : [];
    return met.length > limit ? met : search();
  };
  const rows = await (searchWords(filter.query) === undefined ? walk([]) : find());

  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(toExperiment),
    nextCursor: rows.length > limit && last ? writePlace(last, order) : undefined,
  };
}

type ListedRow = ExperimentRow & { readonly value: string };

/** How many of the newest are looked through for words before their index is asked: some 5 ms. */
const STRETCH = 5000;

/** Opaque to callers: the sequence of the last row given. */
export const writeCursor = (sequence: number): string =>
  Buffer.from(String(sequence)).toString("base64url");

export function readCursor(cursor: string): number {
  const sequence = Number(Buffer.from(cursor, "base64url").toString());
  if (isSequence(sequence)) return sequence;
  throw new BadRequestError(NONE_OF_OURS);
}

function conditions(filter: ExperimentFilter): {
  where: string[];
  bindings: Record<string, unknown>;
} {
  const where = ["e.deleted_at is null"];
  const bindings: Record<string, unknown> = {};
  const add = (value: unknown, name: string, sql: string): void => {
    if (value === undefined) return;
    where.push(sql);
    bindings[name] = value;
  };
  add(filter.projectId, "project", "e.project_id = :project");
  add(filter.engine, "engine", "e.engine = :engine");
  add(filter.status, "status", "e.status = any(:status)");
  add(filter.step, "step", "e.step = :step");
  add(filter.branch, "branch", "e.branch = :branch");
  add(filter.tag, "tags", "e.tags @> :tags");
  add(filter.parentId, "parent", "e.parent_id = :parent");
  add(filter.createdAfter, "after", "e.created_at >= :after");
  add(filter.createdBefore, "until", "e.created_at < :until");
  add(
    filter.author === undefined ? undefined : `%${escapeLike(filter.author)}%`,
    "author",
    "(e.author_name ilike :author or e.author_email ilike :author)",
  );
  add(searchWords(filter.query), "words", "e.search @@ to_tsquery('simple', :words)");
  const narrower = narrowBy(filter.conditions ?? []);
  where.push(...narrower.where);
  Object.assign(bindings, narrower.bindings);
  if (filter.archived !== "all")
    where.push(`e.archived_at is ${filter.archived === true ? "not null" : "null"}`);
  return { where, bindings };
}

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`);

/** Every word must begin a word of the experiment; anything that is no letter or digit separates. */
function searchWords(text: string | undefined): string | undefined {
  const words = text?.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length === 0 ? undefined : words.map((word) => `${word}:*`).join(" & ");
}
