import type { Redactor } from '@stageflow/core/redaction'

/** The key of an item is a part of a path, and may be an address with a password. */
export const shownPath = (path: readonly string[], redactor: Redactor): readonly string[] =>
  path.map((key) => redactor.text(key))

/** The same of a path as one text, such as `kids#key/check`, in which keys are encoded as in a URL. */
export function shownPlace(path: string, redactor: Redactor): string {
  const parts = path.split(/([/#])/).map((part) => {
    const key = decoded(part)
    const shown = redactor.text(key)
    return shown === key ? part : shown
  })
  return parts.join('')
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // not encoded: a file may say anything
  }
}

export const samePath = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((key, place) => key === other[place])
