import { glob, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import MiniSearch from 'minisearch'

export interface Section {
  readonly page: string
  readonly heading: string
  readonly text: string
}

/** Finds sections of the documentation. */
export interface Docs {
  /** The best three, with the beginning of their text. */
  search(words: string): readonly Section[]
}

const MOST_CHARACTERS = 600

/** Reads the pages below `root`, and indexes their sections. */
export async function openDocs(root: string): Promise<Docs> {
  const index = new MiniSearch({
    fields: ['page', 'heading', 'text'],
    storeFields: ['page', 'heading', 'text'],
    searchOptions: { boost: { page: 3, heading: 3 }, prefix: true },
  })
  for await (const path of glob('docs/{how-to,concepts,start}/*.md', { cwd: root })) {
    const page = path.split(sep).join('/')
    const sections = (await readFile(join(root, path), 'utf8')).split(/^(?=##? )/m)
    index.addAll(sections.map((section, number) => ({ id: `${page}#${number}`, page, ...partsOf(section) })))
  }
  return {
    search: (words) =>
      index
        .search(words)
        .slice(0, 3)
        .map(({ page, heading, text }) => ({ page, heading, text: text.slice(0, MOST_CHARACTERS) })),
  }
}

function partsOf(section: string): Pick<Section, 'heading' | 'text'> {
  const [, heading = '', text = ''] = /^(?:#+ (.*)\n)?([^]*)$/.exec(section) ?? []
  return { heading, text: text.trim() }
}
