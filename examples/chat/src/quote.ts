import { type Block, isProgram, type Section } from './search/markdown.ts'
import type { Answerer } from './pipeline.ts'

const MOST_CHARACTERS = 700
const MOST_ITEMS = 8
const MOST_CODE_LINES = 45

/** Answers without a model and without a network: it quotes the best section of the best page, with its code. */
export const quotes: Answerer = {
  name: 'quotes',
  async *answer(_context, { pages: [page] }) {
    const text = quote(page?.sections ?? [])
    yield* text.match(/\s*\S+/g) ?? []
    return { text }
  },
}

function quote([best, second]: readonly Section[]): string {
  if (best === undefined) return ''
  const below = second?.blocks.find(isProgram)
  const example = best.blocks.find(isProgram) ?? below ?? best.blocks.find(isCommand)
  const parts = [cited(textOf(best.blocks, example))]
  if (example !== undefined && example === below) parts.push('For example:')
  if (example !== undefined) parts.push(fenced(example))
  return parts.join('\n\n')
}

/** The beginning of a section, down to its example. */
function textOf(blocks: readonly Block[], example: Block | undefined): string {
  let text = ''
  let items = 0
  for (const block of blocks) {
    if (text !== '' && (block === example || items >= MOST_ITEMS || text.length + block.text.length > MOST_CHARACTERS))
      break
    if (block.kind === 'code') continue
    if (block.kind === 'item') items += 1
    text += block.kind === 'item' ? `\n- ${block.text}` : `\n\n${block.text}`
  }
  return text.trim() || 'An example:'
}

const cited = (text: string): string => (text.endsWith(':') ? `${text.slice(0, -1)} [1]:` : `${text} [1]`)

const isCommand = ({ kind, language = '' }: Block): boolean => kind === 'code' && /^(?:sh|bash|json)\b/.test(language)

function fenced({ text, language = '' }: Block): string {
  const lines = text.split('\n')
  if (lines.length > MOST_CODE_LINES) lines.splice(MOST_CODE_LINES, Infinity, '// … the page has the rest')
  return `\`\`\`${language}\n${lines.join('\n')}\n\`\`\``
}
