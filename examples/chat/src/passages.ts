import type { Document } from './documents.ts'

export interface Block {
  readonly kind: 'paragraph' | 'item' | 'row' | 'code'
  readonly text: string
  readonly language?: string
}

/** What stands under one heading of one document. */
export interface Passage {
  /** Stable while the document keeps its headings, so that an earlier answer can be traced to it. */
  readonly id: string
  readonly path: string
  readonly heading: string
  /** The headings above, from the title down, and this one last. */
  readonly trail: readonly string[]
  readonly blocks: readonly Block[]
}

/** What of a block is searched. A command that quotes a question shows how to ask it, and says nothing about its answer. */
export function searchedText({ kind, text, language = '' }: Block): string {
  if (kind !== 'code') return text
  if (language === 'mermaid') return ''
  return /^(?:sh|bash|console|shell|zsh)$/.test(language) ? text.replace(/"[^"\n]*"|'[^'\n]*'/g, '') : text
}

const HEADING = /^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$/
const FENCE = /^\s*(`{3,}|~{3,})\s*([\w-]*)/
const ITEM = /^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?/
const ROW = /^\s*\|.*\|\s*$/
const TABLE_RULE = /^\s*\|[\s|:-]+\|\s*$/

/** Splits documents at their headings; a code fence stays with the heading it stands under, whatever it contains. */
export function passagesOf(documents: readonly Document[]): readonly Passage[] {
  return documents.flatMap(splitDocument)
}

function splitDocument({ path, text }: Document): readonly Passage[] {
  const passages: Passage[] = []
  const taken = new Map<string, number>()
  let trail: { readonly depth: number; readonly text: string }[] = []
  let section: string[] = []

  function close(): void {
    const blocks = blocksOf(section)
    section = []
    if (blocks.length === 0) return
    const headings = trail.length === 0 ? [path] : trail.map((heading) => heading.text)
    const anchor = slug(headings.at(-1) ?? path)
    const seen = taken.get(anchor) ?? 0
    taken.set(anchor, seen + 1)
    const id = `${path}#${anchor}${seen === 0 ? '' : `-${seen}`}`
    passages.push({ id, path, heading: headings.at(-1) ?? path, trail: headings, blocks })
  }

  let fence: string | undefined
  for (const line of withoutPreamble(text).split(/\r?\n/)) {
    const opened = FENCE.exec(line)?.[1]
    if (fence !== undefined) {
      if (opened !== undefined && closes(line, fence)) fence = undefined
    } else if (opened !== undefined) {
      fence = opened
    } else {
      const heading = HEADING.exec(line)
      if (heading?.[1] !== undefined && heading[2] !== undefined) {
        close()
        const depth = heading[1].length
        trail = [...trail.filter((above) => above.depth < depth), { depth, text: plain(heading[2]) }]
        continue
      }
    }
    section.push(line)
  }
  close()
  return passages
}

function blocksOf(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = []
  let open: { kind: 'paragraph' | 'item'; text: string } | undefined
  let code:
    | { readonly fence: string; readonly language: string; readonly indent: number; readonly lines: string[] }
    | undefined

  function flush(): void {
    if (open !== undefined && open.text.trim() !== '') blocks.push({ kind: open.kind, text: plain(open.text) })
    open = undefined
  }
  function endCode(): void {
    if (code === undefined) return
    const { indent, language } = code
    const text = code.lines.map((line) => line.slice(Math.min(indent, line.search(/\S|$/)))).join('\n')
    if (text.trim() !== '') blocks.push({ kind: 'code', text: text.trimEnd(), language })
    code = undefined
  }

  for (const line of lines) {
    if (code !== undefined) {
      if (closes(line, code.fence)) endCode()
      else code.lines.push(line)
      continue
    }
    const fence = FENCE.exec(line)
    if (fence?.[1] !== undefined) {
      flush()
      code = { fence: fence[1], language: fence[2] ?? '', indent: line.search(/\S/), lines: [] }
    } else if (TABLE_RULE.test(line)) {
      // The row above the rule names the columns: as a sentence of its own it would say nothing.
      if (blocks.at(-1)?.kind === 'row') blocks.pop()
    } else if (line.trim() === '') {
      flush()
    } else if (ROW.test(line)) {
      flush()
      blocks.push({ kind: 'row', text: rowText(line) })
    } else if (ITEM.test(line)) {
      flush()
      open = { kind: 'item', text: line.replace(ITEM, '') }
    } else {
      open ??= { kind: 'paragraph', text: '' }
      open.text += `${open.text === '' ? '' : ' '}${line.trim().replace(/^>\s?(?:\[![A-Z]+\]\s*)?/, '')}`
    }
  }
  flush()
  endCode() // a fence that nobody closed runs to the end of its section
  return blocks
}

const closes = (line: string, fence: string): boolean => {
  const bare = line.trim()
  return bare.startsWith(fence) && bare === fence.charAt(0).repeat(bare.length)
}

function withoutPreamble(text: string): string {
  const body = text.replace(/^\uFEFF/, '').replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n/, '')
  return body.replace(/<!--[\s\S]*?-->/g, '')
}

/** `| a | b | c |` reads as `a: b; c`. A bar inside backticks or escaped belongs to its cell. */
function rowText(line: string): string {
  const cells =
    line
      .trim()
      .slice(1, -1)
      .match(/(?:\\\||`[^`]*`|[^|])+/g) ?? []
  const [first = '', ...rest] = cells
    .map((cell) => plain(cell.trim().replaceAll('\\|', '|')))
    .filter((cell) => cell !== '')
  return rest.length === 0 ? first : `${first}: ${rest.join('; ')}`
}

const HTML_TAG = /<\/?(?:a|b|br|details|div|em|h[1-6]|i|img|kbd|p|picture|source|span|strong|sub|summary|sup)\b[^>]*>/gi

/** Links become their text, emphasis goes, code spans stay: what is left reads well in a terminal. */
function plain(markdown: string): string {
  const spans: string[] = []
  // Code is put aside, so that nothing in it is taken for markup; private characters stand for it meanwhile.
  const marked = markdown
    .replace(/[\ue000\ue001]/g, '')
    .replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, (span) => `\ue000${spans.push(span) - 1}\ue001`)
  return marked
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(HTML_TAG, '')
    .replace(/(\*\*|__)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/(^|[\s(])[*_](?=\S)([^*_]*\S)[*_](?=$|[\s.,;:!?)])/g, '$1$2')
    .replace(/\ue000(\d+)\ue001/g, (_, index: string) => spans[Number(index)] ?? '')
    .replace(/\s+/g, ' ')
    .trim()
}

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
