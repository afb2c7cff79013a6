import { citedNumbers } from './answerer.ts'

export const LONGEST_QUESTION = 2_000

export type Verdict = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string }

/** C0 and C1 controls but for tab and line ends, what stands for undecodable bytes, lone surrogates, noncharacters. */
const BINARY = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\p{Surrogate}\p{Noncharacter_Code_Point}]/u
/** They reorder what is shown, so that the eye reads another question than the program. */
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}]/gu

interface Hostile {
  readonly pattern: RegExp
  readonly what: string
}

/** The common shapes only: a screen that shows how a guard refuses, not a defence that a person cannot talk around. */
const HOSTILE: readonly Hostile[] = [
  {
    what: 'it asks to set instructions aside',
    pattern:
      /\b(?:ignore|disregard|forget|override|bypass)\b[^.?!]{0,25}\b(?:previous|prior|above|earlier|preceding|your|system|original|initial)\b(?:[^.?!]{0,30}\b(?:instructions?|prompts?|rules|guidelines|directions|directives|messages)\b)/,
  },
  {
    what: 'it asks to set instructions aside',
    pattern:
      /\b(?:ignore|disregard|forget)\s+(?:all|any|every|everything)(?:\s+of)?(?:\s+the)?\s+(?:instructions?|rules|prompts?|guidelines|above|before|you (?:were|have been) told)\b/,
  },
  {
    what: 'it asks for the hidden prompt',
    pattern:
      /\b(?:reveal|show|print|repeat|output|tell|give|leak|dump|display|read|write|translate|summari[sz]e|what(?:'s| is| are| were))\b[^.?!]{0,30}\b(?:your|the|its)\s+(?:\w+\s+)?(?:system prompt|hidden prompt|initial prompt|system message|(?:system|initial|hidden|secret|original) instructions?)\b/,
  },
  {
    what: 'it asks for the hidden prompt',
    pattern:
      /\b(?:reveal|show|print|repeat|output|tell me|leak|dump|what(?:'s| is| are| were))\s+(?:me\s+)?(?:all\s+(?:of\s+)?)?your\s+(?:\w+\s+)?(?:prompt|instructions?|rules)\b/,
  },
  {
    what: 'it asks for credentials',
    pattern:
      /\b(?:reveal|show|print|output|leak|dump|give|tell|what(?:'s| is| are))\b[^.?!]{0,25}\byour\b[^.?!]{0,20}\b(?:api[ _-]?keys?|credentials|passwords?|tokens?|secrets?|environment variables)\b/,
  },
  {
    what: 'it tries to give the model another role',
    pattern:
      /\b(?:you are now|act as|pretend (?:to be|you are|that you are)|behave as)\b[^.?!]{0,40}\b(?:dan|jailbroken|unrestricted|unfiltered|without (?:any )?(?:rules|restrictions|limits)|developer mode|no (?:rules|restrictions|limits))\b|\bdo anything now\b/,
  },
  {
    what: 'it contains the marks that separate messages for a model',
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|>|\[\/?inst\]|<<\/?sys>>|(?:^|\n)\s*#{0,3}\s*(?:system|assistant)\s*:/,
  },
]

/** A question as every later stage reads it, or why it is refused. */
export function checkQuestion(question: string): Verdict {
  // Before anything reads it all: normalising alone can make a text eighteen times as long.
  if (question.length > LONGEST_QUESTION) return tooLong(question)
  const text = question.normalize('NFKC').trim()
  if (text.replace(INVISIBLE, '').trim() === '')
    return refused('The question is empty. Ask something, for example: What is a stage?')
  if (text.length > LONGEST_QUESTION) return tooLong(text)
  if (BINARY.test(text))
    return refused('The question contains control characters or bytes that are not text. Ask in plain text.')
  if (REORDERING.test(text))
    return refused('The question contains characters that reorder what is shown. Write it without them.')
  const bare = text
    .replace(INVISIBLE, '')
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/[^\S\n]+/g, ' ')
  const found = HOSTILE.find(({ pattern }) => pattern.test(bare))
  if (found !== undefined)
    return refused(
      `The question looks like an attempt to misuse the model: ${found.what}. Ask about Stageflow instead.`,
    )
  return { ok: true, text }
}

const SECRET =
  /\bsk-[\w-]{20,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}|\bxox[abps]-[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/

export interface AnswerCheck {
  /** How many passages the answerer numbered. */
  readonly numbered: number
  readonly mustCite: boolean
  /** Values that no answer may contain, such as the key of the model's server. */
  readonly secrets: readonly string[]
}

/** An answer that may be kept, or why not. No reason quotes what it refuses. */
export function checkAnswer(answer: string, { numbered, mustCite, secrets }: AnswerCheck): Verdict {
  if (answer.trim() === '') return refused('The answer is empty. Ask again.')
  if (BINARY.test(answer)) return refused('The answer contains control characters. They could take over a terminal.')
  if (SECRET.test(answer) || secrets.some((secret) => secret !== '' && answer.includes(secret))) {
    return refused('The answer contains something that looks like a secret, such as an API key. It was not stored.')
  }
  const cited = citedNumbers(answer)
  const unknown = cited.find((number) => number < 1 || number > numbered)
  if (unknown !== undefined && numbered > 0)
    return refused(`The answer cites [${unknown}], and there are only ${numbered} passages.`)
  if (mustCite && numbered > 0 && cited.length === 0)
    return refused('The answer cites none of the passages that it was made from.')
  return { ok: true, text: answer }
}

const refused = (reason: string): Verdict => ({ ok: false, reason })

const tooLong = (text: string): Verdict =>
  refused(`The question has ${text.length} characters, and ${LONGEST_QUESTION} is the most. Ask in fewer words.`)
