import { anchorOf } from '../../examples/chat/src/search/markdown.ts'
import type { IndexedPage } from '../../examples/chat/src/search/search-index.ts'

/** A page with a part of a long reference says so below its title, and its headings are one level higher. */
const PART = /^Exports of `(?<name>[^`]+)`\.$/m

/** The names of one page of the API reference, with their anchors: its exports, then their methods. */
export function referenceOf(path: string, markdown: string): IndexedPage {
  const taken = new Map<string, number>()
  const exported: { readonly anchor: string; readonly heading: string }[] = []
  const methods: { readonly anchor: string; readonly heading: string }[] = []
  const part = PART.exec(markdown)?.groups?.['name']
  const level = part === undefined ? 3 : 2
  let title = part ?? path
  for (const [, marks = '', text = ''] of markdown.matchAll(/^(#{1,6}) +(.+)$/gm)) {
    const name = text.replace(/\\(.)/g, '$1')
    const count = taken.get(anchorOf(name)) ?? 0
    taken.set(anchorOf(name), count + 1)
    const anchor = count === 0 ? anchorOf(name) : `${anchorOf(name)}-${count}`
    const section = { anchor, heading: name.replace(/\(\)$/, '') }
    // The headings are: package, "Classes", a name, "Methods", the name of a method.
    if (marks.length === 1) title = part ?? name
    if (marks.length === level) exported.push(section)
    if (marks.length === level + 2 && name.endsWith('()')) methods.push(section)
  }
  return { path, title, opening: '', sections: [...exported, ...methods] }
}
