import { Postings } from './postings.ts'
import { type IndexedPage, type IndexedSection, type SearchIndex, unpack } from './search-index.ts'
import { synonymsOf, termsOf } from './words.ts'

/** A page that matches a question. */
export interface Finding {
  readonly page: IndexedPage
  /** The sections that match, best first. If all of the question is in the title, the opening is the best. */
  readonly sections: readonly IndexedSection[]
  readonly score: number
  /** The share of the question that the page is about, from 0 to 1. */
  readonly confidence: number
  /** How many words of the question the page has. */
  readonly words: number
  /** How many words of the question have a subject. */
  readonly asked: number
}

export interface RankOptions {
  /** The question before, if this one goes on from it. Its words count less. */
  readonly before?: string
  /** The last word may be unfinished, and words may be misspelled. Default: false. */
  readonly isTyped?: boolean
}

/** How much a match counts for the order of the pages and of the sections of a page. Titles beat sections. */
const BOOSTS = { title: 3, heading: 2, opening: 2, text: 1, code: 0.3 }
/** How much a place counts for what the page is about. */
const WORTH = { title: 1, heading: 0.85, opening: 0.8, text: 0.5, code: 0.2 }
type Place = keyof typeof BOOSTS
const PLACES = Object.keys(BOOSTS) as readonly Place[]
const SECTION_BOOSTS = [3, 1, 0.3]

/** Pages that are looked at closely. */
const MOST_PAGES = 15
/** A word on one page says no more than one on two pages. */
const LEAST_HOLDERS = 2
/** A synonym counts less than the word itself. */
const SYNONYM_WEIGHT = 0.65
/** "withStage" is found as "stage" too. */
const PART_WEIGHT = 0.4
const EARLIER_WEIGHT = 0.7
/** A word that the typed one may become. */
const GUESS_WEIGHT = 0.8
const MOST_GUESSES = 5
const LEAST_MISSPELLED = 5

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
  // Few questions are about pages for people who extend Stageflow, and about long lists, which have many words.
  {
    asked: /^(?!.*\b(?:own|custom|write|publish|develop)\b)/i,
    pages: /hooks\.md|plugin-|\/write-an?-|contracts\.md|mutants\.md|installs\.md|^CONTRIBUTING/,
    factor: 0.75,
  },
  { asked: /^(?!.*(?:\w\/\w|\berror codes?\b))/i, pages: /errors\.md/, factor: 0.6 },
]

/** Ranks pages first, then the sections of the best pages. The site and the chat search with it. */
export class Ranking {
  readonly #index: SearchIndex
  readonly #byPage = new Postings(Object.values(BOOSTS))
  readonly #bySection = new Postings(SECTION_BOOSTS)
  /** The number of the first section of each page. */
  readonly #firstSections: readonly number[]
  /** Each term of each page, with the worth of the best place that has it. */
  readonly #worth: readonly Map<string, number>[]

  constructor(index: SearchIndex) {
    this.#index = index
    const pageOfSection = index.pages.flatMap(({ sections }, page) => sections.map(() => page))
    this.#firstSections = index.pages.map((_, page) => pageOfSection.indexOf(page))
    this.#worth = index.pages.map(() => new Map<string, number>())
    for (const [term, pairs] of Object.entries(index.terms)) {
      let section = 0
      for (let at = 0; at < pairs.length; at += 2) {
        section += pairs[at] ?? 0
        const counts = unpack(pairs[at + 1] ?? 0)
        for (const [place, count] of counts.entries()) this.#bySection.add(term, section, place, count)
        const [heading, text, code] = counts
        const page = pageOfSection[section] ?? 0
        this.#addToPage(page, 'heading', term, heading)
        this.#addToPage(page, 'text', term, text)
        this.#addToPage(page, 'code', term, code)
      }
    }
    for (const [page, { path, title, opening }] of index.pages.entries()) {
      for (const term of termsOf(`${title} ${nameOf(path)}`)) this.#addToPage(page, 'title', term, 1)
      for (const term of termsOf(opening)) this.#addToPage(page, 'opening', term, 1)
    }
  }

  #addToPage(page: number, place: Place, term: string, count: number): void {
    if (count === 0) return
    this.#byPage.add(term, page, PLACES.indexOf(place), count)
    const worth = this.#worth[page]
    worth?.set(term, Math.max(worth.get(term) ?? 0, WORTH[place]))
  }

  /** The pages that match, best first. */
  rank(question: string, { before = '', isTyped = false }: RankOptions = {}): readonly Finding[] {
    const weights = this.#weightsOf(question, before, isTyped)
    const query = withSynonyms(weights)
    const pages = [...this.#byPage.scores(query)].sort(([, one], [, other]) => other - one)
    const sectionScores = this.#bySection.scores(query)
    const bestPage = pages[0]?.[1] ?? 1
    const bestSection = Math.max(...sectionScores.values(), Number.MIN_VALUE)
    const findings = pages.slice(0, MOST_PAGES).flatMap(([number, pageScore]): Finding[] => {
      const page = this.#index.pages[number]
      if (page === undefined) return []
      const matching = page.sections
        .flatMap((section, index) => {
          const score = sectionScores.get((this.#firstSections[number] ?? 0) + index)
          if (score === undefined) return []
          const likeness = this.#likeness(section.heading, weights, query)
          return [{ section, score: (score / bestSection + likeness) / 2 }]
        })
        .sort((one, other) => other.score - one.score)
      const prior = priorOf(question, page.path)
      const about = this.#aboutness(number, weights)
      const match = pageScore / bestPage + (matching[0]?.score ?? 0)
      const score = match * (0.3 + about.confidence) * prior
      const matched = matching.map(({ section }) => section)
      // A long list has most words somewhere, so they say little about its subject.
      const confidence = about.confidence * Math.min(1, prior)
      const sections = hasAll(page.title, question) ? page.sections : matched
      return [{ page, sections, score, ...about, confidence }]
    })
    const best = Math.max(0, ...findings.map(({ score }) => score))
    return [...findings, ...this.#referencesTo(question, best, isTyped)].sort((one, other) => other.score - one.score)
  }

  /** The terms of a question, with their weights. */
  #weightsOf(question: string, before: string, isTyped: boolean): ReadonlyMap<string, number> {
    const weights = new Map(termsOf(question.toLowerCase()).map((term) => [term, 1]))
    const addAll = (terms: readonly string[], weight: number): void => {
      for (const term of terms) if (!weights.has(term)) weights.set(term, weight)
    }
    addAll(termsOf(question), PART_WEIGHT)
    addAll(termsOf(before), EARLIER_WEIGHT)
    if (!isTyped) return weights
    const unknown = [...weights.keys()].filter((term) => this.#byPage.holders(term) + synonymsOf(term).length === 0)
    for (const term of unknown) {
      const guesses = this.#guesses(term)
      if (guesses.length === 0) continue
      weights.delete(term)
      addAll(guesses, GUESS_WEIGHT / Math.sqrt(guesses.length))
    }
    return weights
  }

  /** Known terms that begin with this one; otherwise those that differ from it by one letter. */
  #guesses(term: string): readonly string[] {
    const terms = [...this.#byPage.terms()]
    const longer = terms.filter((one) => one.startsWith(term))
    const near =
      longer.length > 0 || term.length < LEAST_MISSPELLED ? longer : terms.filter((one) => isOneEditAway(one, term))
    return near.sort((one, other) => this.#byPage.holders(other) - this.#byPage.holders(one)).slice(0, MOST_GUESSES)
  }

  /**
   * A name such as `withStage` leads to its reference: first if nothing else was asked, otherwise second. A name that is also a word,
   * such as `retry`, leads to the tasks first.
   */
  #referencesTo(question: string, best: number, isTyped: boolean): readonly Finding[] {
    const words = question.match(/[\w$]+/g) ?? []
    const isAlone = words.length === 1
    return words.flatMap((word) => {
      if (!isAlone && !isCodeLike(word)) return []
      const asked = word.toLowerCase()
      const isNamed = ({ heading }: IndexedSection): boolean => heading.toLowerCase() === asked
      const begins = ({ heading }: IndexedSection): boolean => heading.toLowerCase().startsWith(asked)
      const found = this.#reference(isNamed) ?? (isTyped && isCodeLike(word) ? this.#reference(begins) : undefined)
      if (found === undefined) return []
      const isOnlyName = isCodeLike(word) || isCodeLike(found.sections[0]?.heading ?? '')
      const share = !isOnlyName ? 0.5 : isAlone ? 1.1 : 0.95
      return [{ ...found, score: share * Math.max(best, Number.MIN_VALUE), confidence: 1, words: 1, asked: 1 }]
    })
  }

  /** The first page of the API reference with such a name. */
  #reference(isMeant: (section: IndexedSection) => boolean): Pick<Finding, 'page' | 'sections'> | undefined {
    for (const page of this.#index.references) {
      const sections = page.sections.filter(isMeant)
      if (sections.length > 0) return { page, sections }
    }
    return undefined
  }

  /** How much of the question the page is about. An off-topic question has words that no page of ours has. */
  #aboutness(page: number, weights: ReadonlyMap<string, number>): Pick<Finding, 'confidence' | 'words' | 'asked'> {
    let about = 0
    let all = 0
    let words = 0
    for (const [term, weight] of weights) {
      const rarity = weight * this.#rarity(term)
      const worthOf = (one: string): number => this.#worth[page]?.get(one) ?? 0
      const best = Math.max(worthOf(term), ...synonymsOf(term).map((other) => SYNONYM_WEIGHT * worthOf(other)))
      all += rarity
      about += rarity * best
      if (best >= WORTH.text) words += 1
    }
    return { confidence: all === 0 ? 0 : about / all, words, asked: weights.size }
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
    return Math.log(1 + this.#index.pages.length / Math.max(this.#byPage.holders(term), LEAST_HOLDERS))
  }
}

function hasAll(title: string, question: string): boolean {
  const terms = termsOf(title)
  return termsOf(question).every((term) => terms.includes(term))
}

/** The file name often has the word that people search. */
const nameOf = (path: string): string =>
  path
    .replace(/(?:\/README)?\.md$/, '')
    .split('/')
    .at(-1) ?? ''

/** Only a name of the API has a capital letter after a small one. */
const isCodeLike = (word: string): boolean => /[a-z][A-Z]/.test(word)

/** Whether one letter added, left out or changed makes one word of the other. */
function isOneEditAway(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  if (long.length - short.length > 1) return false
  let at = 0
  while (at < short.length && short[at] === long[at]) at += 1
  const rest = long.length === short.length ? short.slice(at + 1) : short.slice(at)
  return rest === long.slice(at + 1)
}

function withSynonyms(weights: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const query = new Map(weights)
  for (const [term, weight] of weights) {
    const others = synonymsOf(term)
    const share = (weight * SYNONYM_WEIGHT) / Math.sqrt(others.length)
    for (const other of others) query.set(other, Math.max(query.get(other) ?? 0, share))
  }
  return query
}

const priorOf = (question: string, path: string): number =>
  PRIORS.reduce(
    (prior, { asked, pages, factor }) => (asked.test(question) && pages.test(path) ? prior * factor : prior),
    1,
  )
