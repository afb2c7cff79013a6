const LONGEST_NAME = 64
/** Separates a name from the server or namespace that models put before it. */
const PREFIX = /[.:/]|__/

/** Finds the name that was probably meant: equal except for case, separators or a prefix such as `functions.`, or the one with the fewest edits. */
export function nearestName(names: readonly string[]): (name: string) => string | undefined {
  const known = names.map((name) => ({ name, letters: letters(name) }))
  return (name) => {
    if (name.length > LONGEST_NAME) return undefined
    const wanted = letters(name)
    const bare = letters(name.split(PREFIX).at(-1) ?? '')
    let best: string | undefined
    let least = Math.min(3, Math.max(1, Math.floor(wanted.length / 3))) + 1
    for (const candidate of known) {
      if (candidate.letters === wanted || candidate.letters === bare) return candidate.name
      if (Math.abs(candidate.letters.length - wanted.length) >= least) continue
      const edits = distance(wanted, candidate.letters, least)
      if (edits >= least) continue
      least = edits
      best = candidate.name
    }
    return best
  }
}

const letters = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

/** How many edits turn one string into the other, counted up to `most`. Two swapped letters count as two. */
function distance(from: string, to: string, most: number): number {
  const row = new Uint8Array(to.length + 1)
  for (let column = 1; column <= to.length; column++) row[column] = column
  for (let i = 0; i < from.length; i++) {
    // Further from the diagonal than `most`, there are more edits than that.
    const first = Math.max(0, i - most)
    const last = Math.min(to.length, i + most + 1)
    let diagonal = row[first] ?? 0
    row[first] = first === 0 ? i + 1 : most
    let fewest = row[first]
    for (let j = first; j < last; j++) {
      const above = row[j + 1] ?? 0
      const edits = Math.min(diagonal + (from[i] === to[j] ? 0 : 1), above + 1, (row[j] ?? 0) + 1)
      diagonal = above
      row[j + 1] = edits
      if (edits < fewest) fewest = edits
    }
    // No row has fewer than the one before it.
    if (fewest >= most) return most
  }
  return row[to.length] ?? 0
}
