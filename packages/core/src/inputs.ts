import { StageflowError, quote } from './errors.ts'
import type { StageNode } from './node.ts'
import { FAILED, OK, SKIPPED } from './schedule-codes.ts'

/** Only there to be read in an error message. */
export type Undeclared<Needs> = [keyof Needs] extends [never] ? 'declare it: { dependencies: […] }' : never
type KeysOf<Union> = Union extends object ? keyof Union & string : never
type ValueOf<Union, Key> = Union extends object ? (Key extends keyof Union ? Union[Key] : never) : never

/** How a dependency had settled when the stage started; `late`: not yet. */
export type InputStatus = 'ok' | 'skip' | 'fail' | 'late'

/** What the dependencies of a stage produced, fixed when it starts. Reading what was not declared: `core/undeclared-input`. */
export interface StageInputs<out Needs = {}> {
  /** The data of a dependency; undefined where it was skipped, failed or is late. */
  from<Key extends keyof Needs & string>(stage: Key | Undeclared<Needs>): Needs[Key]
  /** The key of the one dependency that has it; two that have it are `core/ambiguous-input`. */
  get<Key extends KeysOf<Needs[keyof Needs]>>(key: Key): ValueOf<Needs[keyof Needs], Key> | undefined
  get<Key extends KeysOf<Needs[keyof Needs]>, const Fallback>(
    key: Key,
    fallback: Fallback,
  ): ValueOf<Needs[keyof Needs], Key> | Fallback
  /** One key of one dependency. */
  getFrom<Stage extends keyof Needs & string, Key extends keyof NonNullable<Needs[Stage]>>(
    stage: Stage,
    key: Key,
  ): undefined extends Needs[Stage] ? NonNullable<Needs[Stage]>[Key] | undefined : NonNullable<Needs[Stage]>[Key]
  getFrom<Stage extends keyof Needs & string, Key extends keyof NonNullable<Needs[Stage]>, const Fallback>(
    stage: Stage,
    key: Key,
    fallback: Fallback,
  ): NonNullable<Needs[Stage]>[Key] | Fallback
  /** One key of one dependency, which must be there: else `core/missing-input`. */
  requireFrom<Stage extends keyof Needs & string, Key extends keyof NonNullable<Needs[Stage]>>(
    stage: Stage,
    key: Key,
  ): NonNullable<Needs[Stage]>[Key]
  status(stage: keyof Needs & string): InputStatus
  /** Every dependency's data by its name. */
  toJSON(): Readonly<Record<string, unknown>>
}

/** What the inputs read of a run: one entry a stage. */
export interface Settled {
  readonly data: readonly (object | undefined)[]
  state(stage: number): number
}

type Data = Readonly<Record<string, unknown>>

/** The inputs of one stage. A stage that may start before its dependencies have settled keeps what it saw then. */
export class NodeInputs {
  readonly #settled: Settled
  readonly #node: StageNode
  /** What it saw when it started; undefined where nothing of it can change any more. */
  readonly #seen: { readonly data: readonly (object | undefined)[]; readonly states: readonly number[] } | undefined
  /** Most stages read their dependencies in declared order: the next one is tried first. */
  #next = 0

  constructor(settled: Settled, node: StageNode) {
    this.#settled = settled
    this.#node = node
    this.#seen = node.eager ? seenNow(settled, node.dependencies) : undefined
  }

  from(stage: string): object | undefined {
    return this.#value(this.#positionOf(stage))
  }

  status(stage: string): InputStatus {
    const position = this.#positionOf(stage)
    const state =
      this.#seen === undefined
        ? this.#settled.state(this.#node.dependencies[position] as number)
        : this.#seen.states[position]
    if (state === OK) return 'ok'
    if (state === SKIPPED) return 'skip'
    return state === FAILED ? 'fail' : 'late'
  }

  getFrom(stage: string, key: string, fallback?: unknown): unknown {
    const data = this.from(stage) as Data | undefined
    return data !== undefined && Object.hasOwn(data, key) ? data[key] : fallback
  }

  requireFrom(stage: string, key: string): unknown {
    const data = this.from(stage) as Data | undefined
    if (data !== undefined && Object.hasOwn(data, key)) return data[key]
    const found =
      data === undefined
        ? `it has no data (its status is ${this.status(stage)})`
        : `it gave ${listed(Object.keys(data), 'nothing')}`
    throw new StageflowError(
      'core/missing-input',
      `Stage "${this.#node.name}" requires ${quote(key)} of "${stage}", but ${found}. Let "${stage}" return it, or read it with getFrom and a fallback.`,
    )
  }

  get(key: string, fallback?: unknown): unknown {
    const { aliases } = this.#node
    let found: Data | undefined
    let first = ''
    for (let position = 0; position < aliases.length; position++) {
      const data = this.#value(position) as Data | undefined
      if (data === undefined || !Object.hasOwn(data, key)) continue
      const alias = aliases[position] as string
      if (found !== undefined)
        throw new StageflowError(
          'core/ambiguous-input',
          `Stage "${this.#node.name}" reads ${quote(key)}, which "${first}" and "${alias}" both produce. Name the one you mean: inputs.getFrom('${alias}', ${quote(key)}).`,
        )
      found = data
      first = alias
    }
    if (found === undefined) return fallback
    const late = this.#seen?.states.findIndex((state) => state < OK) ?? -1
    if (late >= 0)
      throw new StageflowError(
        'core/ambiguous-input',
        `Stage "${this.#node.name}" reads ${quote(key)} of "${first}", but "${aliases[late]}" has not settled and may produce it too. Name the one you mean: inputs.getFrom('${first}', ${quote(key)}).`,
      )
    return found[key]
  }

  toJSON(): Data {
    const all: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    this.#node.aliases.forEach((alias, position) => {
      all[alias] = this.#value(position)
    })
    return all
  }

  #value(position: number): object | undefined {
    return this.#seen === undefined
      ? this.#settled.data[this.#node.dependencies[position] as number]
      : this.#seen.data[position]
  }

  #positionOf(stage: string): number {
    const { aliases, positions } = this.#node
    let position = this.#next
    if (aliases[position] !== stage) {
      position = positions === undefined ? aliases.indexOf(stage) : (positions.get(stage) ?? -1)
      if (position < 0) throw undeclared(this.#node, stage)
    }
    this.#next = position + 1
    return position
  }
}

function seenNow(
  settled: Settled,
  dependencies: readonly number[],
): { data: (object | undefined)[]; states: number[] } {
  return {
    data: dependencies.map((index) => settled.data[index]),
    states: dependencies.map((index) => settled.state(index)),
  }
}

function undeclared(node: StageNode, stage: unknown): StageflowError {
  return new StageflowError(
    'core/undeclared-input',
    `Stage "${node.name}" reads ${quote(stage)} without depending on it; it declares ${listed(node.aliases, 'no dependencies')}. Add it: { dependencies: [${quote(stage)}] }.`,
  )
}

function listed(names: readonly string[], none: string): string {
  if (names.length === 0) return none
  const shown = names
    .slice(0, 12)
    .map((name) => `"${name}"`)
    .join(', ')
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown
}
