import type { InterceptorContext } from './context.ts'
import { StageflowError, quote, textOf } from './errors.ts'
import { isThenable } from './thenable.ts'
import { Output, StageKind, toOutput } from './output.ts'
import type { Body } from './spec.ts'
import { valueSpec } from './spec.ts'
import type { DefineStage, OutputSchema } from './stage-types.ts'

/** What the engine needs of a stage given as function, object or class. */
export interface ReadStage {
  readonly body: Body
  readonly kind: unknown
  readonly streams: boolean
}

const KINDS: ReadonlySet<unknown> = new Set(Object.values(StageKind))
export const isStageKind = (kind: unknown): kind is StageKind => KINDS.has(kind)

/** Reads a stage; a class is instantiated. Throws a `core/not-a-stage` that names it. */
export function readStage(stage: unknown, name: string): ReadStage {
  if (typeof stage === 'function' && !isClass(stage))
    return { body: stage as Body, kind: undefined, streams: isAsyncGenerator(stage) }
  const object = typeof stage === 'function' ? construct(stage as new () => unknown, name) : stage
  const execute = executeOf(object)
  if (execute === undefined)
    throw new StageflowError(
      'core/not-a-stage',
      `Stage "${name}" is ${quote(stage)}, which is not a stage: give a function, or a class or object with execute(context).`,
    )
  const { kind } = object as { kind?: unknown }
  return { body: (context) => (object as { execute: Body }).execute(context), kind, streams: isAsyncGenerator(execute) }
}

/** The name that a stage has of its own; undefined where it has none. */
export function ownName(stage: unknown): unknown {
  if (typeof stage === 'function' && isClass(stage)) {
    try {
      return new (stage as new () => { name?: unknown })().name
    } catch {
      return undefined // building it says why it cannot be constructed
    }
  }
  return typeof stage === 'object' && stage !== null ? (stage as { name?: unknown }).name : undefined
}

function executeOf(object: unknown): Function | undefined {
  if (typeof object !== 'object' || object === null) return undefined
  const { execute } = object as { execute?: unknown }
  return typeof execute === 'function' ? execute : undefined
}

function construct(stage: new () => unknown, name: string): unknown {
  try {
    return new stage()
  } catch (cause) {
    throw new StageflowError(
      'core/not-a-stage',
      `Stage "${name}" is a class whose constructor threw: ${textOf(cause)}. A stage class is made without arguments; what it needs comes through context.ports.`,
      { cause },
    )
  }
}

/** A class, also one compiled to a function of old. */
const isClass = (value: Function): boolean =>
  Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false || executeOf(value.prototype) !== undefined
const isAsyncGenerator = (value: Function): boolean =>
  Object.prototype.toString.call(value) === '[object AsyncGeneratorFunction]'

/** Checks what a stage returns against a schema, inside the interceptors: a retry sees what the schema refused. */
export function withSchema(body: Body, schema: OutputSchema, name: string): Body {
  const validate = (value: unknown): Output | Promise<Output> => {
    const output = toOutput(value, name)
    if (output.status !== 'ok') return output
    try {
      const result = schema['~standard'].validate(output.data)
      if (!isThenable(result)) return judge(output, result, name)
      return Promise.resolve(result)
        .then((last) => judge(output, last, name))
        .catch((cause: unknown) => schemaThrew(name, cause))
    } catch (cause) {
      return schemaThrew(name, cause)
    }
  }
  return (context: InterceptorContext) => validateAfter(body(context), validate)
}

interface SchemaResult {
  readonly value?: unknown
  readonly issues?: readonly { readonly message: string; readonly path?: readonly unknown[] }[]
}

function judge(output: Output, given: unknown, name: string): Output {
  const result = given as SchemaResult
  if (result.issues === undefined) {
    if (!('value' in result)) throw new TypeError('its validate answered neither a value nor issues')
    return toOutput(output.withData(result.value), name)
  }
  const issues = result.issues
    .slice(0, 10)
    .map(({ message, path = [] }) => (path.length === 0 ? message : `${path.map(keyOf).join('.')}: ${message}`))
  return new Output(
    'fail',
    new StageflowError(
      'core/output-schema',
      `Stage "${name}" returned data that its outputSchema refuses: ${issues.join('; ')}. Change what it returns, or the schema.`,
    ),
  )
}

const keyOf = (segment: unknown): string =>
  String(typeof segment === 'object' && segment !== null && 'key' in segment ? segment.key : segment)

function schemaThrew(name: string, cause: unknown): Output {
  return new Output(
    'fail',
    new StageflowError('core/output-schema', `The outputSchema of stage "${name}" threw: ${textOf(cause)}`, { cause }),
  )
}

/** A stage with a schema may return a promise or yield; the schema sees its last word. */
function validateAfter(value: unknown, validate: (value: unknown) => Output | Promise<Output>): unknown {
  if (isThenable(value)) return Promise.resolve(value).then(validate)
  if (isIterator(value)) return validated(value, validate)
  return validate(value)
}

const isIterator = (value: unknown): value is AsyncGenerator<unknown, unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value

async function* validated(
  chunks: AsyncGenerator<unknown, unknown>,
  validate: (value: unknown) => Output | Promise<Output>,
): AsyncGenerator<unknown, unknown> {
  return await validate(yield* chunks)
}

/** Describes a stage as a value: its types travel along `after`, at linear cost. Problems are reported by `build()`. */
export const defineStage: DefineStage<{}> = ((definition: unknown) =>
  valueSpec(definition)) as unknown as DefineStage<{}>

/** `defineStage` for stages that read `context.ports`. */
export function definePorts<Ports>(): { readonly defineStage: DefineStage<Ports> } {
  return { defineStage: defineStage as unknown as DefineStage<Ports> }
}
