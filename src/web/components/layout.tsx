import { useQuery } from "@tanstack/react-query";
import { Link, NavLink, Outlet, useNavigation } from "react-router";

import { PAGES } from "../../contract/pages.ts";
import { sessionQuery } from "../queries.ts";
import { SignOut } from "./sign-out.tsx";

/** The frame of every page but the sign-in. */
export function Layout() {
  const { data: session } = useQuery(sessionQuery);
  const isLoading = useNavigation().state === "loading";
  return (
    <div className="flex h-dvh flex-col">
      <header className="flex h-11 shrink-0 items-center gap-4 border-b border-line bg-panel px-4">
        <Link to={PAGES.experiments} className="font-semibold text-ink">
          Assay
        </Link>
        <nav aria-label="Pages" className="flex gap-4">
          <NavLink to={PAGES.experiments} end className={linkClass}>
            Experiments
          </NavLink>
          <NavLink to={PAGES.compare} className={(link) => `hidden sm:inline ${linkClass(link)}`}>
            Compare
          </NavLink>
          <NavLink to={PAGES.engines} className={linkClass}>
            Engines
          </NavLink>
        </nav>
        <NavLink
          to={PAGES.account}
          className={(link) => `ml-auto max-w-40 truncate ${linkClass(link)}`}
        >
          {session?.user ?? "Account"}
        </NavLink>
        <SignOut className="hidden sm:inline-flex" />
      </header>
      {isLoading && <div className="fixed top-0 h-0.5 w-full animate-pulse bg-accent" />}
      <Outlet />
    </div>
  );
}

const linkClass = ({ isActive }: { readonly isActive: boolean }): string =>
  isActive ? "text-ink font-medium" : "text-quiet";
