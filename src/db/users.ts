import type { User, UserStore } from "../core/access.ts";
import { ConflictError } from "../core/errors.ts";
import { optional, query } from "./query.ts";
import type { Db } from "./transaction.ts";

interface UserRow {
  readonly name: string;
  readonly administrator: boolean;
  readonly created_by: string | null;
  readonly created_at: Date;
}

const COLUMNS = "name, administrator, created_by, created_at";

export class PostgresUserStore implements UserStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async list(): Promise<readonly User[]> {
    const rows = await query<UserRow>(this.#db, `select ${COLUMNS} from users order by name`);
    return rows.map(toUser);
  }

  async create(user: Parameters<UserStore["create"]>[0]): Promise<User> {
    const [row] = await query<UserRow>(
      this.#db,
      `insert into users (name, administrator, created_by) values (:name, :administrator, :createdBy)
       on conflict (name) do nothing returning ${COLUMNS}`,
      { ...user },
    );
    if (row === undefined) throw new ConflictError(`There is a user ${user.name} already.`);
    return toUser(row);
  }

  async remove(name: string): Promise<boolean> {
    const rows = await query(this.#db, `delete from users where name = :name returning name`, {
      name,
    });
    return rows.length > 0;
  }
}

const toUser = (row: UserRow): User => ({
  name: row.name,
  administrator: row.administrator,
  createdBy: optional(row.created_by),
  createdAt: row.created_at,
});
