import type { Clock, TryEmitEvent } from '@stageflow/core'
import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { ToolFailure } from './tool-failure.ts'

/** A JSON Schema as models take it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** At most `calls` starts within any `perMs` milliseconds. */
export interface ToolRateLimit {
  readonly calls: number
  readonly perMs: number
}

/** How often, and after which pauses, a call that failed is made again. */
export interface ToolRetry {
  /** Attempts in all, the first included. Default: 3. */
  readonly attempts?: number
  /** The first pause is at most this long, each that follows at most twice the one before. Default: 1,000. */
  readonly baseMs?: number
  /** The longest pause. Default: 30,000. */
  readonly capMs?: number
  /** Whether this failure is worth another attempt. Default: every one is. */
  readonly when?: (error: unknown) => boolean
}

/** How far a handler is. */
export interface ToolProgress {
  readonly message?: string
  readonly done?: number
  readonly total?: number
}

/** What a handler sees of its call. */
export interface ToolContext<out Ports = {}> {
  readonly callId: string
  readonly toolName: string
  /** From 1. */
  readonly attempt: number
  /** Aborts when the call is cancelled or this attempt's time is over. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly ports: Ports
  /** The same for every attempt of a call, and for the same call of a run that is repeated: for services that take such a key. */
  readonly idempotencyKey: string
  /** The execution mode, where the caller named one. */
  readonly behavior: string | undefined
  readonly pipelineRunId: string | undefined
  readonly requestId: string | undefined
  readonly sessionId: string | undefined
  readonly userId: string | undefined
  readonly orgId: string | undefined
  readonly interactionId: string | undefined
  /** Emits an event of the tool's own. Never throws; false when it was refused, or nobody listens. */
  readonly emit: TryEmitEvent
  /** Tells how far it is, as `tool.updated`. */
  readonly progress: (update: ToolProgress) => void
  /** A part of the result, as `tool.updated`; kept in the result's `partials` even where the call fails or times out. */
  readonly partial: (value: unknown) => void
  /** What `undo` will need beyond input and output, such as the former content of a file. */
  readonly keepForUndo: (value: unknown) => void
}

/** A call that is to be undone. */
export interface UndoneCall<out Input = unknown, out Output = unknown> {
  readonly callId: string
  readonly input: Input
  readonly output: Output
  /** What the handler gave to `keepForUndo`. */
  readonly kept: unknown
  /** When it completed, in milliseconds since 1970. */
  readonly completedAt: number
}

/** What a handler may return: the output, or that it failed. What a generator yields are partial results. */
export type ToolAnswer<Output> =
  | Output
  | ToolFailure
  | Promise<Output | ToolFailure>
  | AsyncGenerator<unknown, Output | ToolFailure>

/** What `defineTool` takes. */
export interface ToolDefinition<
  Name extends string,
  Input extends StandardSchemaV1,
  Output extends StandardSchemaV1,
  Ports,
> {
  /** What the model calls it: 1 to 64 letters, digits, `_` or `-`, as every provider takes it. */
  readonly name: Name
  /** Tells the model what it does and when to use it. */
  readonly description: string
  /** Any Standard Schema of an object; what the model gives is checked, and may be changed, by it before the handler sees it. */
  readonly input: Input
  /** What the handler must answer. Default: anything. */
  readonly output?: Output
  /** Does the work. It failed when it throws or returns a `toolFailure`. */
  readonly execute: (
    input: StandardSchemaV1.InferOutput<Input>,
    context: ToolContext<Ports>,
  ) => ToolAnswer<StandardSchemaV1.InferInput<Output>>
  /** Reverses a completed call. Default: it cannot be undone. */
  readonly undo?: (
    call: UndoneCall<StandardSchemaV1.InferOutput<Input>, StandardSchemaV1.InferOutput<Output>>,
    context: ToolContext<Ports>,
  ) => void | Promise<void>
  /** How long each attempt may take; `false`: no limit. Default: 30,000. */
  readonly timeoutMs?: number | false
  /** How many calls of it may run at once. Default: any number. */
  readonly concurrency?: number
  /** How often it may start; a call over it waits. Default: no limit. */
  readonly rateLimit?: ToolRateLimit
  /** Default: no second attempt. */
  readonly retry?: ToolRetry
  /** The execution modes that may use it. Default: all. */
  readonly behaviors?: readonly string[]
  /** Further names of secret keys, left out of events and errors; `all`: nothing of input and output is shown. */
  readonly redact?: readonly (string | RegExp)[] | 'all'
  /** For a schema that cannot tell its JSON Schema itself: what the model is told. */
  readonly inputJsonSchema?: JsonSchema
}

/** `ToolRetry` with its defaults filled in. */
export interface ToolRetryRule {
  readonly attempts: number
  readonly baseMs: number
  readonly capMs: number
  readonly when: (error: unknown) => boolean
}

/** A tool: checked, frozen, with its defaults filled in. Made by `defineTool`. */
export interface Tool<
  out Name extends string = string,
  in out Input = unknown,
  in out Output = unknown,
  in Ports = {},
> {
  readonly name: Name
  readonly description: string
  readonly input: StandardSchemaV1<unknown, Input>
  readonly output: StandardSchemaV1<unknown, Output> | undefined
  /** The handler as it was given: neither its input nor its output is checked here. */
  readonly execute: (input: Input, context: ToolContext<Ports>) => unknown
  readonly undo: ((call: UndoneCall<Input, Output>, context: ToolContext<Ports>) => void | Promise<void>) | undefined
  readonly timeoutMs: number | false
  /** Infinity: any number. */
  readonly concurrency: number
  readonly rateLimit: ToolRateLimit | undefined
  readonly retry: ToolRetryRule | undefined
  /** Undefined: all. */
  readonly behaviors: readonly string[] | undefined
  readonly redact: readonly (string | RegExp)[] | 'all'
  readonly inputJsonSchema: JsonSchema | undefined
}

/** Any tool that is content with these ports. */
// oxlint-disable-next-line no-explicit-any -- matches tools of every input and output
export type AnyTool<Ports = any> = Tool<string, any, any, Ports>
