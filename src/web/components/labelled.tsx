import type { ReactNode } from "react";

interface LabelledProps {
  readonly label: string;
  /** What it means, below. */
  readonly hint?: string;
  readonly children: ReactNode;
}

/** A field under its label. */
export function Labelled({ label, hint, children }: LabelledProps) {
  return (
    <div>
      <label className="flex flex-col gap-1">
        {label}
        {children}
      </label>
      {hint !== undefined && <p className="mt-1 text-[13px] text-quiet">{hint}</p>}
    </div>
  );
}
