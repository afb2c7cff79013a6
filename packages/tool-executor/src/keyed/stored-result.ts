import type { CompletedCall } from '@stageflow/tools'
import { parse, stringify } from 'devalue'

import { frozenCopy } from '../frozen-copy.ts'

/** The version of the stored form. It changes when an older version of this package could not read it. */
const FORM = 1

/** What a key's text says: its result, why there is none, or that the work was undone. */
export type StoredResult =
  | { readonly result: Omit<CompletedCall, 'callId' | 'name' | 'index'> }
  | { readonly unstorable: string }
  | { readonly undone: true }

/** Stands for work that was undone, until it expires. */
export const UNDONE_TEXT: string = stringify({ form: FORM, undone: true })

/** Stands for a result that could not be stored, so that its work isn't done again. */
export const unstorableText = (reason: string): string => stringify({ form: FORM, unstorable: reason })

/** A text that reads back as an equal result. Throws, with the reason, if a value would come back as something else. */
export function resultText(result: CompletedCall): string {
  const { output, partials, partialsDropped, durationMs, attempts, editedArguments } = result
  return stringify(
    {
      form: FORM,
      output,
      partials,
      partialsDropped,
      durationMs,
      attempts,
      ...(editedArguments !== undefined && { editedArguments }),
    },
    { lookalike: refuseLookalike },
  )
}

/** Reads a stored text. Throws for one that this version did not write. */
export function storedResult(text: string): StoredResult {
  const stored = parse(text) as Readonly<Record<string, unknown>> | null
  if (typeof stored !== 'object' || stored?.['form'] !== FORM) throw new Error(`it is not a result of form ${FORM}`)
  if (stored['undone'] === true) return { undone: true }
  if (typeof stored['unstorable'] === 'string') return { unstorable: stored['unstorable'] }
  const { output, partials, partialsDropped, durationMs, attempts, editedArguments } =
    stored as unknown as CompletedCall
  const frozen = (value: unknown): unknown => frozenCopy(value, { left: Infinity })
  return {
    result: {
      status: 'completed',
      output: frozen(output),
      partials: frozen(partials) as readonly unknown[],
      partialsDropped,
      durationMs,
      attempts,
      undoable: false,
      ...(editedArguments !== undefined && { editedArguments: frozen(editedArguments) }),
    },
  }
}

/** A subclass of a built-in class, such as Buffer, would come back as the built-in class. */
function refuseLookalike(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor.name
  if (tag !== 'Object' && name !== tag) throw new Error(`it holds an instance of ${name}`)
}
