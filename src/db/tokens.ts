import type { Token, TokenStore } from "../core/access.ts";
import { optional, query } from "./query.ts";
import type { Db } from "./transaction.ts";

interface TokenRow {
  readonly id: string;
  readonly user_name: string;
  readonly name: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
}

const COLUMNS = "id, user_name, name, created_at, expires_at, last_used_at";

export class PostgresTokenStore implements TokenStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async put({ name = "", ...token }: Parameters<TokenStore["put"]>[0]): Promise<void> {
    await query(
      this.#db,
      `with someone as (
         insert into users (name, administrator) values (:user, :administrator)
         on conflict (name) do nothing
       )
       insert into tokens (hash, user_name, administrator, name)
       values (:hash, :user, :administrator, :name)
       on conflict (hash) do nothing`,
      { ...token, name },
    );
  }

  async create(token: Parameters<TokenStore["create"]>[0]): Promise<Token> {
    const [row] = await query<TokenRow>(
      this.#db,
      // The column administrator is read by older servers that still run.
      `insert into tokens (hash, user_name, administrator, name, expires_at)
       select :hash, name, administrator, :name, :expiresAt::timestamptz from users where name = :user
       returning ${COLUMNS}`,
      { ...token },
    );
    if (row === undefined) throw new Error(`there is no user ${token.user}`);
    return toToken(row);
  }

  async find(hash: string): ReturnType<TokenStore["find"]> {
    const [row] = await query<{ id: string; user: string; administrator: boolean }>(
      this.#db,
      `with used as (
         update tokens set last_used_at = now()
          where hash = :hash and coalesce(last_used_at < now() - interval '1 hour', true)
       )
       select tokens.id, users.name as user, users.administrator
         from tokens join users on users.name = tokens.user_name
        where hash = :hash and coalesce(expires_at > now(), true)`,
      { hash },
    );
    return row;
  }

  async list(user: string): Promise<readonly Token[]> {
    const rows = await query<TokenRow>(
      this.#db,
      `select ${COLUMNS} from tokens where user_name = :user order by created_at desc, id desc`,
      { user },
    );
    return rows.map(toToken);
  }

  async remove(user: string, id: string): Promise<boolean> {
    const rows = await query(
      this.#db,
      `delete from tokens where user_name = :user and id::text = :id returning id`,
      { user, id },
    );
    return rows.length > 0;
  }
}

const toToken = (row: TokenRow): Token => ({
  id: row.id,
  user: row.user_name,
  name: row.name,
  createdAt: row.created_at,
  expiresAt: optional(row.expires_at),
  lastUsedAt: optional(row.last_used_at),
});
