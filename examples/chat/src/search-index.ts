import MiniSearch from 'minisearch'
import { type Block, type Passage, searchedText } from './passages.ts'
import { relatedTerms, terms } from './terms.ts'

/** A term of a question: how much it says (rare terms say more), and the terms that may stand for it. */
export interface WeighedTerm {
  readonly term: string
  readonly weight: number
  readonly related: readonly string[]
}

export interface Found {
  readonly passage: Passage
  readonly score: number
  /** How much of what the question asks about the passage speaks of, from 0 to 1. */
  readonly coverage: number
}

export interface PassageIndex {
  readonly size: number
  readonly weigh: (question: string) => readonly WeighedTerm[]
  readonly search: (question: string, limit: number) => readonly Found[]
  /** The passage that an earlier answer cited, if the documents still have it. */
  readonly passage: (id: string) => Passage | undefined
}

/** A related term is worth less than the word itself, or every question about stopping would read of failures. */
export const RELATED_WEIGHT = 0.6
/** Below this share of the question's weight, a passage shares words with it but not the subject. */
const LEAST_COVERAGE = 0.3

export function indexPassages(passages: readonly Passage[]): PassageIndex {
  const byId = new Map(passages.map((passage) => [passage.id, passage]))
  const index = new MiniSearch<Entry>({
    fields: ['heading', 'trail', 'prose', 'code'],
    // The entries hold terms, not text: each is worked out once, for the index and for the counts.
    tokenize: (joined) => (joined === '' ? [] : joined.split(' ')),
    processTerm: (one) => one,
  })
  const entries = passages.map(entryOf)
  index.addAll(entries)
  const holders = countHolders(entries)

  function weigh(question: string): readonly WeighedTerm[] {
    return [...new Set(terms(question))].map((one) => {
      const related = relatedTerms(one)
      return { term: one, weight: rarity(holders.get(one) ?? 0, passages.length), related }
    })
  }

  function search(question: string, limit: number): readonly Found[] {
    const asked = weigh(question)
    if (asked.length === 0) return []
    const boosts = new Map<string, number>(asked.flatMap(({ related }) => related.map((one) => [one, RELATED_WEIGHT])))
    for (const { term: own } of asked) boosts.set(own, 1)
    const results = index.search([...boosts.keys()].join(' '), {
      boost: { heading: 3, trail: 1.5, code: 0.5 },
      boostTerm: (one) => boosts.get(one) ?? 1,
      // A slip of the pen, but only in words long enough for one letter not to make another word.
      fuzzy: (one) => (one.length > 5 && !holders.has(one) ? 1 : false),
    })
    return results
      .slice(0, limit * 4)
      .flatMap(({ id, score, queryTerms }) => {
        const passage = byId.get(id as string)
        const coverage = coverageOf(asked, new Set(queryTerms))
        if (passage === undefined || coverage < LEAST_COVERAGE) return []
        return [{ passage, coverage, score: score * coverage * (1 + focus(passage.heading, asked)) }]
      })
      .sort((left, right) => right.score - left.score)
      .slice(0, limit)
  }

  return { size: passages.length, weigh, search, passage: (id) => byId.get(id) }
}

interface Entry {
  readonly id: string
  readonly heading: string
  readonly trail: string
  readonly prose: string
  readonly code: string
}

function entryOf({ id, heading, trail, blocks }: Passage): Entry {
  const prose = blocks.filter((block) => block.kind !== 'code')
  const code = blocks.filter((block) => block.kind === 'code')
  const joined = (parts: readonly Block[]): string => terms(parts.map(searchedText).join('\n')).join(' ')
  return {
    id,
    heading: terms(heading).join(' '),
    trail: terms(trail.slice(0, -1).join(' ')).join(' '),
    prose: joined(prose),
    code: joined(code),
  }
}

function countHolders(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const holders = new Map<string, number>()
  for (const { heading, trail, prose, code } of entries) {
    for (const one of new Set(`${heading} ${trail} ${prose} ${code}`.split(' ')))
      holders.set(one, (holders.get(one) ?? 0) + 1)
  }
  return holders
}

const rarity = (holding: number, of: number): number => Math.log(1 + (of - holding + 0.5) / (holding + 0.5))

function coverageOf(asked: readonly WeighedTerm[], matched: ReadonlySet<string>): number {
  let all = 0
  let covered = 0
  for (const { term: own, weight, related } of asked) {
    all += weight
    if (matched.has(own)) covered += weight
    else if (related.some((one) => matched.has(one))) covered += weight * RELATED_WEIGHT
  }
  return all === 0 ? 0 : covered / all
}

/** How nearly a heading says what the question says: 1 for "Stages" when it asks what a stage is. */
function focus(heading: string, asked: readonly WeighedTerm[]): number {
  const said = new Set(terms(heading))
  const shared = asked.filter(({ term: own, related }) => said.has(own) || related.some((one) => said.has(one))).length
  return said.size === 0 ? 0 : (2 * shared) / (said.size + asked.length)
}
