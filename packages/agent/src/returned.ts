import { StageflowError } from '@stageflow/core'
import { onRejection, show } from '@stageflow/core/kit'
import { CODE } from './options.ts'

/** The messages that a function of the app has returned. Throws `agent/illegal-option` if they are something else. */
export function checkedMessages(name: 'messages' | 'trim', given: unknown): readonly object[] {
  if (Array.isArray(given) && given.every((one) => typeof one === 'object' && one !== null)) return given
  throw illegalReturn(name, given, 'Return an array of messages, synchronously.')
}

/** The error of a function of the options that has returned something else than it must. */
export function illegalReturn(name: string, given: unknown, fix: string): StageflowError {
  onRejection(given, () => {}) // a promise that rejects must not end the process
  return new StageflowError(CODE, `${name}() of agent() returned ${show(given)}. ${fix}`)
}
