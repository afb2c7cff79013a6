import { formatKey, parseKey } from '../contract/keys.ts'
import type { KeyPart } from '../contract/keys.ts'
import { stageNamed } from './fit.ts'
import type { GraphFingerprint, RunProgress, StageFingerprint } from './fit.ts'

// What keys mean in a graph.

/** The stage that the names of an answer lead to, from the outermost run; undefined if the graph has none. The name of an item isn't a stage. */
export function stageIn(
  graph: GraphFingerprint,
  [name = '', ...after]: readonly string[],
): StageFingerprint | undefined {
  const stage = stageNamed(name, graph)
  if (after.length === 0) return stage
  const inside = stage?.map === true ? after.slice(1) : after
  return stage?.child && inside.length > 0 ? stageIn(stage.child, inside) : undefined
}

/** The stage that a key leads to; undefined if the graph has none. */
export function stageOfKey(key: string, graph: GraphFingerprint): StageFingerprint | undefined {
  let inside: GraphFingerprint | undefined = graph
  let stage: StageFingerprint | undefined
  for (const { name } of parseKey(key).parts) {
    stage = inside && stageNamed(name, inside)
    inside = stage?.child
  }
  return stage
}

/**
 * The names of the answer that a call waits for, from the outermost: `['kid', 'check']` is answered by `{ kid: { check: answer } }`. The number
 * of an attempt isn't one of them, because only the last attempt can wait.
 */
export function answerPath(key: string, graph: GraphFingerprint): readonly string[] {
  let inside: GraphFingerprint | undefined = graph
  return parseKey(key).parts.flatMap(({ name, place }) => {
    const stage: StageFingerprint | undefined = inside && stageNamed(name, inside)
    inside = stage?.child
    return place === undefined || stage?.repeat !== undefined ? [name] : [name, place]
  })
}

/** The key of the first question of a path of names. It has no numbers of attempts, which paths don't have. */
export function keyAtPath(names: readonly string[], graph: GraphFingerprint): string {
  const parts: KeyPart[] = []
  let inside: GraphFingerprint | undefined = graph
  let isMap = false
  for (const name of names) {
    // The name after that of a map is that of an item.
    if (isMap) {
      parts.push({ ...(parts.pop() as KeyPart), place: name })
      isMap = false
      continue
    }
    parts.push({ name })
    const stage: StageFingerprint | undefined = inside && stageNamed(name, inside)
    inside = stage?.child
    isMap = stage?.map === true
  }
  return formatKey({ parts, round: 1 })
}

/** A child pipeline that repeats. */
export interface ChildAttempt {
  /** The prefix of its run, and its name. */
  readonly prefix: string
  readonly name: string
  readonly number: number
}

/** The attempts of repeated child pipelines that a key is inside of: `answer#2/kid/check` is in attempt 2 of `answer`. */
export function attemptsAround(key: string, graph: GraphFingerprint): readonly ChildAttempt[] {
  let inside: GraphFingerprint | undefined = graph
  return parseKey(key).parts.flatMap(({ prefix, name, place }) => {
    const stage: StageFingerprint | undefined = inside && stageNamed(name, inside)
    inside = stage?.child
    return stage?.repeat === undefined || place === undefined ? [] : [{ prefix, name, number: Number(place) }]
  })
}

/** A call of a run that has a fact. */
export interface RecordedCall {
  readonly key: string
  /** False while it waits for an answer. */
  readonly hasEnded: boolean
}

interface MutableProgress {
  [stage: string]: 'settled' | 'started' | MutableProgress
}

/** How far the stages of a run have come by its calls, in the order of their facts. */
export function progressOfCalls(calls: Iterable<RecordedCall>, graph: GraphFingerprint): RunProgress {
  const progress: MutableProgress = {}
  for (const call of calls) noteProgress(progress, call, graph)
  return progress
}

/** Notes how far the stage of a call has come, and that those around it have started. */
function noteProgress(all: MutableProgress, { key, hasEnded }: RecordedCall, graph: GraphFingerprint): void {
  const { parts } = parseKey(key)
  let progress = all
  let inside = graph
  let isInItem = false
  for (const [depth, { name, place, isSource }] of parts.entries()) {
    const isStageItself = depth === parts.length - 1
    const { child, map } = stageNamed(name, inside) ?? {}
    if (isStageItself || child === undefined) {
      // An item or an attempt has ended, but the stage may have more of them.
      const isWhole = isStageItself && place === undefined && isSource === undefined
      const far = hasEnded && isWhole ? 'settled' : 'started'
      // Of several items that run the same stage, the furthest one counts.
      if (!isInItem || progress[name] !== 'settled') progress[name] = far
      return
    }
    isInItem ||= map === true
    const known = progress[name]
    const within: MutableProgress = typeof known === 'object' ? known : {}
    progress[name] = within
    progress = within
    inside = child
  }
}
