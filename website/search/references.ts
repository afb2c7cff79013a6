import { anchorOf } from '../../examples/chat/src/search/markdown.ts'
import type { IndexedPage } from '../../examples/chat/src/search/search-index.ts'

/** The names of one page of the API reference, with their anchors: its exports, then their methods. */
export function referenceOf(path: string, markdown: string): IndexedPage {
  const taken = new Map<string, number>()
  const exported: { readonly anchor: string; readonly heading: string }[] = []
  const methods: { readonly anchor: string; readonly heading: string }[] = []
  let title = path
  for (const [, marks = '', text = ''] of markdown.matchAll(/^(#{1,6}) +(.+)$/gm)) {
    const name = text.replace(/\\(.)/g, '$1')
    const count = taken.get(anchorOf(name)) ?? 0
    taken.set(anchorOf(name), count + 1)
    const anchor = count === 0 ? anchorOf(name) : `${anchorOf(name)}-${count}`
    const section = { anchor, heading: name.replace(/\(\)$/, '') }
    // The headings are: package, "Classes", a name, "Methods", the name of a method.
    if (marks.length === 1) title = name
    if (marks.length === 3) exported.push(section)
    if (marks.length === 5 && name.endsWith('()')) methods.push(section)
  }
  return { path, title, opening: '', sections: [...exported, ...methods] }
}
