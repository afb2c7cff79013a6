import { randomUUID } from 'node:crypto'
import { type ErrorRecord, isStageEvent, type StageRecord } from '@stageflow/core'
import { timeline } from '@stageflow/report'
import type { ChatGraph } from './app.ts'
import type { Terminal } from './terminal.ts'

export const EXIT = { answered: 0, failed: 1, usage: 2, refused: 3, interrupted: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Of all attempts together. */
const RUN_TIMEOUT_MS = 300_000

interface Asking {
  readonly graph: ChatGraph
  readonly session: string
  readonly json: boolean
  readonly terminal: Terminal
  /** Calls back at Ctrl-C, until the function that it answers with is called. */
  readonly onInterrupt: (callback: () => void) => () => void
}

/** Runs the pipeline on one question and prints what comes of it, as it comes. */
export async function ask(question: string, asking: Asking): Promise<ExitCode> {
  const { graph, session, json, terminal, onInterrupt } = asking
  // One question is stored once, whatever is tried again.
  const requestId = randomUUID()
  const input = { inputText: question, sessionId: session, requestId, extensions: { idempotencyKey: requestId } }
  const run = graph.start(input, { timeoutMs: RUN_TIMEOUT_MS })
  let stoppedBy: 'interrupt' | 'reader' | undefined
  const ignoreInterrupts = onInterrupt(() => {
    stoppedBy = 'interrupt'
    run.cancel('stopped by Ctrl-C')
  })
  const ignoreReader = terminal.onReaderLeft(() => {
    stoppedBy ??= 'reader'
    run.cancel('whoever read the answer has left')
  })
  try {
    for await (const event of run) {
      if (!json && event.stage === 'llm' && isStageEvent(event, 'chunk')) terminal.print(String(event.data.chunk))
    }
  } finally {
    ignoreInterrupts()
    ignoreReader()
  }

  const result = await run.settled
  if (json) {
    terminal.show(JSON.stringify({ question, ...summaryOf(result), report: result.report }))
  } else {
    terminal.endPrint()
    // Of a question that a guard refuses, nothing ran: its timeline would be empty.
    const isRefused = result.status === 'cancelled' && stoppedBy === undefined
    if (!isRefused || result.report.stages['llm']?.attempts.length !== 0)
      terminal.show(timeline(result.report, { color: terminal.color, width: terminal.width, pipeline: graph.info }))
  }
  if (result.status === 'completed') return EXIT.answered
  if (result.status === 'failed') {
    const failure = failureIn(result.errors)
    terminal.note(`Failed: ${failure?.message ?? 'no reason was given'} [${failure?.code ?? 'chat/unknown'}]`)
    return EXIT.failed
  }
  // Who closes the pipe early (`| head -1`) has had what they wanted.
  if (stoppedBy === 'reader') return EXIT.answered
  if (stoppedBy === undefined) {
    terminal.note(`Refused: ${result.reason}`)
    return EXIT.refused
  }
  terminal.note(`Stopped. Completed: ${completed(Object.values(result.report.stages)) || 'nothing'}.`)
  return EXIT.interrupted
}

type Result = Awaited<ReturnType<ChatGraph['runSettled']>>

function summaryOf(result: Result): object {
  const { answer, sources } = result.data.output_guard ?? {}
  const summary = { status: result.status, answer, sources }
  if (result.status === 'cancelled') return { ...summary, reason: result.reason }
  return result.status === 'failed' ? { ...summary, errors: result.errors } : summary
}

/** What failed; of several attempts the last, which says what to do. The report has them all. */
function failureIn([first]: readonly ErrorRecord[]): ErrorRecord | undefined {
  return first?.code === 'retry/exhausted' ? (first.cause ?? first) : first
}

const completed = (records: readonly StageRecord[]): string =>
  records
    .filter(({ status }) => status === 'ok')
    .map(({ stage }) => stage)
    .join(', ')
