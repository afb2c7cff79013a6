import { type Extras, type OkOutput, StageOutput } from '@stageflow/core'

import { readStored, storedText } from './stored-text.ts'

/** The format of stored outputs. It changes if an older version can't read the new one. */
const FORM = 1

interface Stored extends Extras {
  readonly form: typeof FORM
  readonly data?: object
}

/** The text of an output. Reads back as an equal output; throws, with the reason and the place, if it would not. */
export function outputText({ data, artifacts, events, version }: OkOutput): string {
  return storedText({
    form: FORM,
    data,
    ...(artifacts === undefined ? undefined : { artifacts }),
    ...(events === undefined ? undefined : { events }),
    ...(version === undefined ? undefined : { version }),
  })
}

/** The output that the text was made from. Throws if another version wrote the text. */
export function readOutput(text: string): OkOutput {
  const stored = readStored(text) as Partial<Stored> | null
  if (typeof stored !== 'object' || stored?.form !== FORM) throw new Error(`it is not an output in format ${FORM}`)
  const { form: _, data, ...extras } = stored
  if (typeof data !== 'object' || data === null) throw new Error('it has no data')
  return Object.keys(extras).length === 0 ? StageOutput.ok(data) : StageOutput.ok(data, extras)
}
