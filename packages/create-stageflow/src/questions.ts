import type { Readable, Writable } from 'node:stream'
import { isCancel, multiselect, select, text } from '@clack/prompts'

import { APP_MODELS, APP_PLUGINS, DEFAULT_MODEL, DEFAULT_PLUGINS, KINDS, isApp } from './kinds.ts'
import type { AppModel, AppPlugin, Kind } from './kinds.ts'
import { namesOf } from './naming.ts'

/** Where the questions are asked. */
export interface Streams {
  readonly input: Readable
  readonly output: Writable
}

/** The person pressed Ctrl+C. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

export async function askKind(streams: Streams): Promise<Kind> {
  const options = Object.entries(KINDS).map(([value, label]) => ({ value: value as Kind, label }))
  return answered(await select({ ...streams, message: 'What do you want to make?', options }))
}

export async function askName(kind: Kind, streams: Streams): Promise<string> {
  const example = exampleOf(kind)
  // Nothing typed means the example.
  const validate = (given = ''): string | undefined => problemOfName(kind, given === '' ? example : given)
  const message = `What is the ${kind} called?`
  return answered(await text({ ...streams, message, placeholder: example, defaultValue: example, validate }))
}

/** The name of an app if none is given; for a plugin, one to follow. */
export const exampleOf = (kind: Kind): string => (isApp(kind) ? `my-${kind}` : 'quota')

/** What is wrong with a name; undefined if it can be used. */
function problemOfName(kind: Kind, given: string): string | undefined {
  try {
    namesOf(kind, given)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export async function askModel(streams: Streams): Promise<AppModel> {
  const options = Object.entries(APP_MODELS).map(([value, { does }]) => ({ value: value as AppModel, hint: does }))
  const message = 'What does it ask its model with?'
  return answered(await select({ ...streams, message, options, initialValue: DEFAULT_MODEL }))
}

export async function askPlugins(streams: Streams): Promise<readonly AppPlugin[]> {
  const options = Object.entries(APP_PLUGINS).map(([value, { does }]) => ({ value: value as AppPlugin, hint: does }))
  const initialValues = [...DEFAULT_PLUGINS]
  const message = 'Which plugins does it use?'
  return answered(await multiselect({ ...streams, message, options, initialValues, required: false }))
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (isCancel(answer)) throw new Cancelled('Cancelled. Nothing was made.')
  return answer as Exclude<Answer, symbol>
}
