import { useQuery } from "@tanstack/react-query";
import type { FormEvent, ReactNode } from "react";

import { Deletion } from "../components/deletion.tsx";
import { Problem } from "../components/problem.tsx";
import { partsQuery } from "../queries.ts";
import { encoded, request } from "../request.ts";
import { typed } from "../typed.ts";
import { useChange } from "../use-change.ts";

interface PartsProps<T> {
  readonly slug: string;
  readonly parts: "variables" | "secrets" | "volumes";
  readonly title: string;
  readonly explanation: string;
  /** The heads of the columns behind the name. */
  readonly heads: readonly string[];
  readonly cells: (part: T) => readonly ReactNode[];
  /** The fields beside the name, and what they say as the call's body. */
  readonly fields: ReactNode;
  readonly bodyOf: (fields: FormData) => object;
  /** Others only look. */
  readonly isAdministrator: boolean;
}

/** What a project has by name: a list, and a form that sets one anew. */
export function Parts<T extends { readonly name: string }>(props: PartsProps<T>) {
  const { slug, parts, title, explanation, heads, cells, fields, bodyOf, isAdministrator } = props;
  const query = partsQuery<T>(slug, parts);
  const { data, error } = useQuery(query);
  const pathOf = (name: string): string => `/api/v1/projects/${encoded(slug, parts, name)}`;
  const set = useChange(
    query.queryKey,
    ({ name, body }: { readonly name: string; readonly body: object }) =>
      request("PUT", pathOf(name), body),
  );
  const remove = useChange(query.queryKey, (name: string) => request("DELETE", pathOf(name)));
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    set.mutate(
      { name: typed(given, "name"), body: bodyOf(given) },
      { onSuccess: () => form.reset() },
    );
  };
  const problem = error ?? set.error ?? remove.error;
  return (
    <section aria-label={title} className="mb-8">
      <h2 className="heading">{title}</h2>
      <p className="mb-2 text-quiet">{explanation}</p>
      {problem !== null && <Problem error={problem} />}
      {(data?.items.length ?? 0) > 0 && (
        <table className="mb-3 w-full border-collapse text-left">
          <thead className="text-quiet">
            <tr>
              {["Name", ...heads].map((head) => (
                <th key={head} className={CELL}>
                  {head}
                </th>
              ))}
              <th className={CELL}>
                <span className="sr-only">Delete</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data?.items.map((part) => (
              <tr key={part.name} className="border-t border-line">
                <td className={`${CELL} code wrap-anywhere`}>{part.name}</td>
                {cells(part).map((cell, index) => (
                  <td key={heads[index]} className={`${CELL} wrap-anywhere`}>
                    {cell}
                  </td>
                ))}
                <td className={`${CELL} text-right whitespace-nowrap`}>
                  {isAdministrator && (
                    <Deletion what={part.name} onDelete={() => remove.mutate(part.name)} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isAdministrator && (
        <form className="flex flex-wrap items-end gap-3" onSubmit={submit}>
          <label className="flex flex-col gap-1">
            Name
            <input name="name" required className="field code" />
          </label>
          {fields}
          <button type="submit" className="button" aria-disabled={set.isPending}>
            Set
          </button>
        </form>
      )}
    </section>
  );
}

const CELL = "py-1 pr-4 font-normal";
