import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Encrypts what must not lie readable in the database: AES-256-GCM, as `iv | tag | ciphertext`. */
export function seal(key: Uint8Array, text: string): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** Throws a sentence where the key is another one. */
export function unseal(key: Uint8Array, sealed: Buffer): string {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString("utf8");
  } catch (error) {
    throw new Error(
      "A secret in the database cannot be read with this ASSAY_SECRET_KEY: start with the key that it was written with.",
      { cause: error },
    );
  }
}
