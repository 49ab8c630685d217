import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { generatePath, Link } from "react-router";

import { PAGES } from "../../contract/pages.ts";
import { EXPERIMENT_STATUSES } from "../../contract/words.ts";
import { enginesQuery, projectsQuery } from "../queries.ts";
import type { FilterName, useFilter } from "./use-filter.ts";

type Filter = ReturnType<typeof useFilter>;

interface FiltersProps {
  readonly filter: Filter;
  readonly children: ReactNode;
}

export function Filters({ filter, children }: FiltersProps) {
  const { data: projects } = useQuery(projectsQuery);
  const { data: engines } = useQuery(enginesQuery);
  const slugs = projects?.items.map(({ slug }) => slug) ?? [];
  const names = engines?.items.map(({ name }) => name) ?? [];
  return (
    <search className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2">
      <Choice filter={filter} name="project" label="Project" all="All projects" values={slugs} />
      <Choice filter={filter} name="engine" label="Engine" all="All engines" values={names} />
      <Choice
        filter={filter}
        name="status"
        label="Status"
        all="Any status"
        values={EXPERIMENT_STATUSES}
      />
      <input
        type="search"
        aria-label="Search"
        placeholder="Search name, message, branch, commit"
        className="field min-w-0 flex-1 basis-48 sm:max-w-72"
        defaultValue={filter.get("q")}
        onChange={(event) => filter.set("q", event.target.value)}
      />
      <Where key={filter.get("where")} filter={filter} />
      {CHIPS.map((name) => (
        <Chip key={name} filter={filter} name={name} />
      ))}
      <label className="flex items-center gap-1 text-quiet">
        <input
          type="checkbox"
          checked={filter.get("archived") === "true"}
          onChange={(event) => filter.set("archived", event.target.checked ? "true" : "")}
        />
        Archived
      </label>
      {children}
      {filter.get("project") !== "" && <ProjectLinks slug={filter.get("project")} />}
    </search>
  );
}

/** Taken over with Enter: half of a condition is none. */
function Where({ filter }: { readonly filter: Filter }) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const typed = new FormData(event.currentTarget).get("where");
        filter.set("where", typeof typed === "string" ? typed.trim() : "");
      }}
    >
      <input
        name="where"
        aria-label="Condition on a metric or parameter"
        placeholder="metric.accuracy>=0.9"
        className="field code w-48"
        defaultValue={filter.get("where")}
      />
    </form>
  );
}

function ProjectLinks({ slug }: { readonly slug: string }) {
  return (
    <span className="ml-auto flex gap-3">
      <Link to={generatePath(PAGES.project, { slug })}>Project</Link>
      <Link to={generatePath(PAGES.deliveries, { slug })}>Deliveries</Link>
      <Link to={generatePath(PAGES.datasets, { slug })}>Datasets</Link>
    </span>
  );
}

/** Set by following a branch, an author or a tag in a row, or a column's head. */
const CHIPS = ["branch", "author", "tag", "sort"] as const satisfies readonly FilterName[];

interface Named {
  readonly filter: Filter;
  readonly name: FilterName;
}

function Choice({
  filter,
  name,
  label,
  all,
  values,
}: Named & { readonly label: string; readonly all: string; readonly values: readonly string[] }) {
  const value = filter.get(name);
  const options = value === "" || values.includes(value) ? values : [...values, value];
  return (
    <select
      aria-label={label}
      className="field max-w-44"
      value={value}
      onChange={(event) => filter.set(name, event.target.value)}
    >
      <option value="">{all}</option>
      {options.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  );
}

function Chip({ filter, name }: Named) {
  const value = filter.get(name);
  if (value === "") return null;
  return (
    <button
      type="button"
      className="button"
      aria-label={`${name}: ${value}, any ${name} again`}
      onClick={() => filter.set(name, "")}
    >
      {name}: {value} <span aria-hidden="true">×</span>
    </button>
  );
}
