import { answerPath, attemptsAround, parseKey, pathText, progressOfCalls, stageIn } from '@stageflow/core/durable'
import type { GraphFingerprint, KnownQuestion, RunProgress } from '@stageflow/core/durable'

import type { FactKey, InboxRow, RunRow } from './rows.ts'

/** What a stage or an item has asked last. */
export interface Question extends KnownQuestion {
  /** Of the call that asked. */
  readonly key: string
}

/** Names a question among all that a journal has: a retry may ask again with the same key. */
export const questionName = ({ n, reopened }: Pick<RunRow, 'n' | 'reopened'>, key: string): string =>
  `${key} ${n}.${reopened}`

/** The paths of the answers that calls of a graph wait for, as early answers have them. */
export const pathsIn =
  (graph: GraphFingerprint) =>
  (key: string): string =>
    pathText(answerPath(key, graph))

/** The questions of a run by the paths of their answers, from its facts, and from what will be facts under the same keys. */
export function questionsIn(
  keys: Iterable<Pick<FactKey | InboxRow, 'kind' | 'key'>>,
  graph: GraphFingerprint,
): ReadonlyMap<string, Question> {
  const questions = new Map<string, Question>()
  for (const { kind, key } of keys) {
    if (kind === 'refused') continue
    if (kind === 'early') {
      // It has the path of its question as its key.
      const asked = questions.get(key)
      if (asked?.is === 'open') questions.set(key, { ...asked, is: 'answered' })
      continue
    }
    const path = answerPath(key, graph)
    const text = pathText(path)
    const is = stateAfter(kind, key, questions.get(text), graph)
    if (is !== undefined) questions.set(text, { path, key, is })
  }
  return questions
}

/**
 * The maps of a suspended run that have ended, as questions that can't be asked anymore. Facts are of items alone, but a run suspends only once
 * all that can go on has: a map without an item that asks has no item left.
 */
export function endedMaps(facts: Iterable<FactKey>, graph: GraphFingerprint): readonly Question[] {
  /** The maps by their paths, each with the paths of what waits in its items. */
  const maps = new Map<string, { readonly question: Question; readonly open: Set<string> }>()
  for (const { kind, key } of facts) {
    if (kind !== 'call' && kind !== 'ask' && kind !== 'answer') continue
    const path = pathText(answerPath(key, graph))
    for (const around of mapsAround(key, graph)) {
      const map = maps.get(pathText(around)) ?? { question: { path: around, key, is: 'ended' }, open: new Set() }
      maps.set(pathText(around), map)
      if (kind === 'call') map.open.delete(path)
      else map.open.add(path)
    }
  }
  return [...maps.values()].flatMap(({ question, open }) => (open.size === 0 ? [question] : []))
}

/** The paths of the maps that a key is in an item of. An attempt of a child pipeline begins its maps again, so it has none. */
function mapsAround(key: string, graph: GraphFingerprint): readonly (readonly string[])[] {
  const maps: (readonly string[])[] = []
  let names: readonly string[] = []
  for (const { name, place } of parseKey(key).parts) {
    names = [...names, name]
    const { map, repeat } = stageIn(graph, names) ?? {}
    if (repeat !== undefined) break
    if (map !== true || place === undefined) continue
    maps.push(names)
    names = [...names, place]
  }
  return maps
}

/** What a fact makes of the question of its path; undefined if it changes nothing. */
function stateAfter(
  kind: FactKey['kind'] | InboxRow['kind'],
  key: string,
  before: Question | undefined,
  graph: GraphFingerprint,
): Question['is'] | undefined {
  if (kind === 'ask') return 'open'
  if (kind === 'answer') return 'answered'
  // Its time has passed, so the stage runs again, and may ask again.
  if (kind === 'timer') return before?.key === key ? 'idle' : undefined
  if (kind !== 'call' || parseKey(key).parts.at(-1)?.isSource) return undefined
  if (attemptsAround(key, graph).length > 0) return 'idle'
  return before?.is === 'answered' ? 'answered' : 'ended'
}

/** The keys of the calls that wait for an answer. */
export const openKeys = (
  keys: Iterable<Pick<FactKey | InboxRow, 'kind' | 'key'>>,
  graph: GraphFingerprint,
): ReadonlySet<string> =>
  new Set([...questionsIn(keys, graph).values()].flatMap(({ key, is }) => (is === 'open' ? [key] : [])))

/** How far the stages of a run have come, for the check that a graph still fits. */
export function progressOf(keys: Iterable<FactKey>, graph: GraphFingerprint): RunProgress {
  // Timers, stops and retries are of runs, not of calls.
  const ofCalls = [...keys].filter(({ kind }) => kind === 'call' || kind === 'ask' || kind === 'answer')
  return progressOfCalls(
    ofCalls.map(({ kind, key }) => ({ key, hasEnded: kind === 'call' })),
    graph,
  )
}
