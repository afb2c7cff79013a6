import type { CallFacts, Fact } from './executor.ts'
import type { GraphFingerprint, StageFingerprint } from './fit.ts'

/** A recorded fact, as far as it decides whether a retried run keeps it. */
export interface RetriedFact {
  readonly kind: Fact['kind']
  readonly key: string
  /** Only of a call. */
  readonly facts?: Pick<CallFacts, 'status' | 'abandoned'>
}

/**
 * The facts that a failed run keeps when it is tried again, in their order. They are what ended ok or skipped, questions with their answers
 * and times, and everything of earlier attempts of child pipelines that repeat. `again`: stages of the outermost run of which nothing is kept. The next leg
 * then has `isRetried` and `limitFrom` in its start.
 */
export function factsForRetry<One extends RetriedFact>(
  graph: GraphFingerprint,
  facts: readonly One[],
  again: readonly string[] = [],
): readonly One[] {
  const last = lastAttempts(graph, facts)
  const isEarlier = ({ key }: One): boolean =>
    attemptsIn(graph, key).some(([child, attempt]) => attempt < (last.get(child) as number))
  return facts.filter((fact) => !isOf(fact, again) && (isKept(fact) || isEarlier(fact)))
}

/** Whether a fact is of one of these stages, or of something inside it. */
function isOf({ kind, key }: RetriedFact, stages: readonly string[]): boolean {
  return kind !== 'stop' && stages.includes(nameIn(key.split('/', 1)[0] as string))
}

/** Whether a fact says what need not happen again. */
function isKept({ kind, key, facts }: RetriedFact): boolean {
  if (kind === 'answer') return true
  // The timers of limits begin with a slash: those of questions have the keys of calls.
  if (kind === 'timer') return !key.startsWith('/')
  if (facts === undefined) return false
  const { status, abandoned } = facts
  return (status === 'ok' || status === 'skip' || status === 'suspend') && abandoned !== true
}

/** The number of the last attempt of each child pipeline that repeats, by its key. */
function lastAttempts(graph: GraphFingerprint, facts: readonly RetriedFact[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  for (const { key } of facts)
    for (const [child, attempt] of attemptsIn(graph, key)) last.set(child, Math.max(last.get(child) ?? 0, attempt))
  return last
}

/** The attempts of repeated child pipelines that a key is inside of: `answer#2/kid/check` is in attempt 2 of `answer`. */
function attemptsIn(graph: GraphFingerprint, key: string): (readonly [child: string, attempt: number])[] {
  const found: [string, number][] = []
  const parts = key.split('/')
  let inside: GraphFingerprint | undefined = graph
  for (const [depth, part] of parts.entries()) {
    const stage: StageFingerprint | undefined = inside?.stages[nameIn(part)]
    if (stage?.repeat !== undefined && part.includes('#')) {
      const [name, attempt] = part.split('#') as [string, string]
      found.push([[...parts.slice(0, depth), name].join('/'), Number(attempt)])
    }
    inside = stage?.child
  }
  return found
}

/** The name of the stage in a part of a key. */
const nameIn = (part: string): string => (part.split(/[#@~]/, 1)[0] as string).replaceAll('%2F', '/')
