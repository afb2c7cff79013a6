import type { RunAuthor } from '@stageflow/core'
import type { CompletedCall } from '@stageflow/tools'
import { parse, stringify } from 'devalue'

import { frozenCopy } from '../frozen-copy.ts'

/** The version of the stored form. It changes when an older version of this package could not read it. */
const FORM = 1

/** A text that reads back as an equal result. Throws, with the reason, if a value would come back as something else. */
export function resultText(result: CompletedCall): string {
  const { callId, name, index, output, partials, partialsDropped, durationMs, attempts } = result
  const { editedArguments, decidedBy } = result
  return stringify(
    {
      form: FORM,
      callId,
      name,
      index,
      output,
      partials,
      partialsDropped,
      durationMs,
      attempts,
      ...(editedArguments !== undefined && { editedArguments }),
      ...(decidedBy !== undefined && { decidedBy }),
    },
    { lookalike: refuseLookalike },
  )
}

/** The result that the text was made from. Throws if another version wrote the text. */
export function storedResult(text: string): CompletedCall {
  const stored = parse(text) as (CompletedCall & { readonly form?: unknown }) | null
  if (typeof stored !== 'object' || stored?.form !== FORM) throw new Error(`it is not a result of form ${FORM}`)
  const { callId, name, index, output, partials, partialsDropped, durationMs, attempts } = stored
  const { editedArguments, decidedBy } = stored
  return {
    status: 'completed',
    callId,
    name,
    index,
    output: frozen(output),
    partials: frozen(partials) as readonly unknown[],
    partialsDropped,
    durationMs,
    attempts,
    undoable: false,
    ...(editedArguments !== undefined && { editedArguments: frozen(editedArguments) }),
    ...(decidedBy !== undefined && { decidedBy: frozen(decidedBy) as RunAuthor }),
  }
}

const frozen = (value: unknown): unknown => frozenCopy(value, { left: Infinity })

/** A subclass of a built-in class, such as Buffer, would come back as the built-in class. */
function refuseLookalike(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor.name
  if (tag !== 'Object' && name !== tag) throw new Error(`it holds an instance of ${name}`)
}
