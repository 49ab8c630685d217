import { Link, useRouteError } from "react-router";

import { PAGES } from "../../contract/pages.ts";
import { reasonOf } from "../request.ts";

/** Instead of a page that cannot be shown. */
export function Trouble() {
  const error = useRouteError();
  return (
    <main className="mx-auto max-w-xl p-8" role="alert">
      <h1 className="heading">This page cannot be shown</h1>
      <p className="mb-4">{reasonOf(error)}</p>
      <Link to={PAGES.experiments}>To the experiments</Link>
    </main>
  );
}
