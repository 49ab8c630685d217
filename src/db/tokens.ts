import type { TokenStore } from "../core/access.ts";
import { query } from "./query.ts";
import type { Db } from "./transaction.ts";

export class PostgresTokenStore implements TokenStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async put(token: Parameters<TokenStore["put"]>[0]): Promise<void> {
    await query(
      this.#db,
      `insert into tokens (hash, user_name, administrator) values (:hash, :user, :administrator)
       on conflict (hash) do nothing`,
      { ...token },
    );
  }

  async find(hash: string): ReturnType<TokenStore["find"]> {
    const [row] = await query<{ user: string; administrator: boolean }>(
      this.#db,
      `select user_name as user, administrator from tokens where hash = :hash`,
      { hash },
    );
    return row;
  }
}
