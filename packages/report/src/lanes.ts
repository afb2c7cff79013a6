/** A stretch of time that needs a lane of its own. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Gives each span a lane, from 0 up, so that no two spans of a lane overlap, with as few lanes as possible. */
export function assignLanes(spans: readonly Span[]): readonly number[] {
  const lanes = new Array<number>(spans.length).fill(0)
  const isPlaced = new Array<boolean>(spans.length).fill(false)
  const numbered: Numbered[] = spans.map(({ from, to }, index) => ({ from, to: Math.max(from, to), index }))
  const starts = numbered.toSorted((a, b) => a.from - b.from || a.to - b.to)
  const ends = numbered.toSorted((a, b) => a.to - b.to || a.from - b.from)
  const free: number[] = []
  let count = 0
  let endedCount = 0
  for (const { from, index } of starts) {
    // Frees the lanes of all spans that have ended by now.
    while (endedCount < ends.length) {
      const { to, index: endedIndex } = ends[endedCount] as Numbered
      // An empty span ends where it starts, so its lane is free only after the span has one.
      if (to > from || isPlaced[endedIndex] !== true) break
      free.push(lanes[endedIndex] as number)
      endedCount++
    }
    lanes[index] = free.pop() ?? count++
    isPlaced[index] = true
  }
  return lanes
}

interface Numbered extends Span {
  readonly index: number
}
