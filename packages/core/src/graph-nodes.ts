import type { Problem } from './compose.ts'
import type { Dependency, Join, PipelineInfo, StageInfo, StageOptions } from './context.ts'
import { StageflowError, quote, textOf } from './errors.ts'
import type { Edges } from './graph-edges.ts'
import type { StageNode } from './node.ts'
import { StageKind } from './output.ts'
import type { Freeze } from './output.ts'
import type { Need } from './plan.ts'
import { checkRules, isArray, isCount, isFunction, isObject, isOneOf, isText } from './rules.ts'
import type { Rules } from './rules.ts'
import { CHILD, MadeStage } from './spec.ts'
import type { Building, StageSpec } from './spec.ts'
import { isStageKind, readStage, withSchema } from './stage.ts'
import type { ReadStage } from './stage.ts'
import type { OutputSchema } from './stage-types.ts'

/** What the nodes of one build have in common. */
export interface NodeBuild {
  readonly specs: readonly StageSpec[]
  readonly edges: readonly Edges[]
  readonly pipeline: PipelineInfo
  readonly freeze: Freeze
  readonly problem: Problem
  /** Whether somebody answers for a stage option. */
  readonly claims: (option: string) => boolean
  readonly child: Building['child']
}

/** A stage before the interceptors are put around it. */
export type BareNode = Omit<StageNode, 'wrapped'>

/** How many dependencies make a search by name worth an index. */
const MANY = 8

export function createNode(
  build: NodeBuild,
  place: number,
  dependents: readonly number[],
): { readonly node: BareNode; readonly need: Need } {
  const spec = build.specs[place] as StageSpec
  const { sources: dependencies, aliases } = build.edges[place] as Edges
  const { problem } = build
  const read = readCode(build, spec, problem)
  const join = readJoin(spec, dependencies.length, problem)
  checkOptions(build, spec, problem)
  const { when, onFailure, late, outputSchema } = spec.options
  const info = new NodeInfo(build, place, kindOf(spec, read, problem), join, dependents, read.streams)
  const need = needOf(join, dependencies.length)
  const node: BareNode = {
    index: place,
    name: spec.name,
    info,
    dependencies,
    aliases,
    positions: aliases.length > MANY ? new Map(aliases.map((alias, position) => [alias, position])) : undefined,
    eager: need.eager,
    late: late === 'abort',
    when: when as StageNode['when'],
    onFailure: hasFallback(onFailure)
      ? { fallback: build.freeze(onFailure.fallback) }
      : (onFailure as StageNode['onFailure']),
    body: outputSchema === undefined ? read.body : withSchema(read.body, outputSchema as OutputSchema, spec.name),
  }
  return { node, need: { ...need, late: node.late } }
}

function needOf(join: Join, count: number): Omit<Need, 'late'> {
  if (count === 0) return { need: 0, eager: false }
  if (typeof join === 'object') return { need: join.quorum, eager: join.quorum < count }
  return { need: join === 'every' ? count : join === 'settled' ? 0 : 1, eager: join === 'any' }
}

function readCode(build: NodeBuild, spec: StageSpec, problem: Problem): ReadStage {
  try {
    if (spec.stage instanceof MadeStage)
      return {
        body: spec.stage.make({ stage: spec.name, child: build.child, problem }),
        kind: undefined,
        streams: false,
      }
    if (isObject(spec.stage) && CHILD in spec.stage) build.child(spec.stage[CHILD])
    return readStage(spec.stage, spec.name)
  } catch (error) {
    if (StageflowError.is(error)) problem(error.code, error.message, error.cause)
    else problem('core/not-a-stage', `Stage "${spec.name}" cannot be read: ${textOf(error)}`, error)
    return { body: () => {}, kind: undefined, streams: false }
  }
}

function kindOf(spec: StageSpec, read: ReadStage, problem: Problem): StageKind {
  const kind = spec.kind ?? read.kind ?? StageKind.TRANSFORM
  if (!isStageKind(kind)) {
    problem(
      'core/kind',
      `Stage "${spec.name}" is of kind ${quote(kind)}; the kinds are ${Object.keys(StageKind).join(', ')} of StageKind.`,
    )
    return StageKind.TRANSFORM
  }
  if (spec.kind !== undefined && read.kind !== undefined && spec.kind !== read.kind)
    problem(
      'core/kind',
      `Stage "${spec.name}" is added with kind "${kind}" and says itself that it is ${quote(read.kind)}; leave one out.`,
    )
  return kind
}

const JOINS = isOneOf('all', 'every', 'any', 'settled')

function readJoin({ name, options: { join = 'all' } }: StageSpec, count: number, problem: Problem): Join {
  if (JOINS(join)) return join as Join
  const quorum = isObject(join) ? join['quorum'] : undefined
  if (quorum === undefined)
    problem(
      'core/join',
      `Stage "${name}" has join ${quote(join)}; it must be 'all', 'every', 'any', 'settled' or { quorum: n }.`,
    )
  else if (isCount(quorum) && quorum <= count) return { quorum }
  else
    problem(
      'core/quorum',
      `Stage "${name}" waits for a quorum of ${quote(quorum)} of its ${count} dependencies; it must be a whole number from 1 to ${count}.`,
    )
  return 'all'
}

const hasFallback = (value: unknown): value is { readonly fallback: object } =>
  isObject(value) && isObject(value['fallback'])

const RULES: Rules = {
  when: [isFunction, 'a function (inputs, snapshot) => true or false'],
  onFailure: [(value) => value === 'skip' || hasFallback(value), "'skip' or { fallback: { … } }"],
  late: [isOneOf('finish', 'abort'), "'finish' or 'abort'"],
  placement: [isText, 'a string'],
  outputSchema: [
    (value) => isFunction((value as Partial<OutputSchema> | null)?.['~standard']?.validate),
    'a Standard Schema, such as one of zod',
  ],
  dependencies: [isArray, 'an array of names of stages'],
}

function checkOptions(build: NodeBuild, { name, options, own, malformed }: StageSpec, problem: Problem): void {
  if (malformed !== undefined)
    problem(
      'core/illegal-option',
      `Stage "${name}" was given ${quote(malformed)} in the place of its options; they are an object such as { dependencies: [] }.`,
    )
  checkRules(options, RULES, (key, why) => problem('core/illegal-option', `Stage "${name}" has ${key} ${why}.`))
  for (const option of Object.keys(options)) {
    if (options[option] === undefined || own.has(option) || build.claims(option)) continue
    problem(
      'core/unclaimed-option',
      `Stage "${name}" has the option "${option}", which no interceptor of this build claims: add the interceptor that does, take the option out, or build with ignoreOptions: ['${option}'].`,
    )
  }
}

/** A stage as its graph knows it; the lists are made when they are read. */
class NodeInfo implements StageInfo {
  readonly name: string
  readonly kind: StageKind
  readonly index: number
  readonly join: Join
  readonly conditional: boolean
  readonly streams: boolean
  readonly options: Readonly<StageOptions>
  readonly pipeline: PipelineInfo
  readonly #build: Pick<NodeBuild, 'specs' | 'edges'>
  readonly #dependents: readonly number[]

  constructor(
    { specs, edges, pipeline }: NodeBuild,
    place: number,
    kind: StageKind,
    join: Join,
    dependents: readonly number[],
    streams: boolean,
  ) {
    const { name, options } = specs[place] as StageSpec
    this.name = name
    this.kind = kind
    this.index = place
    this.join = join
    this.conditional = options['when'] !== undefined
    this.streams = streams
    this.options = options
    this.pipeline = pipeline
    this.#build = { specs, edges }
    this.#dependents = dependents
    Object.freeze(this)
  }

  get dependencies(): readonly Dependency[] {
    return (this.#build.edges[this.index] as Edges).sources.map((source) => ({
      stage: this.#nameOf(source),
      edge: 'value',
    }))
  }
  get dependents(): readonly string[] {
    return this.#dependents.map((target) => this.#nameOf(target))
  }
  #nameOf(place: number): string {
    return this.#build.specs[place]?.name as string
  }
}
