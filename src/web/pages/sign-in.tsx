import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearchParams } from "react-router";

import { PAGES } from "../../contract/pages.ts";
import { queryClient } from "../queries.ts";
import { reasonOf, request } from "../request.ts";

export function SignInPage() {
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const signIn = useMutation({
    mutationFn: (token: string) => request("POST", "/api/v1/session", { token }),
    async onSuccess() {
      queryClient.clear();
      await navigate(pathOfOurs(parameters.get("next")), { replace: true });
    },
  });
  return (
    <main className="mx-auto mt-[15vh] w-80 max-w-[90vw]">
      <title>Sign in · Assay</title>
      <h1 className="mb-4 text-xl font-semibold">Assay</h1>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const token = new FormData(event.currentTarget).get("token");
          if (typeof token === "string") signIn.mutate(token.trim());
        }}
      >
        <label className="flex flex-col gap-1">
          Token
          <input
            name="token"
            type="password"
            autoComplete="current-password"
            required
            className="field code"
          />
        </label>
        <button type="submit" className="button button-primary justify-center">
          Sign in
        </button>
        {signIn.isError && (
          <p role="alert" className="text-failed">
            {reasonOf(signIn.error)}
          </p>
        )}
      </form>
      <p className="mt-6 text-quiet">
        The administrator's token was printed at the server's first start, and is kept in its data
        directory as <span className="code">admin-token</span>.
      </p>
    </main>
  );
}

/** Whoever wrote the link: it leads to no other site. */
function pathOfOurs(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : PAGES.experiments;
}
