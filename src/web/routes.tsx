import { createBrowserRouter, redirect } from "react-router";

import { PAGES } from "../contract/pages.ts";
import { Layout } from "./components/layout.tsx";
import { Trouble } from "./components/trouble.tsx";
import { AccountPage } from "./pages/account.tsx";
import { ComparePage } from "./pages/compare.tsx";
import { DatasetsPage } from "./pages/datasets.tsx";
import { DeliveriesPage } from "./pages/deliveries.tsx";
import { EnginesPage } from "./pages/engines.tsx";
import { ExperimentPage } from "./pages/experiment.tsx";
import { ExperimentsPage } from "./pages/experiments.tsx";
import { ProjectPage } from "./pages/project.tsx";
import { SignInPage } from "./pages/sign-in.tsx";
import { experimentQuery, queryClient, sessionQuery } from "./queries.ts";
import { RequestError } from "./request.ts";

export const router = createBrowserRouter([
  { path: PAGES.signIn, Component: SignInPage, ErrorBoundary: Trouble },
  {
    Component: Layout,
    ErrorBoundary: Trouble,
    HydrateFallback: () => null,
    loader: ({ request }) => demandSession(new URL(request.url)),
    // Asked once: a session that ends is told by the next call.
    shouldRevalidate: () => false,
    children: [
      {
        ErrorBoundary: Trouble,
        children: [
          { path: PAGES.experiments, Component: ExperimentsPage },
          {
            path: PAGES.experiment,
            Component: ExperimentPage,
            loader: ({ params }) =>
              signedIn(() => queryClient.ensureQueryData(experimentQuery(params["id"] ?? ""))),
          },
          { path: PAGES.compare, Component: ComparePage },
          { path: PAGES.project, Component: ProjectPage },
          { path: PAGES.deliveries, Component: DeliveriesPage },
          { path: PAGES.datasets, Component: DatasetsPage },
          { path: PAGES.engines, Component: EnginesPage },
          { path: PAGES.account, Component: AccountPage },
        ],
      },
    ],
  },
]);

async function demandSession({ pathname, search }: URL): Promise<unknown> {
  try {
    return await queryClient.ensureQueryData(sessionQuery);
  } catch (error) {
    if (!(error instanceof RequestError) || error.status !== 401) throw error;
    return redirect(
      `${PAGES.signIn}?${new URLSearchParams({ next: pathname + search }).toString()}`,
    );
  }
}

/** Routers load nested pages at once: what a page lacks for want of a session is the session's matter. */
async function signedIn(load: () => Promise<unknown>): Promise<unknown> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) return undefined;
    throw error;
  }
}

// A session that ended while a page was open: the page itself leads to the sign-in.
queryClient.getQueryCache().subscribe(({ query, type }) => {
  const { error } = query.state;
  if (type !== "updated" || !(error instanceof RequestError) || error.status !== 401) return;
  const { pathname, search } = globalThis.location;
  if (pathname === PAGES.signIn || query.queryKey[0] === "session") return;
  queryClient.clear();
  void router.navigate(
    `${PAGES.signIn}?${new URLSearchParams({ next: pathname + search }).toString()}`,
  );
});
