import {
  type ContextSnapshot,
  type InterceptorContext,
  type StageContext,
  type StageInfo,
  StageflowError,
} from '@stageflow/core'
import { fingerprint, textOf } from '@stageflow/core/kit'

import { ignoreRejection, placeOf, sha256 } from './key.ts'

// The record of a key has a hash of 64 digits: first those of the work, which say what stage does it, then those of what it is done with.

const WORK_DIGITS = 16

/** Stands in the record of a durable call. The journal of its run checks its graph, and its input is always the same. */
export const NOT_COMPARED: string = '0'.repeat(64)

/** Returns the hash of a call; an error if its parameters can't be compared. */
export type HashCall = (context: InterceptorContext) => string | StageflowError

/** Makes the function that hashes the calls of a stage. `chosen`: what is compared instead of what the caller gave. */
export function hashCallsOf(
  stage: StageInfo,
  chosen: ((context: StageContext) => unknown) | undefined,
  hashes: GivenHashes,
): HashCall {
  let work: string | undefined
  return (context) => {
    const parameters = chosen === undefined ? hashGiven(context, hashes) : hashChosen(context, chosen)
    if (typeof parameters !== 'string') return parameters
    work ??= sha256(workText(stage)).slice(0, WORK_DIGITS)
    return work + parameters.slice(WORK_DIGITS)
  }
}

/** What makes it the same work in every process and after each deploy: the kind of the stage, and what it depends on. */
const workText = ({ kind, dependencies }: StageInfo): string =>
  JSON.stringify([kind, dependencies.map((edge) => edge.stage).toSorted()])

/** Whether two hashes are of the same work, whatever it is done with. */
export const isSameWork = (one: string, other: string): boolean =>
  one.slice(0, WORK_DIGITS) === other.slice(0, WORK_DIGITS)

/** The hashes of what callers gave: one for each run at the top, made when a stage of its tree first needs it. */
export type GivenHashes = WeakMap<ContextSnapshot, string>

function hashGiven(context: InterceptorContext, hashes: GivenHashes): string | StageflowError {
  const { given } = context.run
  const known = hashes.get(given)
  if (known !== undefined) return known
  try {
    const hash = hashOfInput(given)
    hashes.set(given, hash)
    return hash
  } catch (cause) {
    return illegalParameters(context, `what the caller gave cannot be compared: ${textOf(cause)}`, cause)
  }
}

/** The hash of what a caller gave. Throws if it can't be compared. */
export const hashOfInput = (given: ContextSnapshot): string => sha256(fingerprint(givenByCaller(given)))

/** The extensions that name the work, and the request that brings it. An honest repeat has another trace. */
const NAMES: ReadonlySet<string> = new Set(['idempotencyKey', 'traceparent', 'tracestate'])

/** Everything in the snapshot but ids and times. Field by field, because each read of a bundle makes it. */
function givenByCaller(given: ContextSnapshot): object {
  const { inputText, messages, routingDecision, profile, memory, documents, webResults } = given
  const { metadata, topology, executionMode } = given
  const extensions = Object.fromEntries(Object.entries(given.extensions).filter(([name]) => !NAMES.has(name)))
  const conversation = { inputText, messages, routingDecision }
  return { ...conversation, profile, memory, documents, webResults, metadata, extensions, topology, executionMode }
}

function hashChosen(
  context: InterceptorContext,
  parameters: (context: StageContext) => unknown,
): string | StageflowError {
  let given: unknown
  try {
    given = parameters(context)
  } catch (cause) {
    return illegalParameters(context, `the function that returns its parameters threw: ${textOf(cause)}`, cause)
  }
  if (given === undefined) return illegalParameters(context, 'its parameters are undefined')
  ignoreRejection(given)
  try {
    return sha256(fingerprint(given))
  } catch (cause) {
    return illegalParameters(context, `its parameters cannot be compared: ${textOf(cause)}`, cause)
  }
}

function illegalParameters(context: InterceptorContext, why: string, cause?: unknown): StageflowError {
  return new StageflowError(
    'idempotency/illegal-parameters',
    `${placeOf(context)}: ${why}. Return plain data that says what the work is done with: idempotency: { parameters: ({ snapshot }) => snapshot.inputText ?? null }.`,
    { cause },
  )
}
