import { access } from "node:fs/promises";
import { join } from "node:path";

import type { Express, RequestHandler } from "express";

import { PAGES } from "../contract/pages.ts";
import { ROUTES } from "../contract/routes.ts";
import { AssetFiles } from "./asset-files.ts";

/** The dashboard's page at each of its addresses, and the files that it names. Neither needs a token: both hold nothing. */
export function serveDashboard(app: Express, folder: string): void {
  for (const address of Object.values(PAGES)) app.get(address, sendPage(folder));
  app.get("/assets/:name", sendAsset(new AssetFiles(join(folder, "assets"))));
}

function sendAsset(files: AssetFiles): RequestHandler<{ name: string }> {
  return async (request, response, next) => {
    const asset = await files.find(request.params.name);
    if (asset === undefined) {
      next();
      return;
    }
    const isGzipped = request.acceptsEncodings("gzip") === "gzip";
    response.removeHeader("Content-Security-Policy");
    response.set({
      "Content-Type": asset.type,
      "Cache-Control": "public, max-age=31536000, immutable",
      Vary: "Accept-Encoding",
      ...(isGzipped && { "Content-Encoding": "gzip" }),
    });
    response.end(isGzipped ? asset.gzipped : asset.bytes);
  };
}

/** Read for each request: a dashboard that was built anew is there at once. */
function sendPage(folder: string): RequestHandler {
  return async (_request, response) => {
    if (!(await exists(join(folder, PAGE)))) {
      response.status(503).type("text/plain").send(NOT_BUILT);
      return;
    }
    response.set({ "Content-Security-Policy": POLICY, "Cache-Control": "no-cache" });
    await new Promise<void>((resolve, reject) => {
      response.sendFile(PAGE, { root: folder, cacheControl: false }, (error) =>
        error === undefined || response.headersSent ? resolve() : reject(error),
      );
    });
  };
}

const PAGE = "index.html";
const NOT_BUILT = `The dashboard is not built: npm run build does it. The API is described at ${ROUTES.getOpenApi.path}.\n`;

/** Our own files and our own API; no script, style or frame from anywhere else, nor within the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
