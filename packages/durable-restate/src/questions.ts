import type { WorkflowContext } from '@restatedev/restate-sdk'
import { answerPath, attemptsAround, parseKey, pathText } from '@stageflow/core/durable'
import type { GraphFingerprint } from '@stageflow/core/durable'
import { ENDED, QUESTION } from './names.ts'
import type { RefusedAnswer } from './run-acts.ts'
import type { KeptFact } from './service-call.ts'

/** What a stage, or an item of a map, has asked last. The state of the workflow keeps it by the path of its answer. */
export interface Question {
  /** From 1. A question that refused an answer has the next one. */
  readonly number: number
  /** Of the call that asked. */
  readonly key: string
  /** `idle`: its time has passed, or its child pipeline may run again, so it may ask again. `ended`: it can't ask anymore. */
  readonly is: 'open' | 'answered' | 'idle' | 'ended'
  readonly request?: unknown
  /** The JSON Schema of its answer. */
  readonly answerSchema?: object
  /** When the stage goes on without an answer, in ms since 1970. */
  readonly until?: number | undefined
}

/** Of a stage that has ended without a question. */
export const UNASKED: Question = { number: 0, key: '', is: 'ended' }

/** The questions of a run, by the paths of their answers. */
export class Questions {
  readonly #asked = new Map<string, Question>()
  /** The paths whose questions the state doesn't have yet as they are. */
  readonly #unwritten = new Set<string>()
  /** The paths of stages that have ended without a question, and that the state doesn't have yet. */
  readonly #unasked = new Set<string>()
  readonly #graph: GraphFingerprint
  /** How many answers each question had refused before the run was moved, by its key. */
  readonly #refused = new Map<string, number>()

  constructor(graph: GraphFingerprint, refused: readonly RefusedAnswer[]) {
    this.#graph = graph
    for (const { key } of refused) this.#refused.set(key, (this.#refused.get(key) ?? 0) + 1)
  }

  /** The call of `key` asks. `isNew`: it was not asked before the run was moved. */
  ask(key: string, asked: Pick<Question, 'request' | 'answerSchema'>, isNew: boolean): void {
    const path = this.#textOf(key)
    const number = (this.#asked.get(path)?.number ?? 0) + 1 + (this.#refused.get(key) ?? 0)
    this.#write(path, isNew ? { number, key, is: 'open', ...asked } : { number, key, is: 'answered' })
  }
  /** The question of `key` has a time. */
  limit(key: string, until: number): void {
    const path = this.#textOf(key)
    const question = this.#asked.get(path)
    if (question?.key === key && question.is === 'open') this.#write(path, { ...question, until })
  }

  /** The open question of a path. */
  open(path: string): Question | undefined {
    const question = this.#asked.get(path)
    return question?.is === 'open' ? question : undefined
  }
  answered(path: string): void {
    this.#turn(path, 'answered')
  }
  /** The question refuses its answer, and is open again. The promise of that answer is used, so the next one has another number. */
  refused(path: string, question: Question): void {
    this.#write(path, { ...question, number: question.number + 1 })
  }
  /** The time of the question of `key` has passed. */
  expired(key: string): void {
    const path = this.#textOf(key)
    if (this.#asked.get(path)?.key === key) this.#turn(path, 'idle')
  }
  /** The call of `key`, or its wait for an answer, has ended. */
  ended(key: string): void {
    const path = this.#textOf(key)
    const before = this.#asked.get(path)?.is
    const mayAskAgain = attemptsAround(key, this.#graph).length > 0
    if (before !== undefined) {
      if (mayAskAgain || before !== 'answered') this.#turn(path, mayAskAgain ? 'idle' : 'ended')
      // A map may have very many items, and the state is read with each request.
    } else if (!isOfItem(key)) this.#unasked.add(path)
  }

  /** Writes what has changed into the state, in an order that is the same in each attempt. Returns the open ones among it. */
  write(context: Pick<WorkflowContext, 'set'>): readonly (readonly [path: string, question: Question])[] {
    const changed = [...this.#unwritten].sort().map((path) => [path, this.#asked.get(path) as Question] as const)
    this.#unwritten.clear()
    for (const [path, question] of changed) context.set(QUESTION + path, question)
    for (const path of [...this.#unasked].sort()) context.set(ENDED + path, true)
    this.#unasked.clear()
    return changed.filter(([, { is }]) => is === 'open')
  }

  /** What the state doesn't have yet. */
  unwritten(): readonly (readonly [path: string, question: Question])[] {
    return [
      ...[...this.#unasked].map((path) => [path, UNASKED] as const),
      ...[...this.#unwritten].map((path) => [path, this.#asked.get(path) as Question] as const),
    ]
  }

  /** The path of an answer as a text, for the key of a call. */
  #textOf(key: string): string {
    return pathText(answerPath(key, this.#graph))
  }
  #turn(path: string, is: Question['is']): void {
    const { number, key } = this.#asked.get(path) as Question
    this.#write(path, { number, key, is })
  }
  #write(path: string, question: Question): void {
    this.#asked.set(path, question)
    this.#unwritten.add(path)
  }
}

/** What a run had asked before it was moved or tried again. The new run writes the same into its state, but not at once. */
export interface AskedBefore {
  /** By the paths of their answers, without what was requested. */
  readonly questions: readonly (readonly [path: string, question: Question])[]
  /**
   * The paths whose numbers only the new run knows. If an attempt of a child pipeline had ended when its stage asked, that question has no
   * number, and the facts don't tell.
   */
  readonly unsure: readonly string[]
}

/** Reads the questions of a run from the facts that it goes on with. */
export function askedBefore({ facts, refused = [] }: FactsBefore, graph: GraphFingerprint): AskedBefore {
  const questions = new Questions(graph, refused)
  const known = new Set(facts.map(({ kind, key }) => `${kind} ${key}`))
  const waits = new Set<string>()
  const unsure = new Set<string>()
  for (const fact of facts) {
    const { kind, key } = fact
    if (kind === 'answer') waits.delete(key)
    if (kind === 'timer' && waits.delete(key)) questions.expired(key)
    if (kind !== 'call') continue
    if (fact.facts.status !== 'suspend') {
      questions.ended(key)
      continue
    }
    waits.add(key)
    questions.ask(key, {}, !known.has(`answer ${key}`) && !known.has(`timer ${key}`))
    if (attemptsAround(key, graph).length > 0) unsure.add(pathText(answerPath(key, graph)))
  }
  return { questions: questions.unwritten().filter(([path]) => !unsure.has(path)), unsure: [...unsure] }
}
interface FactsBefore {
  readonly facts: readonly KeptFact[]
  readonly refused?: readonly RefusedAnswer[] | undefined
}

/** Whether a key is of a call for an item of a map, for its source, or for an attempt of a child pipeline that repeats. */
const isOfItem = (key: string): boolean =>
  parseKey(key).parts.some(({ place, isSource }) => place !== undefined || isSource === true)
