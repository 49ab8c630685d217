import type { Request, Response } from "express";

import type { RouteName } from "../contract/routes.ts";

/** Answers one call; an error that it throws becomes a problem document. */
export type Handler = (request: Request, response: Response) => Promise<void> | void;

/** One handler for every call of the contract. */
export type Handlers = Readonly<Record<RouteName, Handler>>;
