/** The dashboard's addresses, as express and the browser's router both read them. */
export const PAGES = {
  experiments: "/",
  signIn: "/sign-in",
  experiment: "/experiments/:id",
  /** `?id=digits/12&id=digits/13`: the address is the comparison. */
  compare: "/compare",
  project: "/projects/:slug",
  deliveries: "/projects/:slug/deliveries",
  datasets: "/projects/:slug/datasets",
  engines: "/engines",
  account: "/account",
} as const;
