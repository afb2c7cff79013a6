import type { Block, Passage } from './passages.ts'
import { MOST_ITEMS, type Sentence, sentencesOf } from './sentences.ts'

export interface Quotation {
  readonly text: string
  /** The blocks that it shows as a whole, lest they be shown again. */
  readonly shown: ReadonlySet<Block>
}

/** The first passage of an answer opens with its whole paragraph, if that is no longer than this. */
const SHORT_PARAGRAPH = 400
/** What a passage of nothing but code opens with. */
const HEADING: Block = { kind: 'paragraph', text: '' }

/** What is chosen of one passage, in reading order, with what it cannot be understood without, and its citation. */
export function quote(
  passage: Passage,
  chosen: readonly Sentence[],
  { citation, isFirst }: { readonly citation: string; readonly isFirst: boolean },
): Quotation {
  const sentences = inReadingOrder(passage, chosen, isFirst)
  const shown = new Set<Block>()
  const parts: Block[] = []
  for (const index of new Set(sentences.map((sentence) => sentence.block))) {
    const block = passage.blocks[index] ?? HEADING
    if (shown.has(block)) continue
    const own = sentences.filter((sentence) => sentence.block === index)
    parts.push({ ...block, text: own.map((sentence) => sentence.text).join(' ') })
    for (const announced of own.at(-1)?.announces ?? []) {
      shown.add(announced)
      parts.push(announced)
    }
  }
  const last = parts.findLastIndex((part) => part.kind !== 'code')
  const lines = parts.map((part, index) => {
    if (part.kind === 'code') return fenced(part)
    const text = index === last ? cite(part.text, citation) : part.text
    // A lone list item reads as the sentence that it is.
    return part.kind === 'paragraph' || parts.length === 1 ? text : `- ${text}`
  })
  return { text: lines.join('\n'), shown }
}

export const fenced = (block: Block): string => `\`\`\`${block.language ?? ''}\n${block.text}\n\`\`\``

function inReadingOrder(passage: Passage, chosen: readonly Sentence[], isFirst: boolean): readonly Sentence[] {
  const all = sentencesOf(passage)
  const isChosen = ({ block, position }: Sentence): boolean =>
    chosen.some((one) => one.passage === passage && one.block === block && one.position === position)
  const wanted = new Set(all.flatMap((sentence, index) => (isChosen(sentence) ? [index] : [])))
  // Grows while it is walked: the sentence before may itself lean on the one before it.
  for (const index of wanted) if (leansBack(all, index)) wanted.add(index - 1)
  for (const index of [...wanted]) if (leansBack(all, index + 1)) wanted.add(index + 1)
  if (!isFirst) return all.filter((_, index) => wanted.has(index))
  const opening = all[Math.min(...wanted)]?.block ?? 0
  const isShort = (passage.blocks[opening]?.text.length ?? 0) <= SHORT_PARAGRAPH
  const lists = new Set([...wanted].flatMap((index) => listAround(passage, all[index]?.block ?? 0)))
  return all.filter(
    ({ block }, index) => wanted.has(index) || (isShort && block === opening) || lists.has(passage.blocks[block]),
  )
}

/** The short list or table that a block is an item of: two of its six kinds would be a wrong answer to "which kinds". */
function listAround({ blocks }: Passage, at: number): readonly (Block | undefined)[] {
  const kind = blocks[at]?.kind
  if (kind !== 'item' && kind !== 'row') return []
  const before = blocks.slice(0, at).findLastIndex((block) => block.kind !== kind)
  const after = blocks.findIndex((block, index) => index > at && block.kind !== kind)
  const list = blocks.slice(before + 1, after === -1 ? blocks.length : after)
  return list.length <= MOST_ITEMS ? list : []
}

/** "It then …" says nothing without the sentence before it. */
function leansBack(all: readonly Sentence[], index: number): boolean {
  const sentence = all[index]
  if (sentence === undefined || all[index - 1]?.block !== sentence.block) return false
  return /^(?:it|its|this|that|these|those|they|such|so|then|otherwise|but|and|both|there)\b/i.test(sentence.text)
}

/** The number stands before a colon, with the words and not with what they announce. */
const cite = (text: string, citation: string): string =>
  text.endsWith(':') ? `${text.slice(0, -1)} ${citation}:` : `${text} ${citation}`
