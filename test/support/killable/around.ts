/** Told of a point; where somebody waits for it, it answers when that one says so. */
export type Reach = (point: string) => Promise<void>;

/** A part of the platform with a point before and after each of the methods that have a label; `instead` replaces methods. */
export function around<Part extends object>(
  part: Part,
  labels: Partial<Readonly<Record<keyof Part, string>>>,
  reach: Reach,
  instead: Partial<Part> = {},
): Part {
  const label = new Map<string | symbol, unknown>(Object.entries(labels));
  return new Proxy(part, {
    get(target, name) {
      const method: unknown = Reflect.get(name in instead ? instead : target, name, target);
      if (typeof method !== "function") return method;
      const its = label.get(name);
      if (typeof its !== "string") return method.bind(target);
      return async (...args: readonly unknown[]) => {
        await reach(`before ${its}`);
        const answer: unknown = await Reflect.apply(method, target, args);
        await reach(`after ${its}`);
        return answer;
      };
    },
  });
}
