import { StageflowError } from '@stageflow/core'
import { AGAIN, stageOfKey, wrongFact } from '@stageflow/core/durable'
import type { GraphFingerprint } from '@stageflow/core/durable'
import { isPlain } from '@stageflow/core/kit'
import { isInterrupt } from './stops.ts'
import { ANSWER, CANCEL, INTERRUPT } from './names.ts'
import type { Moved } from './run-start.ts'
import type { KeptFact } from './service-call.ts'

/** A run has at most so many facts: Restate takes no larger message. */
const MOST_FACTS = 1_000_000
const LONGEST_TRACE = 1_000
const TRACE = new Set(['traceparent', 'tracestate'])

/** Throws `durable-restate/illegal-request` unless this is what a run has done before. Otherwise every attempt of the run would fail. */
export function checkMoved(runId: string, moved: unknown, graph: GraphFingerprint): asserts moved is Moved {
  const problem = isPlain(moved) ? problemOf(moved, graph) : 'it must be an object'
  if (problem === undefined) return
  throw new StageflowError(
    'durable-restate/illegal-request',
    `What the run "${runId}" has done can't be taken over: ${problem}. Only moveRun() and client.retryFailed() send it.`,
  )
}

function problemOf(moved: Readonly<Record<string, unknown>>, graph: GraphFingerprint): string | undefined {
  const { start, facts, triedAgain = [], refused = [], promises = {}, lastPending = 0, ...others } = moved
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return `"${unknown}" is not a part of it`
  if (!isPlain(start) || !isTime(start['startedAt']) || !isTrace(start['trace']))
    return 'start must have the time and the trace of the first start'
  if (start['limitFrom'] !== undefined && !isTime(start['limitFrom'])) return 'start.limitFrom must be a time'
  if (!Array.isArray(triedAgain) || !triedAgain.every(isRetry))
    return 'triedAgain must be an array of the times of retries'
  if (!Array.isArray(refused) || !refused.every(isRefused)) return 'refused must be an array of refused answers'
  if (!isPlain(promises) || !Object.entries(promises).every(isPromise))
    return 'promises must be those of answers, of the cancel and of the interrupt'
  if (!Number.isSafeInteger(lastPending) || (lastPending as number) < 0 || (lastPending as number) > MOST_FACTS)
    return `lastPending must be a whole number up to ${MOST_FACTS}`
  if (!Array.isArray(facts) || facts.length > MOST_FACTS) return `facts must be an array of at most ${MOST_FACTS}`
  return problemOfFacts(facts, graph, triedAgain.length > 0)
}

function problemOfFacts(facts: readonly unknown[], graph: GraphFingerprint, hasGaps: boolean): string | undefined {
  const seen = new Set<string>()
  for (const [place, fact] of facts.entries()) {
    const wrong = wrongFact(fact)
    if (wrong !== undefined) return `facts[${place}]: ${wrong}`
    const { kind, key, ...known } = fact as KeptFact
    const what = isInterrupt(fact as KeptFact) ? 'interrupt' : kind
    const id = `${what} ${key}`
    if (seen.has(id)) return `facts[${place}] is a second ${what} of "${key}"`
    seen.add(id)
    if (kind === 'call' && stageOfKey(key, graph) === undefined)
      return `facts[${place}] is of "${key}", which the graph lacks`
    const isAfterMissing = 'facts' in known && known.facts.after > place && !hasGaps
    if (isAfterMissing) return `facts[${place}] came after facts that are missing`
  }
  return undefined
}

const isTime = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0
const isRetry = (value: unknown): boolean =>
  isPlain(value) && isTime(value['at']) && (value['again'] === undefined || AGAIN[0](value['again']))
const isRefused = (value: unknown): boolean =>
  isPlain(value) &&
  typeof value['key'] === 'string' &&
  isTime(value['at']) &&
  (value['by'] === undefined || isPlain(value['by']))
const isTrace = (value: unknown): boolean =>
  isPlain(value) &&
  Object.entries(value).every(
    ([name, text]) => TRACE.has(name) && typeof text === 'string' && text.length <= LONGEST_TRACE,
  )
const isPromise = ([name, value]: readonly [name: string, value: unknown]): boolean =>
  (name === CANCEL || name === INTERRUPT || name.startsWith(ANSWER)) && isPlain(value)
