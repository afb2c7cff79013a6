/** A question for the name that `name` was probably meant to be, at most two edits away; undefined where there is none. */
export function didYouMean(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = 3
  for (const one of names) {
    if (Math.abs(one.length - name.length) >= least) continue
    const edits = distance(name, one, least)
    if (edits < least && edits < Math.max(name.length, one.length)) {
      least = edits
      best = one
    }
  }
  return best === undefined ? undefined : ` Did you mean "${best}"?`
}

/** Levenshtein's distance, a row at a time; stops at a row that has reached `most`. */
function distance(a: string, b: string, most: number): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    if (Math.min(...row) >= most) return most
    above = row
  }
  return above[b.length] ?? 0
}
