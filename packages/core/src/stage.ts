import type { InterceptorContext } from './context.ts'
import { fromOtherCopy } from './copies.ts'
import { StageflowError, quote, textOf } from './errors.ts'
import { StageKind, failed, toOutput } from './output.ts'
import type { Output } from './output.ts'
import { isFunction, isObject } from './rules.ts'
import { valueSpec } from './spec.ts'
import type { Body } from './spec.ts'
import type { DefineStage, OutputSchema } from './stage-types.ts'
import { isThenable } from './thenable.ts'

/** What the engine needs of a stage given as function, object or class. */
export interface ReadStage {
  readonly body: Body
  readonly kind?: unknown
  readonly streams: boolean
}

const KINDS: readonly unknown[] = Object.values(StageKind)
export const isStageKind = (kind: unknown): kind is StageKind => KINDS.includes(kind)

/** Reads a stage; a class is instantiated. Throws a `core/not-a-stage` that names it. */
export function readStage(stage: unknown, name: string): ReadStage {
  if (isFunction(stage) && !isClass(stage)) return { body: stage as Body, streams: isAsyncGenerator(stage) }
  const object = isFunction(stage) ? construct(stage as new () => unknown, name) : stage
  const execute = executeOf(object)
  if (execute === undefined) {
    const copy = fromOtherCopy(stage)
    throw new StageflowError(
      'core/not-a-stage',
      copy === undefined
        ? `Stage "${name}" is ${quote(stage)}; it must be a function, or a class or object with execute(context).`
        : `Stage "${name}" cannot be read. ${copy}`,
    )
  }
  const { kind } = object as { kind?: unknown }
  return { body: (context) => (object as { execute: Body }).execute(context), kind, streams: isAsyncGenerator(execute) }
}

/** The name that a stage has of its own; undefined where it has none. */
export function ownName(stage: unknown): unknown {
  if (isFunction(stage) && isClass(stage)) {
    try {
      return new (stage as new () => { name?: unknown })().name
    } catch {
      return undefined // building it says why it cannot be constructed
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
      `Stage "${name}" is a class whose constructor threw: ${textOf(cause)}. A stage class is made without arguments; what it needs comes through context.ports.`,
      { cause },
    )
  }
}

/** A class, also one compiled to a function of old. */
const isClass = (value: Function): boolean =>
  Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false || executeOf(value.prototype) !== undefined
const isAsyncGenerator = (value: Function): boolean =>
  (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'AsyncGeneratorFunction'

/** Checks what a stage returns against a schema, inside the interceptors: a retry sees what the schema refused. */
export function withSchema(body: Body, schema: OutputSchema, name: string): Body {
  const threw = (cause: unknown): Output =>
    failed('core/output-schema', `The outputSchema of stage "${name}" threw: ${textOf(cause)}`, { cause })
  const validate = (value: unknown): Output | Promise<Output> => {
    const output = toOutput(value, name)
    if (output.status !== 'ok') return output
    const judged = (result: unknown): Output => judge(output, result, name)
    try {
      const result = schema['~standard'].validate(output.data)
      return isThenable(result) ? Promise.resolve(result).then(judged).catch(threw) : judged(result)
    } catch (cause) {
      return threw(cause)
    }
  }
  // A stage with a schema may return a promise or yield; the schema sees its last word.
  return (context: InterceptorContext) => {
    const value = body(context)
    if (isThenable(value)) return Promise.resolve(value).then(validate)
    return isIterator(value) ? validated(value, validate) : validate(value)
  }
}

interface SchemaResult {
  readonly value?: unknown
  readonly issues?: readonly { readonly message: string; readonly path?: readonly unknown[] }[]
}

function judge(output: Output, given: unknown, name: string): Output {
  const result = given as SchemaResult
  if (result.issues === undefined) {
    if (!('value' in result)) throw new TypeError('it answered neither a value nor issues')
    return toOutput(output.withData(result.value), name)
  }
  const issues = result.issues
    .slice(0, 10)
    .map(({ message, path = [] }) => (path.length === 0 ? message : `${path.map(keyOf).join('.')}: ${message}`))
  return failed(
    'core/output-schema',
    `Stage "${name}" returned data that its outputSchema refuses: ${issues.join('; ')}. Change what it returns, or the schema.`,
  )
}

const keyOf = (segment: unknown): string => String(isObject(segment) && 'key' in segment ? segment['key'] : segment)

const isIterator = (value: unknown): value is AsyncGenerator<unknown, unknown> =>
  isObject(value) && Symbol.asyncIterator in value && 'next' in value

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
