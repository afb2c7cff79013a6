import { readFile } from 'node:fs/promises'

export const LONGEST_QUESTION = 2_000

interface Rule {
  readonly what: string
  readonly pattern: string
}

/** Control characters other than tabs and line ends, bytes that could not be decoded, and marks that reorder the text shown. */
const UNPRINTABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu
const SECRET = /\bsk-[\w-]{20,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}|-----BEGIN [A-Z ]*PRIVATE KEY-----/

/** The reason to refuse a question, or undefined. The rules show how a guard works. A determined attacker gets around them. */
export async function reasonToRefuse(question: string): Promise<string | undefined> {
  const text = question.replace(INVISIBLE, '').toLowerCase().replaceAll('’', "'").replace(/\s+/g, ' ').trim()
  if (text === '') return 'The question is empty. Ask something, for example: What is a stage?'
  if (question.length > LONGEST_QUESTION)
    return `The question has more than ${LONGEST_QUESTION} characters. Ask in fewer words.`
  if (UNPRINTABLE.test(question)) return 'The question contains control characters. Ask in plain text.'
  const rules = JSON.parse(await readFile(new URL('guard-rules.json', import.meta.url), 'utf8')) as readonly Rule[]
  const broken = rules.find(({ pattern }) => new RegExp(pattern).test(text))
  if (broken !== undefined)
    return `The question looks like an attempt to misuse the model: ${broken.what}. Ask about Stageflow instead.`
}

/** The reason to refuse an answer, or undefined. It never quotes the answer. */
export function reasonToWithhold(answer: string, pages: number, secrets: readonly string[]): string | undefined {
  if (answer.trim() === '') return 'The answer is empty. Ask again.'
  if (SECRET.test(answer) || secrets.some((secret) => answer.includes(secret)))
    return 'The answer contains something that looks like a secret, such as an API key. It was not stored.'
  const unknown = citedIn(answer).find((number) => number < 1 || number > pages)
  if (unknown !== undefined) return `The answer cites [${unknown}], and there are only ${pages} pages.`
}

/** The numbers that an answer cites, such as [1] or [2, 3], in order. Brackets in code don't count. */
export function citedIn(answer: string): readonly number[] {
  const prose = answer.replace(/```[\s\S]*?(?:```|$)/g, ' ').replace(/`[^`\n]*`/g, ' ')
  const numbers = [...prose.matchAll(/\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g)].flatMap(([, list = '']) => list.split(','))
  return [...new Set(numbers.map(Number))].sort((one, other) => one - other)
}
