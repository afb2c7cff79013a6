import type { GraphFingerprint, RunProgress, StageFingerprint } from '@stageflow/core/durable'
import { show } from '@stageflow/core/kit'

import type { FactKind } from './run-log.ts'

/** A kind and a key of a run's facts. */
export interface FactKey {
  readonly kind: FactKind
  readonly key: string
}

/** A stage of a key: `place` is the number of its item, or of its attempt. */
interface KeyPart {
  readonly name: string
  readonly place: string | undefined
}

/** A key is the way to a call: `kid/check@2`, `letters#3`. Core writes a slash within a name as %2F. */
const partsOf = (key: string): readonly KeyPart[] =>
  (key.split('@', 1)[0] as string).split('/').map((part) => {
    const [name = '', place] = part.split('#')
    return { name: name.replaceAll('%2F', '/'), place }
  })

/** The names of an answer, from the outermost: `['kid', 'check']` is answered by `{ kid: { check: answer } }`. */
export function answerPath(key: string, graph: GraphFingerprint): readonly string[] {
  let inside: GraphFingerprint | undefined = graph
  return partsOf(key).flatMap(({ name, place }) => {
    const stage: StageFingerprint | undefined = inside?.stages[name]
    inside = stage?.child
    // The number of an attempt isn't part of an answer: only the last attempt can wait.
    return place === undefined || stage?.repeat !== undefined ? [name] : [name, place]
  })
}

/** The keys of the calls that wait for an answer, and those that have got one. */
export function questionsIn(keys: Iterable<FactKey>): ReadonlyMap<string, 'open' | 'answered'> {
  const questions = new Map<string, 'open' | 'answered'>()
  for (const { kind, key } of keys) {
    if (kind === 'ask') questions.set(key, questions.get(key) ?? 'open')
    if (kind === 'answer') questions.set(key, 'answered')
  }
  return questions
}

interface Branch {
  readonly names: Map<string, Branch | { readonly key: string; readonly state: 'open' | 'answered' }>
}

export interface FoundAnswers {
  /** The answers by the keys of the calls that wait for them. */
  readonly answers: readonly (readonly [key: string, answer: unknown])[]
  readonly problems: readonly string[]
}

/** Finds the calls that answers are for. `given` has them by the names of stages, nested for child runs and maps. */
export function findAnswers(keys: Iterable<FactKey>, given: unknown, graph: GraphFingerprint): FoundAnswers {
  const root: Branch = { names: new Map() }
  for (const [key, state] of questionsIn(keys)) {
    const path = answerPath(key, graph)
    let branch = root
    for (const name of path.slice(0, -1)) {
      const found = branch.names.get(name)
      const next: Branch = found !== undefined && 'names' in found ? found : { names: new Map() }
      branch.names.set(name, next)
      branch = next
    }
    // Later rounds of a question come later.
    branch.names.set(path.at(-1) as string, { key, state })
  }
  const answers: (readonly [string, unknown])[] = []
  const problems = [...take(root, given, 'the run', answers)]
  return { answers, problems }
}

function* take(
  branch: Branch,
  given: unknown,
  where: string,
  answers: (readonly [string, unknown])[],
): Generator<string> {
  const waiting = `${where} waits for ${listOf(branch)}`
  if (typeof given !== 'object' || given === null || Object.keys(given).length === 0)
    return yield `the answer for ${where} must be an object with an answer for a stage, not ${Object(given) === given ? 'an empty one' : show(given)}; ${waiting}`
  for (const [name, answer] of Object.entries(given) as [string, unknown][]) {
    const found = branch.names.get(name)
    if (found === undefined) yield `it has an answer for "${name}", but ${waiting}`
    else if ('names' in found) yield* take(found, answer, `"${name}"`, answers)
    else if (found.state === 'answered') yield `"${name}" has been answered already`
    else answers.push([found.key, answer])
  }
}

function listOf({ names }: Branch): string {
  const open = [...names].filter(([, found]) => 'names' in found || found.state === 'open')
  return open.map(([name]) => `"${name}"`).join(', ') || 'no answer'
}

/** How far the stages of a run have come, for the check that a graph still fits. */
export function progressOf(keys: Iterable<FactKey>, graph: GraphFingerprint): RunProgress {
  const progress: Record<string, unknown> = {}
  for (const { kind, key } of keys) {
    // Timers and stops are of runs, not of calls.
    if (kind === 'timer' || kind === 'stop') continue
    reach(progress, partsOf(key), graph, kind === 'call')
  }
  return progress as RunProgress
}

function reach(
  progress: Record<string, unknown>,
  [part, ...inner]: readonly KeyPart[],
  graph: GraphFingerprint,
  hasSettled: boolean,
): void {
  const { name, place } = part as KeyPart
  const child = graph.stages[name]?.child
  if (inner.length === 0) progress[name] = hasSettled && place === undefined ? 'settled' : 'started'
  else if (child === undefined) progress[name] = 'started'
  else {
    const inside = typeof progress[name] === 'object' ? (progress[name] as Record<string, unknown>) : {}
    progress[name] = inside
    reach(inside, inner, child, hasSettled)
  }
}
