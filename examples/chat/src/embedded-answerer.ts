import type { Answerer, AnswerRequest } from './answerer.ts'
import { type Block, type Passage, searchedText } from './passages.ts'
import { fenced, quote } from './quotation.ts'
import { chooseSentences } from './relevance.ts'
import type { WeighedTerm } from './search-index.ts'
import { MOST_CODE_LINES } from './sentences.ts'
import { terms } from './terms.ts'

const NOTHING_FOUND =
  'I found nothing about this in the documentation. Ask with other words, or name the thing itself: a stage, a pipeline, an output, an interceptor.'
/** Diagrams, and what a program printed. */
const NO_EXAMPLE = /^(?:mermaid|text|output|)$/
const FOLLOW_UP =
  /^(?:and|but|so|also|then|or|why|what about|how about)\b|\b(?:it|its|that|this|they|them|their|those|these)\b/i

/** Answers without a model and without the network: it quotes the sentences that speak most of what was asked, and cites them. */
export function embeddedAnswerer(weigh: (question: string) => readonly WeighedTerm[]): Answerer {
  return {
    name: 'embedded',
    provider: 'stageflow',
    mustCite: true,
    async *answer(request) {
      const { paragraphs, passages } = compose(request, weigh)
      for (const token of paragraphs.join('\n\n').match(/\s*\S+/g) ?? []) yield { text: token }
      yield { finishReason: 'stop' }
      return passages
    },
  }
}

interface Answer {
  readonly paragraphs: readonly string[]
  readonly passages: readonly Passage[]
}

function compose(
  { question, passages, earlier }: AnswerRequest,
  weigh: (question: string) => readonly WeighedTerm[],
): Answer {
  const own = weigh(question)
  const isFollowUp = FOLLOW_UP.test(question) || own.length === 0
  // Behind a "why?" stands the question before it.
  const before = isFollowUp ? earlier.findLast((turn) => weigh(turn.question).length > 0) : undefined
  // A follow-up ("and how do I test that?") is about what came before it: half of its subject, and its sources, come from there.
  const asked = before === undefined ? own : joined(own, weigh(before.question))
  const told = before?.passages.filter((passage) => own.length === 0 || mentions(passage, own)) ?? []
  const candidates = [...new Set([...passages, ...told])]
  const chosen = chooseSentences(candidates, asked, question)
  if (chosen.length === 0) return { paragraphs: [NOTHING_FOUND], passages: [] }

  const used = [...new Set(chosen.map((sentence) => sentence.passage))]
  const example = bestExample(used, asked)
  const paragraphs = used.flatMap((passage, index) => {
    const { text, shown } = quote(passage, chosen, { citation: `[${index + 1}]`, isFirst: index === 0 })
    const code = example?.passage === passage && !shown.has(example.block) ? [fenced(example.block)] : []
    return [text, ...code]
  })
  return { paragraphs, passages: used }
}

function mentions(passage: Passage, asked: readonly WeighedTerm[]): boolean {
  const said = new Set(terms([...passage.trail, ...passage.blocks.map((block) => block.text)].join('\n')))
  return asked.some(({ term }) => said.has(term))
}

function joined(own: readonly WeighedTerm[], before: readonly WeighedTerm[]): readonly WeighedTerm[] {
  const known = new Set(own.map((one) => one.term))
  return [...own, ...before.filter((one) => !known.has(one.term)).map((one) => ({ ...one, weight: one.weight / 2 }))]
}

function bestExample(
  passages: readonly Passage[],
  asked: readonly WeighedTerm[],
): { readonly passage: Passage; readonly block: Block } | undefined {
  let best: { readonly passage: Passage; readonly block: Block; readonly score: number } | undefined
  // An example that shows less than half of what was asked is an example of something else.
  const least = asked.reduce((sum, { weight }) => sum + weight, 0) / 2
  for (const passage of passages) {
    for (const block of passage.blocks) {
      if (
        block.kind !== 'code' ||
        NO_EXAMPLE.test(block.language ?? '') ||
        block.text.split('\n').length > MOST_CODE_LINES
      )
        continue
      const shown = new Set(terms(searchedText(block)))
      if (!asked.some(({ term, related }) => shown.has(term) || related.some((one) => shown.has(one)))) continue
      const said = new Set([...shown, ...terms(passage.trail.slice(-2).join(' '))])
      const score = asked.reduce(
        (sum, { term, related, weight }) => sum + (said.has(term) || related.some((one) => said.has(one)) ? weight : 0),
        0,
      )
      if (score >= least && score > (best?.score ?? 0)) best = { passage, block, score }
    }
  }
  return best
}
