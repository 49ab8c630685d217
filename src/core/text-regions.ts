interface Region {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** Labelled parts of a text, collected in any order, then looked up by index. */
export class Regions {
  readonly #regions: Region[] = [];

  add(start: number, end: number, label: string): void {
    if (end > start) this.#regions.push({ start, end, label });
  }

  /** The label at an index; of regions inside each other, the outermost one's. */
  lookUp(): (index: number) => string | undefined {
    const regions = withoutOverlap(this.#regions);
    return (index) => {
      let low = 0;
      let high = regions.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((regions[middle]?.end ?? 0) > index) high = middle;
        else low = middle + 1;
      }
      const region = regions[low];
      return region !== undefined && region.start <= index ? region.label : undefined;
    };
  }
}

function withoutOverlap(regions: readonly Region[]): readonly Region[] {
  const apart: Region[] = [];
  for (const region of regions.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = apart.at(-1);
    if (last === undefined || region.start >= last.end) apart.push(region);
    else if (region.end > last.end) apart.push({ ...region, start: last.end });
  }
  return apart;
}
