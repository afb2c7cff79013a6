import type { CallFacts, Decision, GraphFingerprint, StageFingerprint } from '@stageflow/core/durable'

import { questionsIn } from './answers.ts'
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
    settled: new Set(calls.flatMap(({ kind, key }) => (kind === 'call' ? [wholeOf(key)] : []))),
    asked: new Set([...questionsIn(facts)].flatMap(([key, state]) => (state === 'open' ? [wholeOf(key)] : []))),
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

/** A stage asks again under the same key with the number of its round. */
const wholeOf = (key: string): string => key.split('@', 1)[0] as string
/** The stages that a key is inside of: `kid` for `kid/check`, and `letters` for `letters#3`. */
function outerOf(key: string): readonly string[] {
  const ends = [...key.matchAll(/[/#]/g)].map(({ index }) => index)
  return ends.map((end) => key.slice(0, end))
}

function stagesInProgress(graph: GraphFingerprint, prefix: string, known: Known): readonly string[] {
  const stages = Object.entries(graph.stages).map(([name, stage]) => ({ ...stage, name }))
  const keyOf = (name: string): string => prefix + name.replaceAll('/', '%2F')
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
    const { dependencies, child } = stage
    const isReady = needsAll(stage) ? dependencies.every(canHaveSettled) : dependencies.some(canHaveSettled)
    if (!isReady) return []
    const isPlainChild = child !== undefined && stage.map !== true && stage.repeat === undefined
    return isPlainChild ? stagesInProgress(child, `${key}/`, known) : [key]
  })
}

const needsAll = ({ join }: StageFingerprint): boolean => join === 'all' || join === 'every' || join === 'settled'
