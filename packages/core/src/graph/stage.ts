import { branded, isArray, isAsyncIterator, isFunction, isNot, isObject, isText } from '../base/check.ts'
import { StageflowError, textOf } from '../base/errors.ts'
import { isThenable } from '../base/foreign.ts'
import { EMPTY } from '../base/objects.ts'
import { ANY, FLAG, functionLike, givenNames, oneOf, plainOptions, unknownNames } from '../base/options.ts'
import type { OptionRule, OptionRules } from '../base/options.ts'
import type { PipelineInfo } from '../contract/graph-info.ts'
import type { StageContext } from '../contract/context.ts'
import { EDGE } from '../contract/edges.ts'
import type { GivenEdge } from '../contract/edges.ts'
import { after } from '../contract/interceptor.ts'
import type { InterceptorContext } from '../contract/interceptor.ts'
import { StageKind, failed, isOutput, toOutput } from '../contract/output.ts'
import type { Output } from '../contract/output.ts'
import type { AnyStage, OutputSchema } from '../contract/stage.ts'

/** Reports a problem of a build. */
export type Problem = (code: string, message: string, cause?: unknown) => void

/** A stage's code. `toOutput` reads what it returns. */
export type Body = (context: InterceptorContext) => unknown

/** A stage that the builder provides: a child pipeline or a map. `build()` makes its code. */
export class MadeStage {
  /** The rules of its own options. */
  declare readonly rules: OptionRules
  declare readonly make: (building: Building) => ReadStage

  constructor(rules: OptionRules, make: (building: Building) => ReadStage) {
    this.rules = rules
    this.make = make
  }
}

/** The parts of a build that a made stage may use. */
export interface Building {
  readonly stage: string
  /**
   * Returns the child as a graph. A pipeline is built once, as part of this build; if it has problems, they are reported and
   * this returns undefined.
   */
  readonly child: (given: unknown) => ChildGraph | undefined
  readonly problem: (code: string, message: string, cause?: unknown) => void
}

/** The parts of a child graph that a made stage uses. */
export interface ChildGraph {
  readonly name: string
  readonly info: PipelineInfo
  readonly names: readonly string[]
  readonly nodes: readonly { readonly info: { readonly kind: string } }[]
  readonly indexOf: (stage: string) => number | undefined
}

/** A dependency as described: the name of its stage, the name it is read under, and the stage itself if it was given as a value. */
export interface EdgeSpec {
  readonly stage: string
  readonly alias: string
  readonly value: unknown
  /** Undefined if it is a plain dependency. */
  readonly edge: GivenEdge | undefined
}

/** A stage as described, before any check. Its values come from outside, so don't trust their types. */
export class StageSpec {
  declare readonly name: string
  declare readonly stage: unknown
  declare readonly kind: unknown
  declare readonly edges: readonly EdgeSpec[]
  declare readonly options: Readonly<Record<string, unknown>>
  /** What `options` was copied from: perhaps no object, or an instance of a class, which may inherit options of interceptors. */
  declare readonly given: unknown
  /** The keys of `options` that belong to the description itself; the others are for interceptors. */
  declare readonly own: readonly string[]
  /** Whether it is a value, which other stages name in `after`. The build checks that they mean this very one. */
  declare readonly isValue: boolean

  static {
    branded(this.prototype)
  }

  constructor(fields: { readonly [Key in keyof StageSpec]: StageSpec[Key] }) {
    Object.freeze(Object.assign(this, fields))
  }
}

/** Whether the fallback is data that the stage could have returned. */
export const hasFallback = (value: unknown): value is { readonly fallback: object } =>
  isObject(value) &&
  unknownNames(value, ['fallback']).length === 0 &&
  isObject(value['fallback']) &&
  toOutput(value['fallback'], '').status === 'ok' &&
  !isOutput(value['fallback'])

const SCHEMA: OptionRule = [
  (value) => isFunction((value as Partial<OutputSchema> | null)?.['~standard']?.validate),
  'a Standard Schema, such as one of zod',
]
/** The rules of the options that the engine itself acts on. A join has problems of its own. */
export const STAGE_RULES: OptionRules = {
  dependencies: [isArray, 'an array of names'],
  join: ANY,
  when: [isFunction, 'a function (inputs, snapshot) => true or false'],
  onFailure: [
    (value) => value === 'skip' || hasFallback(value),
    "'skip' or { fallback: { … } } with plain data and no reserved status",
  ],
  late: oneOf('finish', 'abort'),
  uninterruptible: FLAG,
  toChunks: functionLike('(data) => chunks'),
  outputSchema: SCHEMA,
  answerSchema: SCHEMA,
  placement: [isText, 'a string'],
}
const FLUENT = Object.keys(STAGE_RULES)
const VALUE = ['name', 'kind', 'after', ...FLUENT.slice(1)]

/** A stage of the fluent builder. */
export function fluentSpec(name: unknown, stage: unknown, kind: unknown, options: unknown): StageSpec {
  const own = stage instanceof MadeStage ? [...FLUENT, 'kind', ...Object.keys(stage.rules)] : FLUENT
  const copy = copyOf(options, own)
  const { dependencies } = copy
  const given: readonly unknown[] = isArray(dependencies) ? Array.from(dependencies) : []
  return new StageSpec({
    name: name as string,
    stage,
    kind,
    edges: given.map((dependency) => edgeSpec(dependency)),
    options: copy,
    given: options,
    own,
    isValue: false,
  })
}

/** Reads a dependency: a name, a stage as a value, or an edge from either. Default for `alias`: the name. */
function edgeSpec(given: unknown, alias?: string): EdgeSpec {
  const edge = isObject(given) && EDGE in given ? (given as unknown as GivenEdge) : undefined
  const source = edge === undefined ? given : edge.stage
  const stage = (isObject(source) ? source['name'] : source) as string
  return { stage, alias: alias ?? stage, value: isObject(source) ? source : undefined, edge }
}

const copyOf = (options: unknown, own: readonly string[]): Readonly<Record<string, unknown>> =>
  isObject(options) ? Object.freeze(plainOptions(options, own)) : EMPTY

/** A stage as a value. `made`: its code, if the builder makes it; otherwise its `run` is the code. */
export function valueSpec(given: unknown, made?: MadeStage): StageSpec {
  const own = [...VALUE, ...(made === undefined ? ['run'] : Object.keys(made.rules))]
  const definition = copyOf(given, own)
  const after = Object(definition['after']) as Record<string, unknown>
  return new StageSpec({
    name: definition['name'] as string,
    stage: made ?? definition['run'],
    kind: definition['kind'],
    edges: givenNames(after).map((alias) => edgeSpec(after[alias], alias)),
    options: definition,
    given,
    own,
    isValue: true,
  })
}

/** The stage with other code. Its name, kind, dependencies and options stay. Throws `core/not-a-stage` if its kind can't be read. */
export function withCode(stage: AnyStage, code: (context: StageContext) => unknown): AnyStage {
  const { name, stage: before, kind, edges, options, given, own } = stage as unknown as StageSpec
  const spec = new StageSpec({
    name,
    stage: code,
    kind: kind ?? (before instanceof MadeStage ? undefined : readStage(before, name).kind),
    edges,
    options,
    given,
    own,
    // The build lets it stand for the value that it replaces in `after` of other stages.
    isValue: false,
  })
  return spec as unknown as AnyStage
}

/** The key under which a stage object keeps its child, so that the build checks the child too. */
export const CHILD: unique symbol = Symbol.for('@stageflow/child')

/** The key under which a pipeline keeps its stages for the build. */
export const SPECS: unique symbol = Symbol('specs')

/** The stages that a pipeline adds to those of the pipeline before it. */
export interface AddedSpecs {
  readonly before: AddedSpecs | undefined
  readonly specs: readonly StageSpec[]
  /** All stages, once they have been read. */
  all?: readonly StageSpec[]
}

/** A pipeline, as the build sees it. */
export interface DescribedPipeline {
  readonly name: string
  readonly [SPECS]: AddedSpecs
}

export const isDescribed = (value: unknown): value is DescribedPipeline => isObject(value) && SPECS in value

/** The stages of a pipeline, in declared order. */
export function specsOf({ [SPECS]: last }: DescribedPipeline): readonly StageSpec[] {
  if (last.all !== undefined) return last.all
  const parts: (readonly StageSpec[])[] = []
  for (let at: AddedSpecs | undefined = last; at !== undefined; at = at.before) parts.push(at.specs)
  last.all = Object.freeze(parts.reverse().flat())
  return last.all
}

/** A stage read from a function, object or class. */
export interface ReadStage {
  readonly body: Body
  readonly kind?: unknown
  readonly streams: boolean
  /** The function that the app wrote. */
  readonly code?: Function | undefined
  /** The graph of the pipeline that it runs. */
  readonly child?: ChildGraph | undefined
  /** Only of a map: what each item runs. */
  readonly item?: ReadStage
}

const KINDS: readonly unknown[] = Object.values(StageKind)
export const isStageKind = (kind: unknown): kind is StageKind => KINDS.includes(kind)

/** Reads a stage; instantiates a class. Throws `core/not-a-stage`. */
export function readStage(stage: unknown, name: string): ReadStage {
  if (isFunction(stage) && !isClass(stage))
    return { body: stage as Body, streams: isAsyncGenerator(stage), code: stage }
  const object = isFunction(stage) ? construct(stage as new () => unknown, name) : stage
  const execute = executeOf(object)
  if (execute === undefined)
    throw new StageflowError(
      'core/not-a-stage',
      isNot(`Stage "${name}"`, 'a function, or a class or object with execute(context)', stage),
    )
  const { kind } = object as { kind?: unknown }
  const body: Body = (context) => (object as { execute: Body }).execute(context)
  return { body, kind, streams: isAsyncGenerator(execute), code: execute }
}

/** The stage's own name; undefined if it has none. */
export function ownName(stage: unknown): unknown {
  if (isFunction(stage) && isClass(stage)) {
    try {
      return new (stage as new () => { name?: unknown })().name
    } catch {
      return undefined // the build reports why it can't be constructed
    }
  }
  return isObject(stage) ? stage['name'] : undefined
}

function executeOf(object: unknown): Function | undefined {
  const execute = isObject(object) ? object['execute'] : undefined
  return isFunction(execute) ? execute : undefined
}

function construct(stage: new () => unknown, name: string): unknown {
  try {
    return new stage()
  } catch (cause) {
    throw new StageflowError(
      'core/not-a-stage',
      `The constructor of stage "${name}" threw: ${textOf(cause)}. It gets no arguments; use context.ports.`,
      { cause },
    )
  }
}

/** Whether a function is a class, also one compiled to ES5. */
const isClass = (value: Function): boolean =>
  Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false || executeOf(value.prototype) !== undefined
export const isAsyncGenerator = (value: Function): boolean =>
  (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'AsyncGeneratorFunction'

/** Validates the data of a stage inside its interceptors, so that a retry sees a schema failure. */
export function withSchema(body: Body, schema: OutputSchema, name: string): Body {
  const threw = (cause: unknown): Output =>
    failed('core/output-schema', `The outputSchema of stage "${name}" threw: ${textOf(cause)}`, { cause })
  const validate = (value: unknown): Output | Promise<Output> => {
    const output = toOutput(value, name)
    if (output.status !== 'ok') return output
    try {
      const judged = after(schema['~standard'].validate(output.data), (result) => judge(output, result, name))
      return judged instanceof Promise ? judged.catch(threw) : judged
    } catch (cause) {
      return threw(cause)
    }
  }
  // The stage may return a promise or be a generator. The schema validates its final value.
  return (context: InterceptorContext) => {
    const value = body(context)
    return !isThenable(value) && isAsyncIterator(value) ? validated(value, validate) : after(value, validate)
  }
}

interface SchemaResult {
  readonly value?: unknown
  readonly issues?: readonly { readonly message: string; readonly path?: readonly unknown[] }[]
}

function judge(output: Output, given: unknown, name: string): Output {
  const { value, issues } = readResult(given)
  if (issues === undefined) return toOutput(output.withData(value), name)
  return failed('core/output-schema', `Stage "${name}" returned data that its outputSchema refuses: ${issues}.`)
}

/** What a schema made of a value, or its issues as a text. Throws for a result that has neither. */
export function readResult(given: unknown): { readonly value: unknown; readonly issues: string | undefined } {
  const { value, issues } = given as SchemaResult
  if (issues === undefined && !('value' in (given as object)))
    throw new TypeError('it returned neither a value nor issues')
  const texts = issues
    ?.slice(0, 10)
    .map(({ message, path = [] }) => (path.length === 0 ? message : `${path.map(keyOf).join('.')}: ${message}`))
  return { value, issues: texts?.join('; ') }
}

const keyOf = (segment: unknown): string => String(isObject(segment) && 'key' in segment ? segment['key'] : segment)

async function* validated(
  chunks: AsyncGenerator<unknown, unknown>,
  validate: (value: unknown) => Output | Promise<Output>,
): AsyncGenerator<unknown, unknown> {
  return await validate(yield* chunks)
}
