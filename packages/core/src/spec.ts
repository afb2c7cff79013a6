import type { InterceptorContext } from './context.ts'
import { quote } from './errors.ts'

/** A stage's code: what it returns is read by `toOutput`. */
export type Body = (context: InterceptorContext) => unknown

/** A stage that the builder provides (a child pipeline, a map): its code is made when the graph is built. */
export class MadeStage {
  readonly make: (building: Building) => Body

  constructor(make: (building: Building) => Body) {
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
  readonly name: string
  readonly stage: unknown
  readonly kind: unknown
  /** The names of its dependencies, each with the name it is read under. */
  readonly edges: readonly { readonly stage: string; readonly alias: string }[]
  readonly options: Readonly<Record<string, unknown>>
  /** The keys of `options` that belong to the description itself; the others are for interceptors. */
  readonly own: ReadonlySet<string>
  /** What was given in the place of options and is no object. */
  readonly malformed: unknown

  constructor(fields: { readonly [Key in keyof StageSpec]: StageSpec[Key] }) {
    this.name = fields.name
    this.stage = fields.stage
    this.kind = fields.kind
    this.edges = fields.edges
    this.options = fields.options
    this.own = fields.own
    this.malformed = fields.malformed
    Object.freeze(this)
  }
}

/** The same stage under another name. */
export function renamed({ stage, kind, edges, options, own, malformed }: StageSpec, name: string): StageSpec {
  return new StageSpec({ name, stage, kind, edges, options, own, malformed })
}

/** The options that the engine itself acts on. */
const SHARED = ['join', 'when', 'onFailure', 'late', 'outputSchema', 'placement']
const FLUENT: ReadonlySet<string> = new Set(['dependencies', ...SHARED])
const VALUE: ReadonlySet<string> = new Set(['name', 'kind', 'after', 'run', ...SHARED])
const NO_OPTIONS: Readonly<Record<string, unknown>> = Object.freeze({})
const NO_EDGES: StageSpec['edges'] = Object.freeze([])

/** A stage of the fluent builder. `own`: keys of its options that belong to a stage of this sort alone. */
export function fluentSpec(
  name: unknown,
  stage: unknown,
  kind: unknown,
  options: unknown,
  own: readonly string[] = [],
): StageSpec {
  const given =
    typeof options === 'object' && options !== null
      ? Object.freeze({ ...(options as Record<string, unknown>) })
      : NO_OPTIONS
  const { dependencies } = given
  return new StageSpec({
    name: name as string,
    stage,
    kind,
    edges: Array.isArray(dependencies)
      ? dependencies.map((dependency: string) => ({ stage: dependency, alias: dependency }))
      : NO_EDGES,
    options: given,
    own: own.length === 0 ? FLUENT : new Set([...FLUENT, ...own]),
    malformed: given === NO_OPTIONS ? options : undefined,
  })
}

/** A stage of `defineStage`. */
export function valueSpec(given: unknown): StageSpec {
  const isObject = typeof given === 'object' && given !== null
  const definition = (isObject ? given : NO_OPTIONS) as Readonly<Record<string, unknown>>
  const after = (definition['after'] ?? {}) as Record<string, { readonly name: string } | undefined>
  return new StageSpec({
    name: definition['name'] as string,
    stage: definition['run'],
    kind: definition['kind'],
    edges: Object.entries(after).map(([alias, stage]) => ({ stage: stage?.name as string, alias })),
    options: Object.freeze({ ...definition }),
    own: VALUE,
    malformed: isObject ? undefined : quote(given),
  })
}

/** Where a stage that runs a child keeps it: the child's problems are problems of the build. */
export const CHILD: unique symbol = Symbol('child')

/** Where a pipeline keeps its stages for the build. */
export const SPECS: unique symbol = Symbol('specs')

/** A pipeline, as the build sees it. */
export interface DescribedPipeline {
  readonly name: string
  readonly [SPECS]: readonly StageSpec[]
}

export const isDescribed = (value: unknown): value is DescribedPipeline =>
  typeof value === 'object' && value !== null && SPECS in value
