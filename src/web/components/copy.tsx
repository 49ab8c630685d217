import { useState } from "react";

/** Copies what it stands beside. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <button
      type="button"
      className="cursor-pointer px-1 text-quiet hover:text-ink"
      aria-label={`Copy ${what}`}
      onClick={() => void copy()}
    >
      <svg viewBox="0 0 16 16" className="inline size-3.5 align-[-2px]" aria-hidden="true">
        <path d={isCopied ? TICK : SHEETS} fill="none" stroke="currentColor" strokeWidth="1.5" />
      </svg>
    </button>
  );
}

const TICK = "M3 8.5 6.5 12 13 4.5";
const SHEETS = "M5.5 5.5h8v8h-8zM10.5 5V2.5h-8v8H5";
