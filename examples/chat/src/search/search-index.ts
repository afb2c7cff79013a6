import type { Section } from './markdown.ts'
import { termsOf } from './words.ts'

/** What a search needs to know about pages. It is JSON: the site builds it once, and a browser loads it. */
export interface SearchIndex {
  readonly pages: readonly IndexedPage[]
  /** Pages of the API reference: each section is a name, and is found by this name only. */
  readonly references: readonly IndexedPage[]
  /**
   * Where each term is, in pairs: how many sections after the one before, counted over all pages, and how often, as `pack` writes it.
   */
  readonly terms: Readonly<Record<string, readonly number[]>>
}

export interface IndexedPage {
  readonly path: string
  readonly title: string
  /** The first paragraph. */
  readonly opening: string
  readonly sections: readonly IndexedSection[]
}

export interface IndexedSection {
  /** What follows `#` in the address of the section. */
  readonly anchor: string
  readonly heading: string
}

/** How often a section has a term: in its heading, its text and its code. */
export type Counts = readonly [heading: number, text: number, code: number]

export function makeIndex(
  pages: readonly (readonly Section[])[],
  references: readonly IndexedPage[] = [],
): SearchIndex {
  const terms = new Map<string, { last: number; readonly pairs: number[] }>()
  for (const [number, section] of pages.flat().entries()) {
    for (const [term, counts] of countsIn(section)) {
      const entry = terms.get(term) ?? { last: 0, pairs: [] }
      entry.pairs.push(number - entry.last, pack(counts))
      entry.last = number
      terms.set(term, entry)
    }
  }
  return {
    pages: pages.flatMap((sections) => (sections[0] === undefined ? [] : [pageOf(sections[0], sections)])),
    references,
    terms: Object.fromEntries([...terms].map(([term, { pairs }]) => [term, pairs])),
  }
}

function pageOf({ path, trail, blocks }: Section, sections: readonly Section[]): IndexedPage {
  return {
    path,
    title: trail[0] ?? path,
    opening: blocks.find(({ kind }) => kind === 'paragraph')?.text ?? '',
    sections: sections.map((section) => ({ anchor: section.anchor, heading: section.trail.at(-1) ?? '' })),
  }
}

function countsIn({ trail, blocks }: Section): ReadonlyMap<string, Counts> {
  const counts = new Map<string, [number, number, number]>()
  function add(text: string, place: 0 | 1 | 2): void {
    for (const term of termsOf(text)) {
      const count = counts.get(term) ?? [0, 0, 0]
      count[place] += 1
      counts.set(term, count)
    }
  }
  add(trail.at(-1) ?? '', 0)
  for (const { kind, text } of blocks) add(text, kind === 'code' ? 2 : 1)
  return counts
}

/** One number below 64. Higher counts say no more. */
const pack = ([heading, text, code]: Counts): number =>
  Math.min(heading, 1) + 2 * Math.min(text, 7) + 16 * Math.min(code, 3)

export const unpack = (packed: number): Counts => [packed % 2, Math.floor(packed / 2) % 8, Math.floor(packed / 16)]

/** The first sentence of a page. A colon in code ends no sentence. */
export function summaryOf({ opening }: IndexedPage): string {
  const sentence = /^(?:`[^`]*`|[^`])+?[.!?:](?=\s|$)/s.exec(opening)?.[0] ?? opening
  return sentence.replace(/:$/, '.')
}
