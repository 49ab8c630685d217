import { reasonOf } from "../request.ts";

/** What went wrong, in place. */
export function Problem({ error }: { readonly error: unknown }) {
  return (
    <p role="alert" className="px-4 py-2 text-failed">
      {reasonOf(error)}
    </p>
  );
}
