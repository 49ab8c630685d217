import type { Problem } from "../../contract/problem.ts";
import { objectPath, type Place } from "../queries.ts";

/** Sends a file as it lies on the disk; answers what went wrong. Of what browsers have, only this tells how far it is. */
export function upload(
  place: Place,
  file: File,
  onProgress: (sentBytes: number) => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest();
    call.open("PUT", objectPath(place, `${place.prefix}${file.name}`));
    call.setRequestHeader("content-type", "application/octet-stream");
    call.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
    call.addEventListener("load", () => resolve(call.status === 201 ? undefined : detailOf(call)));
    call.addEventListener("error", () => resolve("The server cannot be reached at the moment."));
    call.addEventListener("abort", () => resolve("It was broken off."));
    call.send(file);
  });
}

function detailOf({ status, responseText }: XMLHttpRequest): string {
  try {
    const problem: Problem = JSON.parse(responseText);
    return problem.detail;
  } catch {
    return `The server answered ${status}.`;
  }
}
