import { glob, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { StageflowError } from '@stageflow/core'
import { isProgram, type Section, sectionsOf } from './markdown.ts'
import { type Finding, Ranking } from './ranking.ts'
import { makeIndex, summaryOf } from './search-index.ts'
import { termsOf } from './words.ts'

/** The pages of this repository that are for users. */
export const REPOSITORY_PAGES: readonly string[] = [
  '{README,SECURITY,CONTRIBUTING}.md',
  'docs/{*,*/*}.md',
  'packages/*/README.md',
]
export const ALL_PAGES: readonly string[] = ['**/*.md']

export interface FoundPage {
  readonly path: string
  readonly title: string
  /** The first sentence of the page. */
  readonly summary: string
  /** The section that answers best. If it has no program and the page has one, the section with the program comes second. */
  readonly sections: readonly Section[]
}

export interface Found {
  /** The pages that are closest to the question, best first. */
  readonly pages: readonly FoundPage[]
  /** Whether the best page surely is about the question. */
  readonly isAnswer: boolean
}

const MOST_PAGES = 3
/** Below this confidence there is no answer, unless the page has most words of the question. Chosen with the off-topic questions of `questions/tuning.json`. */
const LEAST_CONFIDENCE = 0.58
const LEAST_WITH_MOST_WORDS = 0.45
const MOST_WORDS = 0.75
/** If the question has less in common with each of the three, none is shown. */
const LEAST_IN_COMMON = 0.2
const GOES_ON = /^(?:and|but|so|also|then|or|why|what about|how about)\b/i
const REFERS = /\b(?:it|its|that|this|they|them|those|these|ones?)\b/i

/** "and how do I test it?" is about the question before. "Is it better than LangGraph?" has a subject of its own. */
function isFollowUp(question: string): boolean {
  return GOES_ON.test(question) || (REFERS.test(question) && new Set(termsOf(question)).size < 2)
}

/** Reads all pages at once, and indexes them. */
export async function openLibrary(root: string, patterns: readonly string[]): Promise<Library> {
  const paths: string[] = []
  const exclude = (name: string): boolean =>
    /(?:^|[\\/])(?:node_modules|dist|changelog\.md|\.[^./\\][^/\\]*)$/i.test(name)
  for await (const path of glob([...patterns], { cwd: root, exclude })) if (!exclude(path)) paths.push(path)
  const pages = await Promise.all(
    paths.sort().map(async (path) => sectionsOf(path.split(sep).join('/'), await readFile(join(root, path), 'utf8'))),
  )
  const library = new Library(pages)
  if (library.size > 0) return library
  throw new StageflowError('chat/no-pages', `There are no Markdown pages in "${root}". Pass another folder: --docs DIR`)
}

/** Finds the pages that answer a question, and the passages in them. */
export class Library {
  readonly #ranking: Ranking
  /** The sections of each page, by its path. */
  readonly #sections: ReadonlyMap<string, readonly Section[]>

  constructor(pages: readonly (readonly Section[])[]) {
    this.#ranking = new Ranking(makeIndex(pages))
    this.#sections = new Map(
      pages.flatMap((sections) => (sections[0] === undefined ? [] : [[sections[0].path, sections]])),
    )
  }

  get size(): number {
    return this.#sections.size
  }

  /** A follow-up is about the earlier question too. */
  find(question: string, earlier: readonly string[] = []): Found {
    const before = isFollowUp(question) ? earlier.findLast((one) => termsOf(one).length > 0) : undefined
    const found = this.#ranking.rank(question, { before: before ?? '' }).slice(0, MOST_PAGES)
    const [best] = found
    const isAnswer = best !== undefined && isSurelyAbout(best)
    const isClose = found.some(({ confidence }) => confidence >= LEAST_IN_COMMON)
    return { isAnswer, pages: isClose ? found.map((finding) => this.#foundPage(finding)) : [] }
  }

  #foundPage({ page, sections: [best] }: Finding): FoundPage {
    const sections = this.#sections.get(page.path) ?? []
    const [opening, ...below] = sections
    const chosen = sections.find(({ anchor }) => anchor === best?.anchor) ?? opening
    const example =
      chosen === opening && opening !== undefined && !hasProgram(opening) ? below.find(hasProgram) : undefined
    const shown = [chosen, example].filter((section) => section !== undefined)
    return { path: page.path, title: page.title, summary: summaryOf(page), sections: shown }
  }
}

const hasProgram = ({ blocks }: Section): boolean => blocks.some(isProgram)

function isSurelyAbout({ confidence, words, asked }: Finding): boolean {
  const hasMostWords = words > 1 && words / asked >= MOST_WORDS
  return confidence >= (hasMostWords ? LEAST_WITH_MOST_WORDS : LEAST_CONFIDENCE)
}
