import { type Passage, searchedText } from './passages.ts'
import { defines, likeness, type Subject, subjectOf } from './question-shape.ts'
import { RELATED_WEIGHT, type WeighedTerm } from './search-index.ts'
import { type Sentence, sentencesOf } from './sentences.ts'
import { terms } from './terms.ts'

/** BM25's saturation and length constants, at the values it is usually run with. */
const SATURATION = 1.2
const LENGTH = 0.5
/** A sentence inherits part of what its heading says: under "Stop a run", "Return cancel" is about stopping. */
const HEADING_WEIGHT = 0.5
/** So does a sentence that announces a list or an example: what it announces comes along. */
const ANNOUNCED_WEIGHT = 0.7
const MOST_SENTENCES = 6
const MOST_PASSAGES = 3
const MOST_CHARACTERS = 1_000
/** "More: context and data flow." points to an answer and gives none. */
const POINTER = /^(?:more|see|read)\b.{0,80}$/i
/** A sentence like this is a list that was written as one. */
const LONG_SENTENCE = 400
/** Of the best sentence's score: what is further below it is about something else, and soonest in another passage. */
const LEAST_SHARE = { samePassage: 0.45, otherPassage: 0.65 } as const

/** The sentences that say most about what was asked, best passage first, none of them twice in other words. */
export function chooseSentences(
  passages: readonly Passage[],
  asked: readonly WeighedTerm[],
  question: string,
): readonly Sentence[] {
  const subject = subjectOf(question)
  const all = passages.flatMap((passage, rank) => sentencesOf(passage).map((sentence) => ({ sentence, rank })))
  const average = all.reduce((sum, { sentence }) => sum + sentence.terms.length, 0) / Math.max(1, all.length)
  // Headings are often questions themselves: the one that asks this very question heads the answer to it.
  // Only as far as it names the same things, lest every "How do I write …" heads a question about writing.
  const alike = passages.map(({ heading }) => 1 + likeness(question, heading) * coverageOf(heading, asked))
  const scored = all
    .map(({ sentence, rank }) => ({
      sentence,
      score: (score(sentence, asked, average, subject) * (alike[rank] ?? 1)) / (1 + rank * 0.15),
    }))
    .filter((one) => one.score > 0)
    .sort((left, right) => right.score - left.score)
  const first = scored[0]
  if (first === undefined) return []
  const chosen: Sentence[] = []
  let characters = 0
  for (const { sentence, score: own } of scored) {
    const isSame = sentence.passage === first.sentence.passage
    const least = first.score * (isSame ? LEAST_SHARE.samePassage : LEAST_SHARE.otherPassage)
    if (own < least || chosen.length === MOST_SENTENCES) continue
    const known = new Set(chosen.map((one) => one.passage))
    if (known.size === MOST_PASSAGES && !known.has(sentence.passage)) continue
    if (chosen.length > 0 && characters + sentence.text.length > MOST_CHARACTERS) continue
    if (chosen.some((one) => overlap(one.terms, sentence.terms) > 0.6)) continue
    chosen.push(sentence)
    characters += sentence.text.length
  }
  return chosen
}

function score(
  sentence: Sentence,
  asked: readonly WeighedTerm[],
  average: number,
  subject: Subject | undefined,
): number {
  // An example alone shows how, and never says what a thing is.
  if (subject !== undefined && sentence.block === -1) return 0
  const own = countOf(sentence.terms)
  const announced = new Set(sentence.announces.flatMap((block) => terms(searchedText(block))))
  const heading = new Set(terms(sentence.passage.trail.slice(-2).join(' ')))
  const length = 1 - LENGTH + (LENGTH * sentence.terms.length) / Math.max(1, average)
  let total = 0
  let spoken = 0
  let covered = 0
  let all = 0
  for (const term of asked) {
    const here = Math.max(
      best(term, (one) => own.get(one) ?? 0),
      best(term, (one) => (announced.has(one) ? ANNOUNCED_WEIGHT : 0)),
    )
    const frequency = here + best(term, (one) => (heading.has(one) ? HEADING_WEIGHT : 0))
    total += (term.weight * frequency * (SATURATION + 1)) / (frequency + SATURATION * length)
    spoken += here
    covered += term.weight * Math.min(1, frequency)
    all += term.weight
  }
  // A heading alone carries the sentences that open its passage, not the whole page below it.
  if (spoken === 0 && sentence.block > 1) return 0
  // A sentence about all of the question beats one that says a single word of it three times.
  total *= 0.3 + (0.7 * covered) / all
  if (sentence.block === 0) total *= 1.15
  if (sentence.text.length > LONG_SENTENCE) total *= 0.6
  if (subject !== undefined && defines(sentence.text, subject)) return total * 2 + all * 2
  if (POINTER.test(sentence.text)) return total * 0.2
  // A colon with nothing that can be shown after it, such as a diagram, leaves the reader waiting.
  const isFragment = sentence.text.endsWith(':') ? sentence.announces.length === 0 : sentence.terms.length < 4
  return isFragment ? total * 0.4 : total
}

/** The share of the question's weight that a text speaks of, from 0 to 1. */
function coverageOf(text: string, asked: readonly WeighedTerm[]): number {
  const said = new Set(terms(text))
  const covered = asked.reduce((sum, term) => sum + term.weight * best(term, (one) => (said.has(one) ? 1 : 0)), 0)
  return (
    covered /
    Math.max(
      1e-9,
      asked.reduce((sum, { weight }) => sum + weight, 0),
    )
  )
}

/** What the term itself is worth somewhere, or the best of what may stand for it, which is worth less. */
const best = ({ term, related }: WeighedTerm, worth: (term: string) => number): number =>
  Math.max(worth(term), ...related.map((one) => RELATED_WEIGHT * worth(one)))

function countOf(all: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

function overlap(left: readonly string[], right: readonly string[]): number {
  const one = new Set(left)
  const other = new Set(right)
  const shared = [...one].filter((term) => other.has(term)).length
  return shared / Math.max(1, Math.min(one.size, other.size))
}
