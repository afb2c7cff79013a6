import { didYouMean } from '../base/check.ts'
import type { OptionRule } from '../base/options.ts'
import { MOST_LISTED } from '../base/bounds.ts'
import { show, someOf } from '../base/show.ts'
import { callKey, isLimitTimer, isWaitTimer, outermostStage, waitingKey } from '../contract/keys.ts'
import type { CallFacts, Fact } from './executor.ts'
import { sourceOf } from './fit.ts'
import type { GraphFingerprint } from './fit.ts'
import { attemptsAround } from './keys-in-graph.ts'
import type { ChildAttempt } from './keys-in-graph.ts'

/** A recorded fact, as far as it decides whether a retried run keeps it. */
export interface RetriedFact {
  readonly kind: Fact['kind']
  readonly key: string
  /** Only of a call. */
  readonly facts?: Pick<CallFacts, 'status' | 'abandoned'>
}

/**
 * The facts that a failed run keeps when it is tried again, in their order. They are what ended ok or skipped, questions with their answers
 * and times, the ends of waits for soft dependencies, and everything of earlier attempts of child pipelines that repeat. `again`: stages of the outermost run of which nothing is kept, and
 * nothing of the stages that depend on them. The next leg then has `isRetried` and `limitFrom` in its start.
 */
export function factsForRetry<One extends RetriedFact>(
  graph: GraphFingerprint,
  facts: readonly One[],
  again: readonly string[] = [],
): readonly One[] {
  const last = lastAttempts(graph, facts)
  const isEarlier = ({ key }: One): boolean =>
    attemptsAround(key, graph).some((attempt) => attempt.number < (last.get(childKey(attempt)) as number))
  const all = stagesAgain(graph, again)
  return facts.filter((fact) => !isOf(fact, all) && (isKept(fact) || isEarlier(fact)))
}

/**
 * The stages of the outermost run that run again: those in `again`, and all that depend on one of them, also through others. What they had made,
 * and what a person had approved, was of data that changes.
 */
export function stagesAgain(graph: GraphFingerprint, again: readonly string[]): readonly string[] {
  const found = new Set(again)
  const rows = Object.entries(graph.stages)
  for (const name of found)
    for (const [other, { dependencies }] of rows)
      if (dependencies.some((dependency) => sourceOf(dependency) === name)) found.add(other)
  return [...found]
}

/** The names of stages that are to run again, whatever the graph. */
export const AGAIN: OptionRule = [
  (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  "the names of the stages that run again, such as ['report']",
]

/** What is wrong with the stages that are to run again, as a sentence for the caller; undefined if the graph has all of them. */
export function wrongAgain(runId: string, again: readonly string[], graph: GraphFingerprint): string | undefined {
  const names = Object.keys(graph.stages)
  const unknown = again.filter((name) => !names.includes(name))
  if (unknown.length === 0) return undefined
  const guesses = unknown.slice(0, MOST_LISTED).flatMap((name) => didYouMean(name, names) ?? [])
  return `retryFailed(): run "${runId}" has no stage ${someOf(unknown.map((name) => show(name)))} to run again${guesses.length === 0 ? '' : ` (${guesses.join(' ')})`}; it has ${names.join(', ')}.`
}

/** Whether a fact is of one of these stages, or of something inside it. */
function isOf({ kind, key }: RetriedFact, stages: readonly string[]): boolean {
  return kind !== 'stop' && stages.includes(outermostStage(isWaitTimer(key) ? waitingKey(key) : key))
}

/** Whether a fact says what need not happen again. */
function isKept({ kind, key, facts }: RetriedFact): boolean {
  if (kind === 'answer') return true
  if (kind === 'timer') return !isLimitTimer(key)
  if (facts === undefined) return false
  const { status, abandoned } = facts
  return (status === 'ok' || status === 'skip' || status === 'suspend') && abandoned !== true
}

/** The number of the last attempt of each child pipeline that repeats, by its key. */
function lastAttempts(graph: GraphFingerprint, facts: readonly RetriedFact[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  for (const { key } of facts)
    for (const attempt of attemptsAround(key, graph))
      last.set(childKey(attempt), Math.max(last.get(childKey(attempt)) ?? 0, attempt.number))
  return last
}

const childKey = ({ prefix, name }: ChildAttempt): string => callKey(prefix, name)
