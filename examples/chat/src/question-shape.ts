import { stem, terms } from './terms.ts'

/** The terms of what a question wants to have defined. */
export type Subject = readonly string[]

const QUESTION = /^\s*(?:what(?:'s| is| are)|define|explain|describe)\s+(?:an?\s+|the\s+)?([^?.!]+)/i
const DEFINITION = /^((?:\S+\s+){1,4}?)(?:is|are|means|describes|names|says|holds|carries|wraps)\b/
/** "Stages that are ready …" is about some of them. */
const ABOUT_SOME = /\b(?:that|which|who|whose|when|if)\b/i
const LONGEST_SUBJECT = 3

/** What "What is a stage?" asks for; undefined when the question is of another sort. */
export function subjectOf(question: string): Subject | undefined {
  const asked = terms(QUESTION.exec(question)?.[1] ?? '')
  return asked.length === 0 || asked.length > LONGEST_SUBJECT + identifierTerms(question) ? undefined : asked
}

/** "A stage is the unit of work", "Stages are …", "A `StageOutput` says …": the subject and nothing else, then what it is or does. */
export function defines(sentence: string, subject: Subject): boolean {
  const opening = DEFINITION.exec(sentence)?.[1]
  if (opening === undefined || ABOUT_SOME.test(opening)) return false
  const names = opening
    .split(/\s+/)
    .map(terms)
    .filter((name) => name.length > 0)
  // `StageOutput` is an identifier and then its words: it names a stage output. "Stage outputs" does not name a stage.
  const isSubject = (name: Subject): boolean =>
    (name.length > 1 ? name.slice(1) : name).every((one) => subject.includes(one))
  const named = new Set(names.flat())
  return names.length > 0 && names.every(isSubject) && subject.every((one) => named.has(one))
}

/** How much of the wording of two texts is the same, from 0 to 1; small words count, as "when" and "how" ask for different things. */
export function likeness(one: string, other: string): number {
  const left = wordsOf(one)
  const right = wordsOf(other)
  const shared = [...left].filter((word) => right.has(word)).length
  return shared / Math.max(1, left.size + right.size - shared)
}

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set((text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(stem))

/** An identifier is one thing with several terms. */
const identifierTerms = (question: string): number => (/\p{Ll}\p{Lu}|\w\.\w/u.test(question) ? LONGEST_SUBJECT : 0)
