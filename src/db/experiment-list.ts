import type { Knex } from "knex";

import { BadRequestError } from "../core/errors.ts";
import type { Experiment, ExperimentFilter, Page, PageRequest } from "../core/experiment.ts";
import { type ExperimentRow, toExperiment } from "./experiment-rows.ts";
import { query } from "./query.ts";

/** One page of experiments, newest first: keyset on the sequence, no offset, no count. */
export async function listExperiments(
  db: Knex,
  filter: ExperimentFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<Experiment>> {
  const { where, bindings } = conditions(filter);
  if (cursor !== undefined) where.push("e.sequence < :before");
  const rows = await query<ExperimentRow>(
    db,
    `select e.*, p.slug
       from experiments e
       join projects p on p.id = e.project_id
      where ${where.join(" and ")}
      order by e.sequence desc
      limit :limit`,
    {
      ...bindings,
      before: cursor === undefined ? undefined : readCursor(cursor),
      limit: limit + 1,
    },
  );
  const items = rows.slice(0, limit).map(toExperiment);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last ? writeCursor(last.sequence) : undefined,
  };
}

/** Opaque to callers: the sequence of the last row given. */
export const writeCursor = (sequence: number): string =>
  Buffer.from(String(sequence)).toString("base64url");

export function readCursor(cursor: string): number {
  const sequence = Number(Buffer.from(cursor, "base64url").toString());
  if (Number.isSafeInteger(sequence) && sequence > 0) return sequence;
  throw new BadRequestError(
    "This cursor is none of ours: take nextCursor of the page before, as it is.",
  );
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
