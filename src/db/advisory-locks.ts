/** Every advisory lock of the database, so that no two meanings share a number. */
export const advisoryLocks = {
  migration: 7001,
  dataDirectory: 7002,
} as const;
