import type { Clock, RunAuthor, StageContext, TryEmitEvent } from '@stageflow/core'
import type { RedactionOptions } from '@stageflow/core/redaction'
import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { ToolFailure } from './tool-failure.ts'

/** A JSON Schema, as models take it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** At most `calls` starts within any `perMs` milliseconds. */
export interface ToolRateLimit {
  readonly calls: number
  readonly perMs: number
}

/** How often a failed call is retried, and after which delays. */
export interface ToolRetry {
  /** Maximum number of attempts, the first included. Default: 3. */
  readonly attempts?: number
  /** The first delay, in ms. Default: 1,000. */
  readonly baseMs?: number
  /** The longest delay, in ms. Default: 30,000. */
  readonly capMs?: number
  /** How delays grow. Default: `exponential`. */
  readonly backoff?: 'exponential' | 'linear' | 'constant'
  /** How much of a delay is random. Default: `full`. */
  readonly jitter?: 'none' | 'full' | 'equal' | 'decorrelated'
  /** Maximum delay that a server (`Retry-After`) or `isRetryable` can ask for, in ms. If it is longer, the call fails at once. Default: 60,000. */
  readonly maxRetryAfterMs?: number
  /**
   * Whether to retry after this error; `{ afterMs }` retries after that time, which must be a number of milliseconds from 0. Default,
   * and for undefined: transient errors only, such as connection errors and HTTP 429 and 5xx. A timeout of the tool itself isn't one:
   * what the handler did before may be done twice.
   */
  readonly isRetryable?: (error: unknown, context: RetryContext) => boolean | { readonly afterMs: number } | undefined
}

/** The call whose attempt failed. */
export interface RetryContext {
  readonly toolName: string
  readonly callId: string
  /** The attempt that failed, from 1. */
  readonly attempt: number
}

/** The progress of a handler. */
export interface ToolProgress {
  readonly message?: string
  readonly done?: number
  readonly total?: number
}

/** What a handler gets beside its input. */
export interface ToolContext<out Ports = {}> {
  readonly callId: string
  readonly toolName: string
  /** From 1. */
  readonly attempt: number
  /** Aborts when the call is cancelled or this attempt times out. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly ports: Ports
  /** The same for every attempt of a call, and for the same call of a repeated run. Pass it to services that take such a key. */
  readonly idempotencyKey: string
  /** The execution mode, if the caller has one. */
  readonly executionMode: string | undefined
  readonly pipelineRunId: string | undefined
  readonly requestId: string | undefined
  readonly sessionId: string | undefined
  readonly userId: string | undefined
  readonly orgId: string | undefined
  readonly interactionId: string | undefined
  /** The person who approved the call, as the approval hook says; undefined if it names none. */
  readonly decidedBy: RunAuthor | undefined
  /** Emits an event of your own. Never throws; returns false if the event was dropped or there is no emitter. */
  readonly emit: TryEmitEvent
  /** Reports progress, as `tool.updated`. */
  readonly progress: (update: ToolProgress) => void
  /** Adds a partial result, as `tool.updated`. The result keeps it in `partials`, even if the call fails or times out. */
  readonly partial: (value: unknown) => void
  /** Keeps what `undo` needs beyond input and output, such as the previous content of a file. */
  readonly keepForUndo: (value: unknown) => void
  /** Runs a pipeline inside the stage that makes the call. Undefined if no stage does, and in `undo`. */
  readonly runChild: StageContext['runChild'] | undefined
}

/** A call to undo. */
export interface UndoneCall<out Input = unknown, out Output = unknown> {
  readonly callId: string
  readonly input: Input
  readonly output: Output
  /** What the handler passed to `keepForUndo`. */
  readonly kept: unknown
  /** When it completed, in ms since 1970. */
  readonly completedAt: number
}

/** What a handler may return: its output or a failure. What a generator yields are partial results. */
export type ToolAnswer<Output> =
  | Output
  | ToolFailure
  | Promise<Output | ToolFailure>
  | AsyncGenerator<unknown, Output | ToolFailure>

/** The options of `defineTool`. */
export interface ToolDefinition<
  Name extends string,
  Input extends StandardSchemaV1,
  Output extends StandardSchemaV1,
  Ports,
> {
  /** The name that the model uses: 1 to 64 letters, digits, `_` or `-`. */
  readonly name: Name
  /** Tells the model what the tool does and when to use it. */
  readonly description: string
  /** Any Standard Schema of an object. It checks, and may convert, the arguments before the handler gets them. */
  readonly input: Input
  /** Any Standard Schema. It checks, and may convert, the output. Default: any output. */
  readonly output?: Output
  /** Does the work. To fail, it throws or returns `toolFailure(message)`. */
  readonly execute: (
    input: StandardSchemaV1.InferOutput<Input>,
    context: ToolContext<Ports>,
  ) => ToolAnswer<StandardSchemaV1.InferInput<Output>>
  /** Reverses a completed call. Default: its calls cannot be undone. */
  readonly undo?: (
    call: UndoneCall<StandardSchemaV1.InferOutput<Input>, StandardSchemaV1.InferOutput<Output>>,
    context: ToolContext<Ports>,
  ) => void | Promise<void>
  /** Maximum time per attempt, in ms; `false`: no limit. Default: 30,000. */
  readonly timeoutMs?: number | false
  /** Maximum number of its calls that run at once. Default: no limit. */
  readonly concurrency?: number
  /** How often it may start. A call over the limit waits. Default: no limit. */
  readonly rateLimit?: ToolRateLimit
  /** How failed calls are retried. Default: no retry. */
  readonly retry?: ToolRetry
  /** The execution modes that may use it. Default: all. */
  readonly executionModes?: readonly string[]
  /** Whether events have summaries of its input and output, and the messages of its errors. Default: true, without secrets. */
  readonly data?: boolean
  /** What is secret in events and errors beside what always is, and how much is kept; `false` keeps secrets. Default: `maxTextLength` 200, `maxLength` 2,000. */
  readonly redaction?: RedactionOptions | false
  /** The JSON Schema that the model gets, if `input` cannot be converted to one. Default: derived from `input`. */
  readonly inputJsonSchema?: JsonSchema
}

/** `ToolRetry` with its defaults filled in. */
export interface ToolRetryRule extends Required<Omit<ToolRetry, 'isRetryable'>> {
  readonly isRetryable: ToolRetry['isRetryable'] | undefined
}

/** A tool, as `defineTool` makes it: checked, frozen, with its defaults filled in. */
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
  /** The handler as you passed it: it checks neither input nor output. */
  readonly execute: (input: Input, context: ToolContext<Ports>) => unknown
  readonly undo: ((call: UndoneCall<Input, Output>, context: ToolContext<Ports>) => void | Promise<void>) | undefined
  readonly timeoutMs: number | false
  /** Infinity: no limit. */
  readonly concurrency: number
  readonly rateLimit: ToolRateLimit | undefined
  readonly retry: ToolRetryRule | undefined
  /** Undefined: all. */
  readonly executionModes: readonly string[] | undefined
  readonly data: boolean
  readonly redaction: RedactionOptions | false | undefined
  readonly inputJsonSchema: JsonSchema | undefined
}

/** Any tool that these ports are enough for. */
// oxlint-disable-next-line no-explicit-any -- matches tools of every input and output
export type AnyTool<Ports = any> = Tool<string, any, any, Ports>
