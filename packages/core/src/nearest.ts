/** A question for the name that `name` was probably meant to be, at most `most` edits away, whatever its case; undefined where there is none. */
export function didYouMean(name: string, names: Iterable<string>, most = 2): string | undefined {
  let best: string | undefined
  let least = most + 1
  for (const one of names) {
    if (Math.abs(one.length - name.length) >= least) continue
    const edits = distance(name.toLowerCase(), one.toLowerCase(), least)
    if (edits < least && edits < Math.max(name.length, one.length)) {
      least = edits
      best = one
    }
  }
  return best === undefined ? undefined : ` Did you mean "${best}"?`
}

/** Levenshtein's distance, in which two neighbors that changed places are one edit; stops at a row that has reached `most`. */
function distance(a: string, b: string, most: number): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  let twoAbove: number[] = []
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (twoAbove[j - 2] ?? most) + 1 : most
      row.push(Math.min(replaced, swapped, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    if (Math.min(...row) >= most) return most
    twoAbove = above
    above = row
  }
  return above[b.length] ?? 0
}
