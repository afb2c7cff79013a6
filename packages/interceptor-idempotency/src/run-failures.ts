import { StageflowError } from '@stageflow/core'
import { show, textOf } from '@stageflow/core/kit'
import type { Ending } from '@stageflow/keyed-work'

/** How a request ends that begins no run, and has no record. */
export type NotRepeated = Exclude<
  Ending<unknown>,
  { readonly status: 'executed' | 'hit' | 'shared' | 'lease-lost' | 'not-recorded' }
>

/** The error of a request whose key has neither a run nor a record for it. Each message says what happened with the run. */
export function notRepeated(
  { pipeline, key }: { readonly pipeline: string; readonly key: string },
  ending: NotRepeated,
): StageflowError {
  const [code, message, cause] = problemOf(ending)
  return new StageflowError(
    code,
    `idempotentRun() of pipeline "${pipeline}", key ${show(key)}: ${message}`,
    cause === undefined ? undefined : { cause },
  )
}

function problemOf(ending: NotRepeated): readonly [code: string, message: string, cause?: unknown] {
  switch (ending.status) {
    case 'in-progress':
      return [
        'idempotency/in-progress',
        'the run that the key began is still in progress. Try again later with the same key.',
      ]
    case 'other-input':
      return [
        'idempotency/other-input',
        'the key was used with another input, so nothing ran. Use a new key for new work.',
      ]
    case 'full':
      return [
        'idempotency/full',
        `the store has no room for another key, so nothing ran: ${clause(ending.cause)}.`,
        ending.cause,
      ]
    case 'too-large':
      return [
        'idempotency/too-large',
        `the run completed, but its record was too long to be kept: ${clause(ending.reason)}. Nothing ran again. Raise maxLength, or return less from stages.`,
      ]
    case 'not-json':
      return [
        'idempotency/not-json',
        `the run completed, but it could not be recorded: ${clause(ending.reason)}. Nothing ran again. Return plain data from stages.`,
      ]
    case 'unreadable':
      return [
        'idempotency/unreadable-entry',
        `the run completed, but its record cannot be read: ${clause(ending.cause)}. Another version or program wrote it. Remove the record if the run may be done again.`,
        ending.cause,
      ]
    case 'unavailable':
      return [
        'idempotency/unavailable',
        `the store failed, so nothing ran: ${clause(ending.cause)}. Repair the store and try again.`,
        ending.cause,
      ]
  }
}

const clause = (value: unknown): string => textOf(value).replace(/\.$/, '')
