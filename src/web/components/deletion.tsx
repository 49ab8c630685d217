import { useState } from "react";

interface DeletionProps {
  /** Of many on the page: which one. */
  readonly what: string;
  readonly label?: string;
  readonly onDelete: () => void;
}

/** Asks once more, in place. */
export function Deletion({ what, label = "Delete", onDelete }: DeletionProps) {
  const [isAsked, setAsked] = useState(false);
  if (!isAsked)
    return (
      <button
        type="button"
        className="button"
        aria-label={`${label} ${what}`}
        onClick={() => setAsked(true)}
      >
        {label}
      </button>
    );
  return (
    <>
      <button
        type="button"
        className="button"
        onClick={() => {
          setAsked(false);
          onDelete();
        }}
      >
        {label} for good
      </button>{" "}
      <button type="button" className="button" onClick={() => setAsked(false)}>
        Keep
      </button>
    </>
  );
}
