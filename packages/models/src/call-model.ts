import { StageflowError } from '@stageflow/core'
import { checkArgumentCount } from '@stageflow/core/kit'
import type { JsonObject, LLMResponseDict, LLMToolCall } from '@stageflow/provider-types'
import type { ModelCall } from './model-call.ts'
import { noteCalls } from './notes.ts'
import { CODE, checkCall } from './options.ts'
import type { CallModelOptions, ModelContext } from './options.ts'
import { Route } from './route.ts'
import { valueIn } from './value-schema.ts'
import type { ResolvedSchema } from './value-schema.ts'

/** A whole answer of a model, as data of a stage. */
export interface ModelOutput {
  readonly text: string
  readonly toolCalls: readonly LLMToolCall[]
  /** In the word of its provider. */
  readonly finishReason: string
  /** The model that has answered. */
  readonly model: string
  readonly response: LLMResponseDict
  /** The answer as messages for the next request, if its client gives them: those of the AI SDK, if there are tool calls. */
  readonly messages?: readonly JsonObject[]
}

/**
 * Asks a model in a stage, and the next one if it fails before its answer has begun: `return yield* callModel(context, request, { models })`.
 * Yields the text, returns the whole answer, and notes `models`, `usage` and `attributes`, however it ended. Throws the error of the model,
 * `models/exhausted`, `models/stalled`, `models/cut`, `models/length` or `models/content-filter`.
 */
export function callModel<Request>(
  context: ModelContext,
  request: Request,
  options: CallModelOptions<Request>,
): AsyncGenerator<string, ModelOutput, unknown> {
  checkArgumentCount(arguments.length, 3, 'callModel(context, request, options)', CODE)
  checkCall(context, options)
  return callForText(context, request, options)
}

/** All calls of an attempt of a stage: it may ask more than once, and its notes are of all. */
const callsOfStage = new WeakMap<ModelContext, ModelCall<never>[]>()

function callsOf<Request>(context: ModelContext): ModelCall<Request>[] {
  const calls: ModelCall<never>[] = callsOfStage.get(context) ?? []
  callsOfStage.set(context, calls)
  return calls
}

async function* callForText<Request>(
  context: ModelContext,
  request: Request,
  options: CallModelOptions<Request>,
): AsyncGenerator<string, ModelOutput, unknown> {
  const calls = callsOf<Request>(context)
  try {
    return yield* answerTo(context, request, options, calls)
  } finally {
    noteCalls(context, calls, options.countTokens)
  }
}

/** What a model is to return instead of text, and how it is told what was wrong with the first try. */
export interface ValueRequest<Request, Value extends object> {
  /** As `resolveSchema` makes it. */
  readonly schema: ResolvedSchema<Value>
  /** The request for the second try. */
  readonly repair: (request: Request, text: string, problem: string) => Request
}

/**
 * Asks a model for a value that a schema checks. Yields nothing, and returns the value. A value that the schema refuses is sent back once, with
 * what is wrong; both calls are noted. Then it throws `models/invalid-output`.
 */
export function callModelForValue<Request, Value extends object>(
  context: ModelContext,
  request: Request,
  options: CallModelOptions<Request>,
  value: ValueRequest<Request, Value>,
): AsyncGenerator<never, Value, unknown> {
  checkArgumentCount(arguments.length, 4, 'callModelForValue(context, request, options, value)', CODE)
  checkCall(context, options)
  return callForValue(context, request, options, value)
}

// oxlint-disable-next-line require-yield -- a stage delegates to it as to one that yields text
async function* callForValue<Request, Value extends object>(
  context: ModelContext,
  request: Request,
  options: CallModelOptions<Request>,
  { schema, repair }: ValueRequest<Request, Value>,
): AsyncGenerator<never, Value, unknown> {
  const calls = callsOf<Request>(context)
  try {
    const first = await readToEnd(answerTo(context, request, options, calls))
    const read = await valueIn(first, schema)
    if ('value' in read) return read.value
    const second = await readToEnd(answerTo(context, repair(request, first.text, read.problem), options, calls))
    const repaired = await valueIn(second, schema)
    if ('value' in repaired) return repaired.value
    throw new StageflowError(
      'models/invalid-output',
      `Model "${second.model}" twice gave a value that the schema refuses: ${repaired.problem} Simplify the schema, or say in the prompt what is meant.`,
    )
  } finally {
    noteCalls(context, calls, options.countTokens)
  }
}

/** One answer to one request. Adds its calls to `calls`. */
async function* answerTo<Request>(
  context: ModelContext,
  request: Request,
  options: CallModelOptions<Request>,
  calls: ModelCall<Request>[],
): AsyncGenerator<string, ModelOutput, unknown> {
  const { signal } = context
  const route = new Route(context, request, options, calls)
  const stop = (): void => route.stop(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    const call = await route.firstToBegin()
    yield* call.texts()
    const { response } = call
    const { content, toolCalls, finishReason = '' } = response
    const answer = { text: content, toolCalls, finishReason, model: call.model.id, response: response.toDict() }
    return call.messages === undefined ? answer : { ...answer, messages: call.messages }
  } finally {
    signal.removeEventListener('abort', stop)
    await route.end()
  }
}

/** Reads an answer to its end, without handing out its text. */
async function readToEnd<Answer>(answer: AsyncGenerator<string, Answer, unknown>): Promise<Answer> {
  for (;;) {
    const step = await answer.next()
    if (step.done === true) return step.value
  }
}
