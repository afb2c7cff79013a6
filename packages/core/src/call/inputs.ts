import { checkArgumentCount } from '../base/argument-count.ts'
import { StageflowError } from '../base/errors.ts'
import { bareRecord } from '../base/objects.ts'
import { show, someOf } from '../base/show.ts'
import type { InputStatus } from '../contract/context.ts'
import type { StageNode } from '../graph/graph.ts'
import type { SeenInputs } from '../report/run-edges.ts'
import type { RunFacts } from '../report/run-facts.ts'
import { FAILED, OK, RUNNING, SKIPPED, SUSPENDED } from '../schedule/plan.ts'

type Data = Readonly<Record<string, unknown>>

/** The inputs of one stage. If the stage may start before its dependencies have settled, it keeps their state from then. */
export class NodeInputs {
  readonly #facts: RunFacts
  readonly #node: StageNode
  /** The state of the dependencies when it started; undefined if that can no longer change. */
  readonly #seen: SeenInputs | undefined
  /** The dependency that is tried first: most stages read them in declared order (decision 51). */
  #next = 0

  constructor(facts: RunFacts, node: StageNode) {
    this.#facts = facts
    this.#node = node
    if (node.fixesInputs)
      this.#seen = {
        data: node.dependencies.map((index) => facts.data[index]),
        states: node.dependencies.map((index) => facts.schedule.state(index)),
      }
  }

  // Bound, because stages destructure their inputs: `({ inputs: { from } }) => …`.
  get from() {
    return (stage: string, ...more: readonly unknown[]): object | undefined => {
      // The condition keeps the hot path inlined.
      if (more.length > 0) checkArgumentCount(1 + more.length, 1, 'from(stage) ?? fallback')
      return this.#from(stage)
    }
  }
  get status() {
    return (stage: string): InputStatus => {
      const position = this.#positionOf(stage)
      const state =
        this.#seen?.states[position] ?? this.#facts.schedule.state(this.#node.dependencies[position] as number)
      if (state === OK) return 'ok'
      if (state === SKIPPED) return 'skip'
      if (state === RUNNING && this.#node.kinds[position] === 'stream') return 'running'
      return state === FAILED ? 'fail' : 'late'
    }
  }
  get getFrom() {
    return (stage: string, key: string, fallback?: unknown): unknown => {
      const data = this.#from(stage) as Data | undefined
      return data !== undefined && Object.hasOwn(data, key) ? data[key] : fallback
    }
  }
  get requireFrom() {
    return (stage: string, key: string): unknown => {
      const data = this.#from(stage) as Data | undefined
      if (data !== undefined && Object.hasOwn(data, key)) return data[key]
      const found =
        data === undefined
          ? `it has no data (its status is ${this.status(stage)})`
          : `it gave ${listed(Object.keys(data), 'nothing')}`
      throw new StageflowError(
        'core/missing-input',
        `Stage "${this.#node.name}" requires ${show(key)} of "${stage}", but ${found}. Return it there, or use getFrom with a fallback.`,
      )
    }
  }
  get get() {
    return (key: string, fallback?: unknown): unknown => {
      const { aliases } = this.#node
      let found: Data | undefined
      let first = ''
      const open = this.#seen?.states.findIndex((state) => state < OK || state === SUSPENDED) ?? -1
      // Another dependency that has the key, or that may still return it. A suspended stage settles once its answer has come.
      let other = open < 0 ? undefined : aliases[open]
      for (let position = 0; position < aliases.length; position++) {
        const data = this.#value(position) as Data | undefined
        if (data === undefined || !Object.hasOwn(data, key)) continue
        if (found !== undefined) other = aliases[position]
        else {
          found = data
          first = aliases[position] as string
        }
      }
      if (found === undefined) return fallback
      if (other === undefined) return found[key]
      throw new StageflowError(
        'core/ambiguous-input',
        `Stage "${this.#node.name}" reads ${show(key)}, which both "${first}" and "${other}" may return. Name one: inputs.getFrom('${first}', ${show(key)}).`,
      )
    }
  }

  get stream() {
    return (stage?: string): AsyncIterableIterator<unknown> => {
      const { edges } = this.#facts
      if (edges === undefined) throw undeclared(this.#node, `stream(${show(stage)})`)
      return edges.read(this.#seen, this.#node, stage)
    }
  }

  toJSON(): Data {
    const all = bareRecord<unknown>()
    this.#node.aliases.forEach((alias, position) => {
      all[alias] = this.#value(position)
    })
    return all
  }

  #from(stage: string): object | undefined {
    return this.#value(this.#positionOf(stage))
  }

  #value(position: number): object | undefined {
    return this.#seen === undefined
      ? this.#facts.data[this.#node.dependencies[position] as number]
      : this.#seen.data[position]
  }

  #positionOf(stage: string): number {
    const { aliases, positions } = this.#node
    let position = this.#next
    if (aliases[position] !== stage)
      position = positions === undefined ? aliases.indexOf(stage) : (positions.get(stage) ?? -1)
    if (position < 0) throw undeclared(this.#node, show(stage))
    this.#next = position + 1
    return position
  }
}

/** `dependency`: how the stage would declare it. */
export function undeclared({ name, aliases }: StageNode, dependency: string): StageflowError {
  return new StageflowError(
    'core/undeclared-input',
    `Stage "${name}" reads ${dependency} without depending on it; it declares ${listed(aliases, 'no dependencies')}. Add it: { dependencies: [${dependency}] }.`,
  )
}

const listed = (names: readonly string[], none: string): string => someOf(names.map((name) => `"${name}"`)) || none
