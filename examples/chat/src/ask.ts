import { type PipelineReport, StageflowError } from '@stageflow/core'
import { timeline } from '@stageflow/report'
import type { ChatGraph } from './app.ts'
import type { Terminal } from './terminal/terminal.ts'

export const EXIT = { answered: 0, failed: 1, usage: 2, refused: 3, interrupted: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** All attempts together. */
const RUN_TIMEOUT_MS = 300_000

interface Asking {
  readonly graph: ChatGraph
  readonly session: string
  readonly json: boolean
  readonly terminal: Terminal
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal
}

/** Runs the pipeline on one question. Prints the answer as it is made, then the timeline of the run and the time to the first word. */
export async function ask(question: string, { graph, session, json, terminal, signal }: Asking): Promise<ExitCode> {
  const startedAt = performance.now()
  const run = graph.start(
    { inputText: question, sessionId: session },
    { signal: AbortSignal.any([signal, terminal.readerLeft]), timeoutMs: RUN_TIMEOUT_MS },
  )
  let firstWordMs: number | undefined
  try {
    for await (const text of run.chunks('llm')) {
      firstWordMs ??= Math.round(performance.now() - startedAt)
      if (!json) terminal.print(text)
    }
  } catch (error) {
    // What failed is in the result.
    if (!StageflowError.is(error, 'core/pipeline-failed')) throw error
  }
  terminal.endPrint()

  const result = await run.settled
  const { status, report } = result
  const isRefused = status === 'cancelled' && !signal.aborted
  if (json) {
    const { answer } = result.data.output_guard ?? {}
    const pages = result.data.memory?.pages.map(({ path, title }) => ({ path, title }))
    const why =
      status === 'cancelled' ? { reason: result.reason } : status === 'failed' ? { errors: result.errors } : {}
    terminal.show(JSON.stringify({ question, status, answer, pages, firstWordMs, ...why, report }))
  } else if (!isRefused) {
    terminal.show(timeline(report, { color: terminal.color, width: terminal.width, pipeline: graph.info }))
    if (firstWordMs !== undefined) terminal.show(`First word after ${firstWordMs} ms`)
    const asked = askedModel(report)
    if (asked !== undefined) terminal.show(asked)
  }

  if (status === 'completed' || terminal.readerLeft.aborted) return EXIT.answered
  if (status === 'failed') {
    const [error] = result.errors
    // The error of the last attempt says more than the one of the retry.
    const { message, code } = (error?.code === 'retry/exhausted' ? error.cause : error) ?? {
      message: 'no reason',
      code: '',
    }
    terminal.note(`Failed: ${message} [${code}]`)
    return EXIT.failed
  }
  terminal.note(isRefused ? result.reason : 'Stopped.')
  return isRefused ? EXIT.refused : EXIT.interrupted
}

/** Which model was asked, and what that used in all attempts; undefined if the answer was quoted. */
function askedModel({ stages, usage = {} }: PipelineReport): string | undefined {
  const model = stages['llm']?.notes.models?.calls.at(-1)?.model
  if (model === undefined) return undefined
  const { inputTokens, outputTokens } = usage
  const about = 'estimated' in usage ? 'about ' : ''
  return `Asked ${model}: ${about}${inputTokens ?? '?'} tokens in, ${outputTokens ?? '?'} out`
}
