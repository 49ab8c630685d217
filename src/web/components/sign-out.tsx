import { useNavigate } from "react-router";

import { PAGES } from "../../contract/pages.ts";
import { queryClient } from "../queries.ts";
import { request } from "../request.ts";

export function SignOut({ className = "" }: { readonly className?: string }) {
  const navigate = useNavigate();
  const signOut = async (): Promise<void> => {
    await request("DELETE", "/api/v1/session");
    queryClient.clear();
    await navigate(PAGES.signIn);
  };
  return (
    <button type="button" className={`button ${className}`} onClick={() => void signOut()}>
      Sign out
    </button>
  );
}
