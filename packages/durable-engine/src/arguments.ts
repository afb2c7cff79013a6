import { StageflowError } from '@stageflow/core'
import { AGAIN, SYSTEM_NAME } from '@stageflow/core/durable'
import { FLAG, TEXT, checkOptions, checkWait, passGraph, plainOptions, show } from '@stageflow/core/kit'

import { jsonText } from './json.ts'

const LONGEST_ID = 512

/** Throws `durable-engine/illegal-option` for what can't be the id of a run. `method`: who was given it, such as `run()`. */
export function checkRunId(method: string, runId: unknown): asserts runId is string {
  if (isId(runId, LONGEST_ID)) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `${method} was given the runId ${show(runId)}; pass a string of 1 to ${LONGEST_ID} characters without control characters, such as the id of an order.`,
  )
}

const isId = (value: unknown, longest: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= longest && isDistinct(value)
// Journals write all unpaired surrogates alike, or refuse a NUL, so two ids could become one.
const isDistinct = (text: string): boolean => !/[\p{Surrogate}\p{Control}]/u.test(text)

/**
 * Throws `durable-engine/illegal-option` unless a journal can find runs by this text: the indexes of databases have a maximum length. `what`
 * has it, such as `The userId of run "a"`.
 */
export function checkIndexed(what: string, text: string | null): void {
  if (text === null || (text.length <= LONGEST_ID && isDistinct(text))) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `${what} is ${show(text)}; pass a string of at most ${LONGEST_ID} characters without control characters.`,
  )
}

/** Throws `durable-engine/illegal-option` for what can't name a schedule: it is a part of the ids of its runs. */
export function checkScheduleName(name: unknown): asserts name is string {
  if (isId(name, LONGEST_ID / 2)) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `schedule() was given the name ${show(name)}; pass a string of 1 to ${LONGEST_ID / 2} characters without control characters, such as 'daily report'.`,
  )
}

/** Throws `durable-engine/illegal-option` if a run can't be stopped for this reason, and `durable-engine/too-large`. */
export function checkReason(
  method: 'cancel' | 'interrupt',
  runId: string,
  reason: unknown,
  maxLength: number,
): asserts reason is string {
  if (TEXT[0](reason)) return void jsonText(reason, `The reason to ${method} run "${runId}"`, maxLength)
  const example = method === 'cancel' ? 'the order was withdrawn' : 'barge-in'
  throw new StageflowError(
    'durable-engine/illegal-option',
    `${method}() was given the reason ${show(reason)}; pass ${TEXT[1]}, such as '${example}'.`,
  )
}

/** The data of an interrupt as JSON; undefined if there is none. Throws `durable-engine/not-json` and `durable-engine/too-large`. */
export const interruptData = (runId: string, data: unknown, maxLength: number): string | undefined =>
  data === undefined ? undefined : jsonText(data, `The data that interrupts run "${runId}"`, maxLength)

/** Throws `durable-engine/illegal-option` unless these are names of stages. */
export function checkAgain(again: unknown): asserts again is readonly string[] {
  if (AGAIN[0](again)) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `retryFailed() was given again: ${show(again)}; pass ${AGAIN[1]}.`,
  )
}

/** Throws `durable-engine/illegal-option` for what can't name a part of the app. */
export function checkName(name: unknown): asserts name is string {
  if (SYSTEM_NAME[0](name)) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `as() was given the name ${show(name)}; pass ${SYSTEM_NAME[1]}, such as 'month end'.`,
  )
}

/** Throws `durable-engine/illegal-option`. */
export function checkGetOptions(options: unknown): void {
  checkOptions('get()', 'durable-engine/illegal-option', options, { facts: FLAG })
}

/** The same for a look that checks no caller: an option such as a token would look as if it had been checked. */
export function checkUncheckedGet(options: unknown): void {
  const isObject = typeof options === 'object' && options !== null
  const name = isObject ? Object.keys(plainOptions(options)).find((each) => each !== 'facts') : undefined
  if (name === undefined) return checkGetOptions(options)
  const given = 'info' in (options as object) ? 'a graph in the place of its options' : `the option ${show(name)}`
  throw new StageflowError(
    'durable-engine/illegal-option',
    `get(runId, options) checks no caller, so it does not read ${given}. ${passGraph('get(graph, runId, options)')}`,
  )
}

/** Throws `durable-engine/illegal-option`. */
export function checkCloseOptions(options: unknown): void {
  checkWait('close()', 'durable-engine/illegal-option', options)
}

/** Throws `durable-engine/illegal-option` unless these are ids of a user and an organization. */
export function checkExpectedBy(expected: unknown): void {
  if (expected !== undefined)
    checkOptions('answer() of expectedBy', 'durable-engine/illegal-option', expected, { userId: TEXT, orgId: TEXT })
}

/** Throws `durable-engine/illegal-option` for what can't name a question. `method`: who was given it, such as `answer()`. */
export function checkQuestion(method: string, question: unknown): void {
  if (question === undefined || TEXT[0](question)) return
  throw new StageflowError(
    'durable-engine/illegal-option',
    `${method} was given the question ${show(question)}; pass the question of one of the requests of get(runId).`,
  )
}

/** Throws `durable-engine/illegal-option` unless these are the ids of a user and an organization, or one of them. */
export function checkWho(who: unknown): void {
  if (who !== undefined)
    checkOptions('schedule() of who', 'durable-engine/illegal-option', who, { userId: TEXT, orgId: TEXT })
  const ids = Object.entries(who ?? {})
  for (const [name, id] of ids) if (typeof id === 'string') checkIndexed(`schedule(): who.${name}`, id)
  if (ids.length > 0 && ids.every(([, id]) => id !== undefined)) return
  const missing = ids.length === 0 ? 'who has no id' : `who.${ids.find(([, id]) => id === undefined)?.[0]} is undefined`
  throw new StageflowError(
    'durable-engine/illegal-option',
    `schedule(): ${missing}, so no user and no organization would own the runs. Pass who: { userId, orgId }, or one of them.`,
  )
}
