/** Every advisory lock of the database, so that no two meanings share a number. */
export const advisoryLocks = {
  migration: 7001,
  dataDirectory: 7002,
  scheduler: 7003,
  sweep: 7004,
  /** With the instance's lock key as the second number. */
  instance: 7005,
  /** With a hash of the lease's name as the second number. */
  lease: 7006,
} as const;
