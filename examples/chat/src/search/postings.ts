/** Where terms are, and how often. A holder is a page or a section; each has several places, such as its heading and its text. */
export class Postings {
  readonly #boosts: readonly number[]
  /** The counts of each holder of a term, by place. */
  readonly #holders = new Map<string, Map<number, number[]>>()
  /** How many terms each place of a holder has. */
  readonly #lengths: number[][] = []

  /** `boosts`: how much a term counts in each place. */
  constructor(boosts: readonly number[]) {
    this.#boosts = boosts
  }

  add(term: string, holder: number, place: number, count: number): void {
    if (count === 0) return
    let holders = this.#holders.get(term)
    if (holders === undefined) this.#holders.set(term, (holders = new Map()))
    addTo(holders, holder, place, count, this.#boosts.length)
    const lengths = (this.#lengths[holder] ??= this.#boosts.map(() => 0))
    lengths[place] = (lengths[place] ?? 0) + count
  }

  terms(): Iterable<string> {
    return this.#holders.keys()
  }

  /** How many holders have the term. */
  holders(term: string): number {
    return this.#holders.get(term)?.size ?? 0
  }

  /** The score of each holder by BM25+, with the weights of the terms: https://en.wikipedia.org/wiki/Okapi_BM25 */
  scores(query: ReadonlyMap<string, number>): ReadonlyMap<number, number> {
    const averages = this.#averageLengths()
    const scores = new Map<number, number>()
    for (const [term, weight] of query) {
      const holders = [...(this.#holders.get(term) ?? [])]
      for (const [place, boost] of this.#boosts.entries()) {
        // "Stage" is on every page, and in few titles: there it says much.
        const having = holders.filter(([, counts]) => (counts[place] ?? 0) > 0)
        const rarity = Math.log(1 + (this.#lengths.length - having.length + 0.5) / (having.length + 0.5))
        for (const [holder, counts] of having) {
          const count = counts[place] ?? 0
          const length = (this.#lengths[holder]?.[place] ?? 0) / (averages[place] ?? 1)
          const frequency = 0.5 + (2.2 * count) / (count + 1.2 * (0.3 + 0.7 * length))
          scores.set(holder, (scores.get(holder) ?? 0) + weight * boost * rarity * frequency)
        }
      }
    }
    return scores
  }

  #averageLengths(): readonly number[] {
    const { length } = this.#lengths
    return this.#boosts.map((_, place) => {
      const sum = this.#lengths.reduce((before, lengths) => before + (lengths[place] ?? 0), 0)
      return Math.max(1, sum / length)
    })
  }
}

function addTo(holders: Map<number, number[]>, holder: number, place: number, count: number, places: number): void {
  let counts = holders.get(holder)
  if (counts === undefined) holders.set(holder, (counts = new Array<number>(places).fill(0)))
  counts[place] = (counts[place] ?? 0) + count
}
