/** Lets go of it when the work is over, however it ends. (The parser that checks the import rule knows no `await using`.) */
export async function closing<Resource extends { close(): Promise<void> }, Result>(
  resource: Resource,
  work: (resource: Resource) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(resource);
  } finally {
    await resource.close();
  }
}
