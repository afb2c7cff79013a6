import type { Block, Section } from './markdown.ts'
import { termsOf } from './words.ts'

/** How much one place of a page counts for the subject of the page. */
export const PLACES = { title: 1, heading: 0.85, opening: 0.8, text: 0.5, code: 0.2 } as const
type Place = keyof typeof PLACES

/** The terms of a section. */
export interface Entry {
  readonly id: string
  readonly heading: string
  readonly text: string
  readonly code: string
}

export function entryOf({ id, trail, blocks }: Section): Entry {
  const termsIn = (kinds: readonly Block['kind'][]): string =>
    blocks.flatMap(({ kind, text }) => (kinds.includes(kind) ? termsOf(text) : [])).join(' ')
  return {
    id,
    heading: termsOf(trail.at(-1) ?? '').join(' '),
    text: termsIn(['paragraph', 'item']),
    code: termsIn(['code']),
  }
}

/** The terms of a page, by place. */
export type Places = Readonly<Record<Place | 'path', string>>

export function placesOf({ path, trail, blocks }: Section, entries: readonly Entry[]): Places {
  // The file name often has the word that people search.
  const name =
    path
      .replace(/(?:\/README)?\.md$/, '')
      .split('/')
      .at(-1) ?? ''
  const opening = blocks.find(({ kind }) => kind === 'paragraph')?.text ?? ''
  const all = (what: 'heading' | 'text' | 'code'): string => entries.map((entry) => entry[what]).join(' ')
  return {
    path,
    title: termsOf(`${trail[0]} ${name}`).join(' '),
    opening: termsOf(opening).join(' '),
    heading: all('heading'),
    text: all('text'),
    code: all('code'),
  }
}

/** Each term of a page, with the worth of the best place that has it. */
export function worthOf(places: Places): ReadonlyMap<string, number> {
  const terms = new Map<string, number>()
  for (const [place, worth] of Object.entries(PLACES))
    for (const term of places[place as Place].split(' ')) terms.set(term, Math.max(worth, terms.get(term) ?? 0))
  return terms
}
