import { callKey, childPrefix, parseKey, withoutRound } from '@stageflow/core/durable'
import type { CallFacts, Decision, GraphFingerprint, StageFingerprint } from '@stageflow/core/durable'

import { openKeys } from './answers.ts'
import type { FactRow } from './rows.ts'
import { readFact } from './run-row.ts'

/** A call that is in progress. */
export interface CallInProgress {
  /** As in the timeline. */
  readonly key: string
  /** When its code began, in ms since 1970. Undefined in a run that another process carries. */
  readonly startedAt: number | undefined
}

/**
 * The stages that another process can be carrying out, as far as the facts tell: their dependencies can have settled, and they have no
 * fact. No fact says that a call has begun, or that a stage was skipped because of its dependencies.
 */
export function canBeInProgress(
  graph: GraphFingerprint,
  facts: readonly FactRow[],
  runId: string,
): readonly CallInProgress[] {
  const calls = facts.filter(({ kind }) => kind === 'call' || kind === 'ask')
  const known: Known = {
    settled: new Set(calls.flatMap(({ kind, key }) => (kind === 'call' ? [withoutRound(key)] : []))),
    asked: new Set([...openKeys(facts, graph)].map(withoutRound)),
    begun: new Set(calls.flatMap(({ key }) => outerOf(key))),
    decided: new Map(calls.flatMap((fact) => (readFact(fact, runId) as CallFacts).decided ?? [])),
  }
  return stagesInProgress(graph, '', known).map((key) => ({ key, startedAt: undefined }))
}

interface Known {
  readonly settled: ReadonlySet<string>
  /** Those that wait for an answer. */
  readonly asked: ReadonlySet<string>
  /** Those that have facts inside. */
  readonly begun: ReadonlySet<string>
  readonly decided: ReadonlyMap<Decision[0], Decision[1]>
}

/** The keys of the stages that a key is inside of: `kid` for `kid/check`, and `letters` for `letters#3`. */
const outerOf = (key: string): readonly string[] =>
  parseKey(key)
    .parts.map(({ prefix, name }) => callKey(prefix, name))
    .filter((stage) => stage !== withoutRound(key))

function stagesInProgress(graph: GraphFingerprint, prefix: string, known: Known): readonly string[] {
  const stages = Object.entries(graph.stages).map(([name, stage]) => ({ ...stage, name }))
  const keyOf = (name: string): string => callKey(prefix, name)
  const hasFact = (key: string): boolean => known.settled.has(key) || known.asked.has(key) || known.begun.has(key)
  const hasSettled = (name: string): boolean => {
    const key = keyOf(name)
    if (known.settled.has(key) || known.decided.get(`when of ${key}`) === false) return true
    // What has no fact of its own has settled once all that waits for it has gone on.
    return stages.some((one) => needsAll(one) && one.dependencies.includes(name) && hasFact(keyOf(one.name)))
  }
  const canHaveSettled = (name: string): boolean => hasSettled(name) || known.begun.has(keyOf(name))
  return stages.flatMap((stage) => {
    const key = keyOf(stage.name)
    if (hasSettled(stage.name) || known.asked.has(key)) return []
    const { child } = stage
    // A soft dependency, which has its kind before its name, is waited for only so long.
    const needed = stage.dependencies.filter((name) => !name.includes('('))
    const hasAny = needed.length === 0 || needed.some(canHaveSettled)
    if (needsAll(stage) ? !needed.every(canHaveSettled) : !hasAny) return []
    const isPlainChild = child !== undefined && stage.map !== true && stage.repeat === undefined
    return isPlainChild ? stagesInProgress(child, childPrefix(prefix, stage.name), known) : [key]
  })
}

const needsAll = ({ join }: StageFingerprint): boolean => join === 'all' || join === 'every' || join === 'settled'
