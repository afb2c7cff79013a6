import { type Token, type Tokens, lexer } from 'marked'

export interface Block {
  readonly kind: 'paragraph' | 'item' | 'code'
  readonly text: string
  readonly language?: string
}

export const isProgram = ({ kind, language = '' }: Block): boolean => kind === 'code' && /^[jt]sx?\b/.test(language)

/** The text under one heading of a page. */
export interface Section {
  readonly path: string
  /** The part of the page's URL after `#`. */
  readonly anchor: string
  /** The headings from the title of the page down to that of the section. */
  readonly trail: readonly string[]
  readonly blocks: readonly Block[]
}

/** Splits a Markdown page at its headings. */
export function sectionsOf(path: string, markdown: string): readonly Section[] {
  const sections: { anchor: string; trail: readonly string[]; blocks: Block[] }[] = []
  const taken = new Map<string, number>()
  let headings: { readonly depth: number; readonly text: string }[] = []
  let blocks: Block[] = []
  for (const token of lexer(markdown.replace(/^---\n[\s\S]*?\n---\n/, ''))) {
    if (token.type === 'heading') {
      const { depth } = token as Tokens.Heading
      headings = [...headings.filter((above) => above.depth < depth), { depth, text: withoutMarks(plainText(token)) }]
      blocks = []
      const trail = headings.map(({ text }) => text)
      const anchor = anchorOf(trail.at(-1) ?? '')
      const count = taken.get(anchor) ?? 0
      taken.set(anchor, count + 1)
      sections.push({ anchor: count === 0 ? anchor : `${anchor}-${count}`, trail, blocks })
      continue
    }
    if (sections.length === 0) sections.push({ anchor: '', trail: [path], blocks })
    blocks.push(...blocksOf(token))
  }
  return sections.filter((section) => section.blocks.length > 0).map((section) => ({ path, ...section }))
}

/** The anchor of a heading, as GitHub and the site make it. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}

function blocksOf(token: Token): readonly Block[] {
  switch (token.type) {
    case 'code':
      return [{ kind: 'code', text: token.text as string, language: (token as Tokens.Code).lang ?? '' }]
    case 'paragraph':
      return textBlock('paragraph', plainText(token))
    case 'list':
      return (token as Tokens.List).items.flatMap(({ tokens }) => {
        const [first, ...rest] = tokens
        return first === undefined ? [] : [...textBlock('item', plainText(first)), ...rest.flatMap(blocksOf)]
      })
    case 'table':
      return (token as Tokens.Table).rows.flatMap((cells) => {
        const [first = '', ...rest] = cells.map(plainText).filter((text) => text !== '')
        return textBlock('item', rest.length === 0 ? first : `${first}: ${rest.join('; ')}`)
      })
    case 'blockquote':
      return (token.tokens ?? []).flatMap(blocksOf)
    default:
      return []
  }
}

function textBlock(kind: 'paragraph' | 'item', marked: string): readonly Block[] {
  // A sentence that is nothing but a link leads nowhere in a quotation.
  const text = withoutMarks(marked.replace(/(^|[.!?] )\ue000[^\ue001]*\ue001\.(?: |$)/g, '$1'))
  return text === '' ? [] : [{ kind, text }]
}

const withoutMarks = (text: string): string => text.replace(/[\ue000\ue001]/g, '').trim()

/** Code spans keep their backticks. Emphasis and HTML become their text, and links their text between two marks. */
function plainText(token: { readonly type?: string; readonly tokens?: Token[]; readonly raw?: string }): string {
  if (token.type === 'codespan') return token.raw ?? ''
  if (token.type === 'html' || token.type === 'image') return ''
  const text = token.tokens === undefined ? ((token as Tokens.Text).text ?? '') : token.tokens.map(plainText).join('')
  return token.type === 'link' ? `\ue000${text}\ue001` : text.replace(/\s+/g, ' ')
}
