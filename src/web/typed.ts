/** What was typed or chosen in a form's field; empty where nothing was. */
export function typed(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}
