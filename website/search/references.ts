import { sectionsOf } from '../../examples/chat/src/search/markdown.ts'
import type { IndexedPage } from '../../examples/chat/src/search/search-index.ts'

/** The names of one page of the API reference, with their anchors: its exports, then their methods. */
export function referenceOf(path: string, markdown: string): IndexedPage {
  const sections = sectionsOf(path, markdown)
  // The headings are: package, "Classes", name, "Methods", name.
  const exported = sections.filter(({ trail }) => trail.length === 3)
  const methods = sections.filter(({ trail }) => trail.length === 5 && trail[3] === 'Methods')
  return {
    path,
    title: sections[0]?.trail[0] ?? path,
    opening: '',
    sections: [...exported, ...methods].map(({ anchor, trail }) => ({
      anchor,
      heading: (trail.at(-1) ?? '').replace(/\(\)$/, ''),
    })),
  }
}
