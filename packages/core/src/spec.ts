import type { InterceptorContext } from './context.ts'
import { branded } from './copies.ts'
import { quote } from './errors.ts'
import { isArray, isObject } from './rules.ts'
import type { Rules } from './rules.ts'

/** A stage's code: what it returns is read by `toOutput`. */
export type Body = (context: InterceptorContext) => unknown

/** A stage that the builder provides (a child pipeline, a map): its code is made when the graph is built. */
export class MadeStage {
  /** What the options must be that are its own. */
  declare readonly rules: Rules
  declare readonly make: (building: Building) => Body

  constructor(rules: Rules, make: (building: Building) => Body) {
    this.rules = rules
    this.make = make
  }
}

/** What a made stage may use of the build that it is part of. */
export interface Building {
  readonly stage: string
  /** The child as a graph: a pipeline is built as part of this build, once; undefined where it has problems, which are reported. */
  readonly child: (given: unknown) => ChildGraph | undefined
  readonly problem: (code: string, message: string, cause?: unknown) => void
}

/** What a made stage must know of its child. */
export interface ChildGraph {
  readonly name: string
  readonly names: readonly string[]
  readonly nodes: readonly { readonly info: { readonly kind: string } }[]
  readonly indexOf: (stage: string) => number | undefined
}

/** One stage as described, before anything is checked: values come from outside, so their types are not to be trusted. */
export class StageSpec {
  declare readonly name: string
  declare readonly stage: unknown
  declare readonly kind: unknown
  /** Its dependencies: the name of each, the name it is read under, and the stage itself if it was given as a value. */
  declare readonly edges: readonly { readonly stage: string; readonly alias: string; readonly value?: unknown }[]
  declare readonly options: Readonly<Record<string, unknown>>
  /** The keys of `options` that belong to the description itself; the others are for interceptors. */
  declare readonly own: readonly string[]
  /** What was given in the place of options and is no object. */
  declare readonly malformed: unknown

  static {
    branded(this.prototype)
  }

  constructor(fields: { readonly [Key in keyof StageSpec]: StageSpec[Key] }) {
    Object.freeze(Object.assign(this, fields))
  }
}

/** The options that the engine itself acts on. */
const SHARED = ['join', 'when', 'onFailure', 'late', 'outputSchema', 'placement']
const FLUENT = ['dependencies', ...SHARED]
const VALUE = ['name', 'kind', 'after', 'run', ...SHARED]
const NO_OPTIONS: Readonly<Record<string, unknown>> = Object.freeze({})

/** A stage of the fluent builder. */
export function fluentSpec(name: unknown, stage: unknown, kind: unknown, options: unknown): StageSpec {
  const given = isObject(options) ? Object.freeze({ ...options }) : NO_OPTIONS
  const { dependencies } = given
  return new StageSpec({
    name: name as string,
    stage,
    kind,
    edges: isArray(dependencies)
      ? Array.from(dependencies as readonly string[], (dependency) => ({ stage: dependency, alias: dependency }))
      : [],
    options: given,
    own: stage instanceof MadeStage ? [...FLUENT, 'kind', ...Object.keys(stage.rules)] : FLUENT,
    malformed: given === NO_OPTIONS ? options : undefined,
  })
}

/** A stage of `defineStage`. */
export function valueSpec(given: unknown): StageSpec {
  const definition = isObject(given) ? given : NO_OPTIONS
  const after = (definition['after'] ?? {}) as Record<string, { readonly name: string } | undefined>
  return new StageSpec({
    name: definition['name'] as string,
    stage: definition['run'],
    kind: definition['kind'],
    edges: Object.entries(after).map(([alias, value]) => ({ stage: value?.name as string, alias, value })),
    options: Object.freeze({ ...definition }),
    own: VALUE,
    malformed: definition === given ? undefined : quote(given),
  })
}

/** Whether a stage was made by `defineStage`. */
export const isValue = ({ own }: StageSpec): boolean => own === VALUE

/** Where a stage that runs a child keeps it, in every copy of core: the child's problems are problems of the build. */
export const CHILD: unique symbol = Symbol.for('@stageflow/child')

/** Where a pipeline keeps its stages for the build. */
export const SPECS: unique symbol = Symbol('specs')

/** A pipeline, as the build sees it. */
export interface DescribedPipeline {
  readonly name: string
  readonly [SPECS]: readonly StageSpec[]
}

export const isDescribed = (value: unknown): value is DescribedPipeline => isObject(value) && SPECS in value
