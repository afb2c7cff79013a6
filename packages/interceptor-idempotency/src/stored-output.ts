import { type Extras, type OkOutput, StageOutput } from '@stageflow/core'
import { parse, stringify } from 'devalue'

/** The form of what is stored; it changes when an older version could not read it. */
const FORM = 1

interface Stored extends Extras {
  readonly form: typeof FORM
  readonly data?: object
  /** Why the output of work that was done could not be stored. */
  readonly unstorable?: string
}

/** What reads back as an output that is equal in every part. Throws, with why and where, for what would come back as something else. */
export function outputText({ data, artifacts, events, version }: OkOutput): string {
  const stored = {
    form: FORM,
    data,
    ...(artifacts === undefined ? undefined : { artifacts }),
    ...(events === undefined ? undefined : { events }),
    ...(version === undefined ? undefined : { version }),
  }
  try {
    return stringify(stored, REDUCERS)
  } catch (cause) {
    throw new Error(reasonOf(cause), { cause })
  }
}

/** What stands for an output that could not be stored, so that its work is not done again. */
export function unstorableText(reason: string): string {
  return stringify({ form: FORM, unstorable: reason } satisfies Stored)
}

/** The output, or why it was not stored. Throws for text that this version did not write. */
export function readOutput(text: string): OkOutput | string {
  const stored = parse(text, REVIVERS) as Partial<Stored> | null
  if (typeof stored !== 'object' || stored?.form !== FORM) throw new Error(`it is not an output of form ${FORM}`)
  const { form: _, data, unstorable, ...extras } = stored
  if (typeof unstorable === 'string') return unstorable
  if (typeof data !== 'object' || data === null) throw new Error('it has no data')
  return Object.keys(extras).length === 0 ? StageOutput.ok(data) : StageOutput.ok(data, extras)
}

const REDUCERS = {
  Buffer: (value: unknown) => (Buffer.isBuffer(value) ? [value.toString('base64')] : void refuseLookalike(value)),
}
const REVIVERS = { Buffer: ([base64]: [string]) => Buffer.from(base64, 'base64') }

/** Built-in objects that the text can hold. A subclass of one, or one with fields of its own, would come back without. */
const BUILT_IN = /^(?:Array|Date|Map|Set|RegExp|URL|URLSearchParams|ArrayBuffer|DataView|(?:Ui|I|Big|Float).*Array)$/

function refuseLookalike(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (!BUILT_IN.test(tag)) return
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor.name
  if (name !== tag) throw new Error(`there is an instance of ${name}, which is not just a ${tag}`)
  // The fields of an array that are not items come last.
  const last = ArrayBuffer.isView(value) ? undefined : Object.keys(value).at(-1)
  if (last !== undefined && !(tag === 'Array' && /^\d+$/.test(last)))
    throw new Error(`there is a ${tag} with a field "${last}" of its own`)
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const { path } = cause as { path?: unknown }
  return typeof path === 'string' && path !== '' ? `${cause.message} (at ${path.replace(/^\./, '')})` : cause.message
}
