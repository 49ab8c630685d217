import { once } from "node:events";
import { createServer } from "node:net";

import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

import type { Server } from "./call.ts";

/** A real Chromium. What its pages complain of (errors, refusals of their policy) is gathered and fails the test file. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    // Chromium's own sandbox needs what containers and root have not.
    const args = ["--no-sandbox", "--disable-dev-shm-usage"];
    return new TestBrowser(await chromium.launch({ executablePath: "/usr/bin/chromium", args }));
  }

  /** A window with nobody signed in. */
  async open(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1440, height: 900 },
      ...options,
    });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      // That a call was refused is the page's matter.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        this.complaints.push(message.text());
    });
    return page;
  }

  /** A window where the administrator is signed in. */
  async openSignedIn(
    { url, token }: Pick<Server, "url" | "token">,
    options: Parameters<Browser["newContext"]>[0] = {},
  ): Promise<Page> {
    const page = await this.open(options);
    const answer = await page.request.post(`${url}/api/v1/session`, { data: { token } });
    if (!answer.ok()) throw new Error(`not signed in: ${await answer.text()}`);
    return page;
  }

  async stop(): Promise<void> {
    for (const context of this.#contexts) await context.close();
    await this.#browser.close();
  }
}

/** A port that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
