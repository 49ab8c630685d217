import { useId } from "react";

interface VerbButtonProps {
  readonly label: string;
  /** Why it cannot be done now; null: it can. */
  readonly reason: string | null;
  readonly isBusy: boolean;
  readonly onAct: () => void;
}

/** What cannot be done is there, and says why: disabled, but reached by the keyboard and by screen readers. */
export function VerbButton({ label, reason, isBusy, onAct }: VerbButtonProps) {
  const id = useId();
  const isDisabled = reason !== null || isBusy;
  return (
    <>
      <button
        type="button"
        className="button"
        aria-disabled={isDisabled}
        aria-describedby={reason === null ? undefined : id}
        title={reason ?? ""}
        onClick={() => {
          if (!isDisabled) onAct();
        }}
      >
        {label}
      </button>
      {reason !== null && (
        <span id={id} hidden>
          {reason}
        </span>
      )}
    </>
  );
}
