const name = /^[a-z0-9](?:[\w-]|[./:@](?![./:@]))*$/i;

/** Whether it may be an image's name: it becomes a part of a path. */
export const isImageName = (text: string): boolean => name.test(text) && text.length <= 500;

/** `python:3.12` is the repository python and its tag, `a@sha256:…` one image of a; without either it is the latest. */
export function splitImageName(text: string): {
  readonly repository: string;
  readonly tag: string;
} {
  const [, named, digest] = /^([^@]+)@(.+)$/s.exec(text) ?? [];
  if (named !== undefined && digest !== undefined) return { repository: named, tag: digest };
  const [, repository = text, tag = "latest"] = /^(.*):([^:/]+)$/s.exec(text) ?? [];
  return { repository, tag };
}
