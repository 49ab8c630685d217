import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import type { z } from "zod";

import type { CreatedUserAnswer, UserAnswer } from "../../contract/access.ts";
import { Deletion } from "../components/deletion.tsx";
import { Problem } from "../components/problem.tsx";
import { Ago } from "../components/times.tsx";
import { usersQuery } from "../queries.ts";
import { encoded, request } from "../request.ts";
import { typed } from "../typed.ts";
import { useChange } from "../use-change.ts";
import { ShownOnce } from "./shown-once.tsx";

/** For administrators: who may sign in. */
export function Users() {
  const { data, error } = useQuery(usersQuery);
  const create = useChange(
    usersQuery.queryKey,
    (asked: { readonly name: string; readonly administrator: boolean }) =>
      request<z.infer<typeof CreatedUserAnswer>>("POST", "/api/v1/users", asked),
  );
  const remove = useChange(usersQuery.queryKey, (name: string) =>
    request("DELETE", `/api/v1/users/${encoded(name)}`),
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    create.mutate(
      { name: typed(fields, "name"), administrator: fields.has("administrator") },
      { onSuccess: () => form.reset() },
    );
  };
  const problem = error ?? create.error ?? remove.error;
  return (
    <section aria-label="Users">
      <h2 className="heading">Users</h2>
      {problem !== null && <Problem error={problem} />}
      <table className="w-full border-collapse text-left">
        <thead className="text-quiet">
          <tr>
            <th className={CELL}>Name</th>
            <th className={CELL}>Is</th>
            <th className={`${CELL} hidden sm:table-cell`}>Created</th>
            <th className={CELL}>
              <span className="sr-only">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {data?.items.map((user) => (
            <Row key={user.name} user={user} onDelete={() => remove.mutate(user.name)} />
          ))}
        </tbody>
      </table>
      {create.isSuccess && <ShownOnce what={`of ${create.data.name}`} token={create.data.token} />}
      <form className="mt-3 flex flex-wrap items-end gap-3" onSubmit={submit}>
        <label className="flex flex-col gap-1">
          Name
          <input name="name" required maxLength={64} className="field" />
        </label>
        <label className="flex h-8 items-center gap-2">
          <input name="administrator" type="checkbox" />
          Administrator
        </label>
        <button type="submit" className="button" aria-disabled={create.isPending}>
          Let in
        </button>
      </form>
    </section>
  );
}

function Row({ user, onDelete }: { readonly user: UserAnswer; readonly onDelete: () => void }) {
  const { name, administrator, createdBy, createdAt } = user;
  return (
    <tr className="border-t border-line">
      <td className={`${CELL} wrap-anywhere`}>{name}</td>
      <td className={CELL}>{administrator ? "administrator" : "user"}</td>
      <td className={`${CELL} hidden sm:table-cell`}>
        <Ago at={createdAt} />
        {createdBy !== null && ` by ${createdBy}`}
      </td>
      <td className={`${CELL} text-right whitespace-nowrap`}>
        {/* Who holds the server's own token stays. */}
        {createdBy !== null && <Deletion what={name} onDelete={onDelete} />}
      </td>
    </tr>
  );
}

const CELL = "py-1 pr-4 font-normal";
