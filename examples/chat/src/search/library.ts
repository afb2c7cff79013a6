import { glob, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { StageflowError } from '@stageflow/core'
import MiniSearch from 'minisearch'
import { entryOf, PLACES, placesOf, worthOf } from './entries.ts'
import { isProgram, type Section, sectionsOf } from './markdown.ts'
import { synonymsOf, termsOf } from './words.ts'

/** The pages of this repository that are for users. */
export const REPOSITORY_PAGES: readonly string[] = [
  '{README,SECURITY,CONTRIBUTING}.md',
  'docs/{*,*/*}.md',
  'packages/*/README.md',
]
export const ALL_PAGES: readonly string[] = ['**/*.md']

/** A page, as an answer to a question. */
interface Finding {
  readonly path: string
  /** The sections that match the question, best first. */
  readonly sections: readonly Section[]
  readonly score: number
  /** The share of the question that the page is about, from 0 to 1. */
  readonly confidence: number
  readonly isAnswer: boolean
}

export interface Answerable {
  /** The best sections of the best pages. Empty: no page answers the question. */
  readonly sections: readonly Section[]
  /** Pages that may help if there is no answer. */
  readonly nearest: readonly string[]
}

/** Below this confidence there is no answer, unless the page has most words of the question. Chosen with the off-topic questions of `questions/tuning.json`. */
const LEAST_CONFIDENCE = 0.53
const LEAST_WITH_MOST_WORDS = 0.42
const MOST_WORDS = 0.75
const LEAST_FOR_HINT = 0.25
/** Pages that are looked at closely. */
const MOST_PAGES = 15
/** Pages whose best section a model may read beside the answer. */
const MORE_PAGES = 2
const GOES_ON = /^(?:and|but|so|also|then|or|why|what about|how about)\b/i
const REFERS = /\b(?:it|its|that|this|they|them|those|these|ones?)\b/i

/** "and how do I test it?" is about the question before. "Is it better than LangGraph?" has a subject of its own. */
function isFollowUp(question: string): boolean {
  return GOES_ON.test(question) || (REFERS.test(question) && new Set(termsOf(question)).size < 2)
}

interface Page {
  readonly path: string
  readonly sections: ReadonlyMap<string, Section>
  /** Each term of the page, with the worth of the best place that has it. */
  readonly terms: ReadonlyMap<string, number>
}

/** Reads all pages at once, and indexes them. */
export async function openLibrary(root: string, patterns: readonly string[]): Promise<Library> {
  const paths: string[] = []
  const exclude = (name: string): boolean =>
    /(?:^|[\\/])(?:node_modules|dist|CHANGELOG\.md|\.[^./\\][^/\\]*)$/.test(name)
  for await (const path of glob([...patterns], { cwd: root, exclude })) paths.push(path)
  const pages = await Promise.all(
    paths.sort().map(async (path) => sectionsOf(path.split(sep).join('/'), await readFile(join(root, path), 'utf8'))),
  )
  const library = new Library(pages)
  if (library.size > 0) return library
  throw new StageflowError('chat/no-pages', `There are no Markdown pages in "${root}". Pass another folder: --docs DIR`)
}

/** A word on one page says no more than one on two pages. */
const LEAST_HOLDERS = 2
/** Which kinds of pages a kind of question is about. A page that shows how comes before the README of a package. */
const PRIORS: readonly { readonly asked: RegExp; readonly pages: RegExp; readonly factor: number }[] = [
  { asked: /./, pages: /^docs\/(?:how-to|start)\//, factor: 1.1 },
  { asked: /./, pages: /^(?:README|docs\/concepts\/)/, factor: 1.05 },
  { asked: /^(?:what|which|why)\b/i, pages: /^(?:README|docs\/(?:concepts|start)\/)/, factor: 1.15 },
  {
    asked: /^(?:does|do|can|will|is)\b.*\b(?:work|run|use)\b.*\b(?:in|on|with)\b|\bsupport|\bversions?\b/i,
    pages: /support\.md/,
    factor: 1.6,
  },
  // Pages for people who extend Stageflow, and the long list of codes, have many words, and few questions are about them.
  {
    asked: /^(?!.*\b(?:own|custom|write|publish|develop)\b)/i,
    pages: /hooks\.md|plugin-|\/write-an?-|^CONTRIBUTING/,
    factor: 0.75,
  },
  { asked: /^(?!.*(?:\w\/\w|\berror codes?\b))/i, pages: /errors\.md/, factor: 0.6 },
]
/** A synonym counts less than the word itself. */
const SYNONYM_WEIGHT = 0.65
/** What was asked before counts less than what is asked now. */
const FOLLOW_UP_WEIGHT = 0.7

/** Searches pages first, then the sections of the best pages. */
export class Library {
  readonly #pages = new Map<string, Page>()
  /** How many pages have a term. */
  readonly #holders = new Map<string, number>()
  readonly #pageIndex: MiniSearch
  readonly #sectionIndex: MiniSearch

  constructor(pages: readonly (readonly Section[])[]) {
    // The indexes get terms instead of text, so that each text is split and stemmed once.
    const terms = { tokenize: (joined: string) => joined.split(' '), processTerm: (term: string) => term }
    this.#pageIndex = new MiniSearch({ ...terms, idField: 'path', fields: Object.keys(PLACES) })
    this.#sectionIndex = new MiniSearch({ ...terms, fields: ['heading', 'text', 'code'] })
    for (const sections of pages) {
      const [opening] = sections
      if (opening === undefined) continue
      const entries = sections.map(entryOf)
      const places = placesOf(opening, entries)
      this.#pageIndex.add(places)
      this.#sectionIndex.addAll(entries)
      const byId = new Map(sections.map((section) => [section.id, section]))
      const page = { path: opening.path, sections: byId, terms: worthOf(places) }
      this.#pages.set(page.path, page)
      for (const term of page.terms.keys()) this.#holders.set(term, (this.#holders.get(term) ?? 0) + 1)
    }
  }

  get size(): number {
    return this.#pages.size
  }

  /** Finds the answer to a question. A follow-up is about the earlier question too. */
  find(question: string, earlier: readonly string[] = []): Answerable {
    const found = this.#search(question, earlier)
    const [best, ...others] = found
    if (best === undefined || !best.isAnswer) {
      const near = found.filter(({ confidence }) => confidence >= LEAST_FOR_HINT)
      return { sections: [], nearest: near.slice(0, 2).map(({ path }) => path) }
    }
    const more = others.slice(0, MORE_PAGES).flatMap(({ sections }) => sections.slice(0, 1))
    return { sections: [...this.#withExample(best, question), ...more], nearest: [] }
  }

  /** The section that answers. The opening of a page often has no program; the first one below comes with it. */
  #withExample({ path, sections: [matching] }: Finding, question: string): readonly Section[] {
    const [opening, ...below] = this.#pages.get(path)?.sections.values() ?? []
    const title = termsOf(opening?.trail[0] ?? '')
    // The opening of a page answers a question about all of the page.
    const chosen = termsOf(question).every((term) => title.includes(term)) ? opening : (matching ?? opening)
    if (chosen === undefined) return []
    const example = chosen === opening && !hasProgram(opening) ? below.find(hasProgram) : undefined
    return example === undefined ? [chosen] : [chosen, example]
  }

  /** The pages that match, best first. */
  #search(question: string, earlier: readonly string[]): readonly Finding[] {
    const weights = new Map(termsOf(question).map((term) => [term, 1]))
    const before = isFollowUp(question) ? earlier.findLast((one) => termsOf(one).length > 0) : undefined
    for (const term of termsOf(before ?? '')) if (!weights.has(term)) weights.set(term, FOLLOW_UP_WEIGHT)
    const query = new Map<string, number>()
    for (const [term, weight] of weights) {
      query.set(term, weight)
      const others = synonymsOf(term)
      for (const other of others) {
        const share = (weight * SYNONYM_WEIGHT) / Math.sqrt(others.length)
        query.set(other, Math.max(query.get(other) ?? 0, share))
      }
    }
    const options = { tokenize: (text: string) => text.split(' '), boostTerm: (term: string) => query.get(term) ?? 1 }
    const words = [...query.keys()].join(' ')
    const pages = this.#pageIndex.search(words, { ...options, boost: { title: 3, heading: 2, opening: 2, code: 0.3 } })
    const sections = this.#sectionIndex.search(words, { ...options, boost: { heading: 3, code: 0.3 } })
    const bestPage = pages[0]?.score ?? 1
    const bestSection = sections[0]?.score ?? 1
    return pages
      .slice(0, MOST_PAGES)
      .flatMap(({ id, score }): Finding[] => {
        const page = this.#pages.get(id as string)
        if (page === undefined) return []
        const own = sections.filter((section) => (section.id as string).startsWith(`${page.path}#`))
        const about = this.#aboutness(page, weights)
        const matching = own
          .flatMap(({ id, score }) => {
            const section = page.sections.get(id as string)
            if (section === undefined) return []
            const likeness = this.#likeness(section.trail.at(-1) ?? '', weights, query)
            return [{ section, score: (score / bestSection + likeness) / 2 }]
          })
          .sort((one, other) => other.score - one.score)
        const match = score / bestPage + (matching[0]?.score ?? 0)
        const total = match * (0.3 + about.confidence) * priorOf(question, page.path)
        return [{ path: page.path, sections: matching.map(({ section }) => section), score: total, ...about }]
      })
      .sort((one, other) => other.score - one.score)
  }

  /** How much of the question the page is about. An off-topic question has words that no page of ours has. */
  #aboutness(page: Page, weights: ReadonlyMap<string, number>): Pick<Finding, 'confidence' | 'isAnswer'> {
    let about = 0
    let asked = 0
    let words = 0
    for (const [term, weight] of weights) {
      const worth = weight * this.#rarity(term)
      const others = synonymsOf(term).map((other) => SYNONYM_WEIGHT * (page.terms.get(other) ?? 0))
      const best = Math.max(page.terms.get(term) ?? 0, ...others)
      asked += worth
      about += worth * best
      if (best >= PLACES.text) words += 1
    }
    const confidence = asked === 0 ? 0 : about / asked
    const hasMostWords = words > 1 && words / weights.size >= MOST_WORDS
    return { confidence, isAnswer: confidence >= (hasMostWords ? LEAST_WITH_MOST_WORDS : LEAST_CONFIDENCE) }
  }

  /** How much a heading and a question have in common, from 0 to 1. */
  #likeness(heading: string, weights: ReadonlyMap<string, number>, query: ReadonlyMap<string, number>): number {
    let common = 0
    let all = 0
    for (const term of new Set(termsOf(heading))) {
      common += this.#rarity(term) * (query.get(term) ?? 0)
      all += this.#rarity(term)
    }
    for (const [term, weight] of weights) all += this.#rarity(term) * weight
    return all === 0 ? 0 : (2 * common) / all
  }

  #rarity(term: string): number {
    return Math.log(1 + this.size / Math.max(this.#holders.get(term) ?? 0, LEAST_HOLDERS))
  }
}

const hasProgram = ({ blocks }: Section): boolean => blocks.some(isProgram)

const priorOf = (question: string, path: string): number =>
  PRIORS.reduce(
    (prior, { asked, pages, factor }) => (asked.test(question) && pages.test(path) ? prior * factor : prior),
    1,
  )
