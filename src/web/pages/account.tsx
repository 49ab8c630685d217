import { useQuery } from "@tanstack/react-query";

import { Tokens } from "../account/tokens.tsx";
import { Users } from "../account/users.tsx";
import { SignOut } from "../components/sign-out.tsx";
import { sessionQuery } from "../queries.ts";

/** Who one is, by which tokens; for administrators, who else may sign in. */
export function AccountPage() {
  const { data: session } = useQuery(sessionQuery);
  return (
    <main className="min-h-0 flex-1 overflow-auto p-4">
      <title>Account · Assay</title>
      <h1 className="mb-4 text-xl font-semibold">
        {session?.user}
        {session?.administrator === true && (
          <span className="font-normal text-quiet">, an administrator</span>
        )}
      </h1>
      {/* Where the frame has no room for it. */}
      <SignOut className="mb-4 sm:hidden" />
      <Tokens />
      {session?.administrator === true && <Users />}
    </main>
  );
}
