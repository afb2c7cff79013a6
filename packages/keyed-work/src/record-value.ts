import { read, show } from '@stageflow/core/kit'

import type { Unstorable } from './work.ts'

// What the value of a completion says about the work. Its first character tells the kinds apart.
const RESULT = '='
const UNSTORABLE = '!'
/** A store that is nearly full must have room for it. */
const LONGEST_REASON = 300

/** Stands for work that was undone, until it expires. */
export const FORGOTTEN = '-'

export const resultValue = (text: string): string => RESULT + text

/** Why a result could not be stored. */
export interface Reason {
  readonly status: Unstorable<unknown>['status']
  readonly reason: string
}

/** Stands for a result that could not be stored, so that its work isn't done again. */
export const unstorableValue = ({ status, reason }: Reason): string =>
  UNSTORABLE + JSON.stringify({ status, reason: reason.slice(0, LONGEST_REASON) })

/** The text of the result, or the reason why the text was not kept. Throws for a value that this version did not write. */
export function readValue(value: string): { readonly text: string } | Reason {
  const rest = value.slice(1)
  if (value.startsWith(RESULT)) return { text: rest }
  if (value.startsWith(UNSTORABLE)) return readReason(JSON.parse(rest))
  throw new Error(`its value begins neither with "${RESULT}" nor with "${UNSTORABLE}"`)
}

function readReason(parsed: unknown): Reason {
  const status = read(parsed, 'status')
  if (status !== 'not-json' && status !== 'too-large') throw new Error(`its status is ${show(status)}`)
  return { status, reason: String(read(parsed, 'reason')) }
}
