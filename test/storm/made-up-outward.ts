import type { Outward, OutwardAnswer, OutwardRequest } from "../../src/core/outward.ts";

/** Of so many requests one is answered so. */
const ONE_FAILS_OF = 40;
const ONE_IS_SILENT_OF = 90;

/** A forge and a webhook that hear everybody, but for those that the storm blows away. */
export class MadeUpOutward implements Outward {
  #sent = 0;

  async send({ url }: OutwardRequest): Promise<OutwardAnswer> {
    // GitHub's answer to who asks whether it may set statuses.
    if (url.endsWith("0".repeat(40))) return answered(422);
    this.#sent += 1;
    if (this.#sent % ONE_IS_SILENT_OF === 0) return { kind: "silent", reason: "The storm." };
    return answered(this.#sent % ONE_FAILS_OF === 0 ? 503 : 200);
  }

  refuse(): undefined {
    return undefined;
  }

  hasRoom(): boolean {
    return true;
  }
}

const answered = (status: number): OutwardAnswer => ({
  kind: "answered",
  status,
  headers: {},
  text: "",
});
