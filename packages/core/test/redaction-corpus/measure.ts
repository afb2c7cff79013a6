import { createRedactor } from '../../src/redaction.ts'
import { isHeldOut } from './form.ts'
import type { Form } from './form.ts'
import { HARMLESS } from './harmless.ts'
import { NAMES } from './names.ts'
import { TEXTS } from './texts.ts'
import { TOKENS } from './tokens.ts'

export const FORMS: readonly Form[] = [...NAMES, ...TOKENS, ...TEXTS]

const redactor = createRedactor()
/** So many characters in a row of a secret are a leak. */
const LEAK = 8

/** Whether nothing of the secrets stays, neither in the text nor in a value that holds it. */
export function isHidden({ given, secrets }: Form): boolean {
  const shown = [JSON.stringify(redactor.value({ given }))]
  if (typeof given === 'string') shown.push(redactor.text(given))
  return !secrets.some((secret) => shown.some((text) => hasPartOf(secret, text)))
}

function hasPartOf(secret: string, text: string): boolean {
  const length = Math.min(LEAK, secret.length)
  for (let at = 0; at + length <= secret.length; at += 1) if (text.includes(secret.slice(at, at + length))) return true
  return false
}

const isKept = (text: string): boolean => redactor.text(text) === text
export const keptTexts = (texts = HARMLESS): readonly string[] => texts.filter(isKept)
