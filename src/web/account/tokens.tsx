import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import type { z } from "zod";

import type { CreatedTokenAnswer, TokenAnswer } from "../../contract/access.ts";
import { Deletion } from "../components/deletion.tsx";
import { Problem } from "../components/problem.tsx";
import { Ago } from "../components/times.tsx";
import { tokensQuery } from "../queries.ts";
import { encoded, request } from "../request.ts";
import { typed } from "../typed.ts";
import { useChange } from "../use-change.ts";
import { ShownOnce } from "./shown-once.tsx";

/** One for each place where one signs in or pushes from; each can be ended alone. */
export function Tokens() {
  const { data, error } = useQuery(tokensQuery);
  const create = useChange(
    tokensQuery.queryKey,
    (asked: { readonly name: string; readonly expiresIn?: string }) =>
      request<z.infer<typeof CreatedTokenAnswer>>("POST", "/api/v1/tokens", asked),
  );
  const remove = useChange(tokensQuery.queryKey, (id: string) =>
    request("DELETE", `/api/v1/tokens/${encoded(id)}`),
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const name = typed(fields, "name");
    const expiresIn = typed(fields, "expiresIn");
    create.mutate(
      { name, ...(expiresIn !== "" && { expiresIn }) },
      { onSuccess: () => form.reset() },
    );
  };
  const problem = error ?? create.error ?? remove.error;
  return (
    <section aria-label="Your tokens" className="mb-8">
      <h2 className="heading">Your tokens</h2>
      {problem !== null && <Problem error={problem} />}
      <table className="w-full border-collapse text-left">
        <thead className="text-quiet">
          <tr>
            <th className={CELL}>Used where</th>
            <th className={`${CELL} hidden sm:table-cell`}>Created</th>
            <th className={CELL}>Last used</th>
            <th className={CELL}>Expires</th>
            <th className={CELL}>
              <span className="sr-only">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {data?.items.map((token) => (
            <Row key={token.id} token={token} onDelete={() => remove.mutate(token.id)} />
          ))}
        </tbody>
      </table>
      {create.isSuccess && <ShownOnce what={create.data.name} token={create.data.token} />}
      <form className="mt-3 flex flex-wrap items-end gap-3" onSubmit={submit}>
        <label className="flex flex-col gap-1">
          Used where
          <input name="name" required maxLength={100} className="field" />
        </label>
        <label className="flex flex-col gap-1">
          Expires
          <select name="expiresIn" className="field">
            <option value="">never</option>
            <option value="30d">in 30 days</option>
            <option value="90d">in 90 days</option>
            <option value="365d">in a year</option>
          </select>
        </label>
        <button type="submit" className="button" aria-disabled={create.isPending}>
          Make a token
        </button>
      </form>
    </section>
  );
}

function Row({ token, onDelete }: { readonly token: TokenAnswer; readonly onDelete: () => void }) {
  const { name, createdAt, lastUsedAt, expiresAt } = token;
  return (
    <tr className="border-t border-line">
      <td className={`${CELL} wrap-anywhere`}>{name}</td>
      <td className={`${CELL} hidden sm:table-cell`}>
        <Ago at={createdAt} />
      </td>
      <td className={CELL}>{lastUsedAt === null ? "never" : <Ago at={lastUsedAt} />}</td>
      <td className={CELL}>{expiresAt === null ? "never" : expiresAt.slice(0, 10)}</td>
      <td className={`${CELL} text-right whitespace-nowrap`}>
        <Deletion what={name} onDelete={onDelete} />
      </td>
    </tr>
  );
}

const CELL = "py-1 pr-4 font-normal";
