import { Copy } from "../components/copy.tsx";

interface ShownOnceProps {
  /** Whose token it is, or what for. */
  readonly what: string;
  readonly token: string;
}

/** A token that was just made: nobody can read it again. */
export function ShownOnce({ what, token }: ShownOnceProps) {
  return (
    <p role="status" className="my-3 rounded border border-accent p-3">
      The token {what}, shown this once: <span className="code break-all">{token}</span>
      <Copy text={token} what="the token" />
    </p>
  );
}
