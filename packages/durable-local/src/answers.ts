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

/** The questions of a run by the names of their answers, nested for child runs and maps. */
interface QuestionTree {
  readonly names: Map<string, QuestionTree | Question>
}
interface Question {
  readonly key: string
  readonly state: 'open' | 'answered'
}

export interface FoundAnswers {
  /** The answers by the keys of the calls that wait for them. */
  readonly answers: readonly (readonly [key: string, answer: unknown])[]
  readonly problems: readonly string[]
}

/** Finds the calls that answers are for. `given` has them by the names of stages, nested for child runs and maps. */
export function findAnswers(keys: Iterable<FactKey>, given: unknown, graph: GraphFingerprint): FoundAnswers {
  const matches = [...matchAll(questionTree(keys, graph), given, 'the run')]
  return {
    answers: matches.flatMap((match) => ('key' in match ? [[match.key, match.answer] as const] : [])),
    problems: matches.flatMap((match) => ('problem' in match ? [match.problem] : [])),
  }
}

function questionTree(keys: Iterable<FactKey>, graph: GraphFingerprint): QuestionTree {
  const root: QuestionTree = { names: new Map() }
  for (const [key, state] of questionsIn(keys)) {
    const path = [...answerPath(key, graph)]
    const name = path.pop() as string
    const parent = path.reduce(subtree, root)
    // Later rounds of a question come later, and take the place of earlier ones.
    parent.names.set(name, { key, state })
  }
  return root
}

/** The questions below a name. Creates the place for them, also where an earlier round asked by this name alone. */
function subtree(parent: QuestionTree, name: string): QuestionTree {
  const found = parent.names.get(name)
  if (found !== undefined && 'names' in found) return found
  const created: QuestionTree = { names: new Map() }
  parent.names.set(name, created)
  return created
}

type Match = { readonly key: string; readonly answer: unknown } | { readonly problem: string }

function* matchAll(tree: QuestionTree, given: unknown, where: string): Generator<Match> {
  const waiting = `${where} waits for ${openNames(tree)}`
  const answers = given !== null && typeof given === 'object' ? Object.entries(given) : []
  if (answers.length === 0) {
    const shown = Object(given) === given ? 'an empty one' : show(given)
    const problem = `the answer for ${where} must be an object with an answer for a stage, not ${shown}; ${waiting}`
    return yield { problem }
  }
  for (const [name, answer] of answers) {
    const found = tree.names.get(name)
    if (found === undefined) yield { problem: `it has an answer for "${name}", but ${waiting}` }
    else if ('names' in found) yield* matchAll(found, answer, `"${name}"`)
    else if (found.state === 'answered') yield { problem: `"${name}" has been answered already` }
    else yield { key: found.key, answer }
  }
}

function openNames({ names }: QuestionTree): string {
  const open = [...names].filter(([, found]) => 'names' in found || found.state === 'open')
  return open.map(([name]) => `"${name}"`).join(', ') || 'no answer'
}

/** The keys of each of the given answers, from the outermost, whether they are waited for or not. Undefined items are left out. */
export function answerPaths(given: unknown, graph: GraphFingerprint): readonly (readonly string[])[] {
  if (given === null || typeof given !== 'object') return []
  return Object.entries(given).flatMap(([name, answer]) => {
    const stage = Object.hasOwn(graph.stages, name) ? graph.stages[name] : undefined
    const inside = stage?.child === undefined ? [] : answerPaths(answer, stage.child)
    return inside.length === 0 ? [[name]] : inside.map((path) => [name, ...path])
  })
}

/** How far the stages of a run have come, for the check that a graph still fits. */
export function progressOf(keys: Iterable<FactKey>, graph: GraphFingerprint): RunProgress {
  const progress: MutableProgress = {}
  for (const { kind, key } of keys) {
    // Timers and stops are of runs, not of calls.
    if (kind === 'timer' || kind === 'stop') continue
    noteProgress(progress, partsOf(key), graph, kind === 'call')
  }
  return progress
}

interface MutableProgress {
  [stage: string]: 'settled' | 'started' | MutableProgress
}

/** Notes how far the stage has come that the parts lead to, and that those on the way to it have started. */
function noteProgress(
  progress: MutableProgress,
  parts: readonly KeyPart[],
  graph: GraphFingerprint,
  hasEnded: boolean,
): void {
  const [{ name, place }, ...inner] = parts as readonly [KeyPart, ...KeyPart[]]
  if (inner.length === 0) {
    // An item or an attempt has ended, but the stage may have more of them.
    const isWholeStage = place === undefined
    progress[name] = hasEnded && isWholeStage ? 'settled' : 'started'
    return
  }
  const child = graph.stages[name]?.child
  if (child === undefined) {
    progress[name] = 'started'
    return
  }
  const known = progress[name]
  const inside: MutableProgress = typeof known === 'object' ? known : {}
  progress[name] = inside
  noteProgress(inside, inner, child, hasEnded)
}
