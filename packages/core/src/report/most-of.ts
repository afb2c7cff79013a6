/** A report and a result have at most so many child runs of a stage, and so many records of items of a map. */
export const MOST_LISTED = 1_000

/** The ones to list if there are too many: those with the lowest rank, and of one rank the first. */
export function mostOf<One>(all: readonly One[], rankOf: (one: One) => number): readonly One[] {
  if (all.length <= MOST_LISTED) return all
  return all.toSorted((one, other) => rankOf(one) - rankOf(other)).slice(0, MOST_LISTED)
}
