/** Things that one server at a time does for long: held until given back or until the server's session ends. */
export interface Leases {
  /** Whether this server holds it now; takes it where it is free. Safe to repeat. */
  take(name: string): Promise<boolean>;
  release(name: string): Promise<void>;
}
