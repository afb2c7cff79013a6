import { setTimeout } from 'node:timers/promises'
import { Pipeline } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { fakeModelServer } from '@stageflow/testing/model-server'
import type { FakeModelServer, ServedAnswer, ServedFault } from '@stageflow/testing/model-server'
import type { ModelContext, ModelOutput } from '../src/index.ts'
import type { CallUsage } from '../src/index.ts'

// What a model can do wrong, and what a stage that has a spare makes of it. The tests of the providers run each row with each client and each
// protocol, and the reference page of model faults is made from the rows.

export const CHUNKS = ['Your ', 'balance ', 'is ', '7.']
const SPARE = ['From ', 'the ', 'spare.']
export const KEY = 'sk-test-1234567890abcdefghijklmnop'
/** How long the first model may be silent, in the rows in which it is. */
const FIRST_CHUNK_MS = 100
/** After so many turns of the event loop a client in this process has read what the server had sent. */
const READING_TURNS = 20
/** For how many turns of the event loop, of 1 ms or more each, a connection may stay open after a cancel. The promise is 100 ms. */
const MOST_CLOSING_TURNS = 80
/** What the server counts. No estimate of the question gives that number. */
const SERVED_INPUT_TOKENS = 41
const USAGE = { inputTokens: SERVED_INPUT_TOKENS, outputTokens: 3 }

/** The clients and their protocols. */
export const CLIENTS = [
  'openai, chat',
  'openai, responses',
  'AI SDK, OpenAI chat',
  'AI SDK, OpenAI responses',
  'AI SDK, Anthropic',
  'AI SDK, Google',
] as const
export type Client = (typeof CLIENTS)[number]

/** Who says what the first model has used. `none`: it has no usage. */
export type UsageSource = 'exact' | 'exact input' | 'estimated' | 'none'

/** What the stage makes of a fault. */
export type FaultOutcome = 'switches' | 'fails' | 'is cancelled'

export interface ModelFault {
  readonly what: string
  /** After so many chunks of the text. */
  readonly after: readonly number[]
  answer(after: number): ServedAnswer
  readonly outcome: FaultOutcome
  readonly except?: Partial<Record<Client, FaultOutcome>>
  readonly usage: Readonly<Record<Client, UsageSource>>
}

const everywhere = (source: UsageSource): Record<Client, UsageSource> =>
  Object.fromEntries(CLIENTS.map((client) => [client, source])) as Record<Client, UsageSource>
const REFUSED = everywhere('none')
const COMPLETE = everywhere('exact')
/** Anthropic counts the input before the text. */
const SILENT = { ...everywhere('estimated'), 'AI SDK, Anthropic': 'exact input' } as const
/** Google counts with each chunk of the text. */
const BEGUN = { ...SILENT, 'AI SDK, Google': 'exact' } as const

const refused = (status: number, code?: string) => (): ServedAnswer => ({
  status,
  retryAfterMs: 60_000,
  ...(code !== undefined && { code }),
})
const faulted =
  (kind: ServedFault) =>
  (afterChunks: number): ServedAnswer => ({ text: CHUNKS, usage: USAGE, fault: { kind, afterChunks } })
const REFUSAL = { after: [0], usage: REFUSED } as const
const BEFORE = { after: [0], outcome: 'switches', usage: SILENT } as const
const AMID = { after: [1, 2, 3, 4], outcome: 'fails', usage: BEGUN } as const

export const MODEL_FAULTS: readonly ModelFault[] = [
  { what: 'HTTP 400', answer: refused(400), outcome: 'fails', ...REFUSAL },
  { what: 'HTTP 401', answer: refused(401), outcome: 'fails', ...REFUSAL },
  {
    what: 'HTTP 429, used-up quota',
    answer: refused(429, 'insufficient_quota'),
    outcome: 'fails',
    // Google says the same of a used-up quota and of a rate limit.
    except: { 'AI SDK, Google': 'switches' },
    ...REFUSAL,
  },
  { what: 'HTTP 429, rate limit', answer: refused(429), outcome: 'switches', ...REFUSAL },
  { what: 'HTTP 500', answer: refused(500), outcome: 'switches', ...REFUSAL },
  { what: 'HTTP 503', answer: refused(503), outcome: 'switches', ...REFUSAL },
  { what: 'the connection breaks', answer: faulted('cut'), ...BEFORE, usage: REFUSED },
  { what: 'the connection breaks', answer: faulted('cut'), ...AMID },
  { what: 'the response ends without a finish reason', answer: faulted('end'), ...BEFORE },
  { what: 'the response ends without a finish reason', answer: faulted('end'), ...AMID },
  {
    what: 'an error event',
    answer: faulted('overloaded'),
    ...BEFORE,
    // The AI SDK looks at the first event before it begins.
    usage: { ...SILENT, 'AI SDK, OpenAI chat': 'none' },
  },
  { what: 'an error event', answer: faulted('overloaded'), ...AMID },
  { what: 'a malformed event', answer: faulted('malformed'), ...BEFORE },
  { what: 'a malformed event', answer: faulted('malformed'), ...AMID },
  { what: 'silence, with `firstChunkMs`', answer: faulted('stall'), ...BEFORE },
  { what: 'silence, then the run is cancelled', answer: faulted('stall'), ...AMID, outcome: 'is cancelled' },
  ...(['content-filter', 'length'] as const).flatMap((ending): ModelFault[] => [
    {
      what: `finish reason \`${ending}\``,
      after: [0],
      answer: () => ({ ending, usage: USAGE }),
      outcome: 'fails',
      usage: COMPLETE,
    },
    {
      what: `finish reason \`${ending}\``,
      after: [4],
      answer: () => ({ text: CHUNKS, ending, usage: USAGE }),
      outcome: 'fails',
      usage: COMPLETE,
    },
  ]),
]

/** How a stage asks models of one protocol by one client. */
export type Ask = (
  context: ModelContext,
  url: string,
  models: readonly [string, ...string[]],
  limits: { readonly firstChunkMs?: number },
) => AsyncGenerator<string, ModelOutput, unknown>

/** What a run with a fault came to. */
export interface SeenFault {
  readonly run: string
  readonly stage: string | undefined
  /** How the call of each model ended. */
  readonly calls: readonly string[]
  /** What readers of the stage got. */
  readonly texts: readonly string[]
  /** The text of the output; undefined if there is none. */
  readonly text: string | undefined
  readonly usage: UsageSource
}

/** What a row says that a run comes to. */
export function expectedOf({ outcome, except, usage }: ModelFault, client: Client, after: number): SeenFault {
  const source = usage[client]
  const came = { texts: CHUNKS.slice(0, after), text: undefined, usage: source }
  switch (except?.[client] ?? outcome) {
    case 'switches':
      return { run: 'completed', stage: 'ok', calls: ['fail', 'ok'], texts: SPARE, text: SPARE.join(''), usage: source }
    case 'fails':
      return { run: 'failed', stage: 'fail', calls: ['fail'], ...came }
    case 'is cancelled':
      return { run: 'cancelled', stage: 'cancel', calls: ['cancel'], ...came }
  }
}

/** Runs a stage whose first model has a fault, and whose second one is well. */
export async function seeFault(ask: Ask, { answer, outcome }: ModelFault, after: number): Promise<SeenFault> {
  const served = answer(after)
  const server = await fakeModelServer([served, { text: SPARE }])
  const isSilent = served.fault?.kind === 'stall' && after === 0
  const clock = manualClock()
  const run = new Pipeline('chat')
    .withStage('llm', (context) =>
      ask(context, server.url, ['main', 'spare'], isSilent ? { firstChunkMs: FIRST_CHUNK_MS } : {}),
    )
    .build({ clock })
    .start({ inputText: 'What is my balance?' })
  if (isSilent) {
    // The limit passes when the server has the request, so that it is this one that is silent, and the client what came before the silence.
    while (server.requests.length === 0) await setTimeout(1)
    for (let turns = 0; turns < READING_TURNS; turns++) await setTimeout(1)
    await clock.advance(FIRST_CHUNK_MS)
  }
  const texts: string[] = []
  const read = async (): Promise<void> => {
    for await (const text of run.chunks('llm')) {
      texts.push(text)
      if (outcome === 'is cancelled' && texts.length === after) return
    }
  }
  try {
    await read().catch(() => {}) // the report has the failure
    if (outcome === 'is cancelled') await cancelled(run, server)
    const { status, report, data } = await run.settled
    if (JSON.stringify(report).includes(KEY)) throw new Error('The key is in the report.')
    const { notes, status: stage } = report.stages.llm
    const calls = notes.models?.calls ?? []
    if (calls.length !== server.requests.length) throw new Error('A request has no note.')
    const ends = calls.map((call) => call.status)
    return { run: status, stage, calls: ends, texts, text: data.llm?.text, usage: sourceOf(calls[0]?.usage) }
  } finally {
    await server.close()
  }
}

/** Cancels a run, and throws if its connection stays open. Counts turns instead of time, because a busy machine stops this process for long. */
async function cancelled(run: { cancel(reason: string): unknown }, { requests }: FakeModelServer): Promise<void> {
  let isClosed = false
  void requests[0]?.closed.then(() => (isClosed = true))
  run.cancel('enough')
  for (let turns = 0; !isClosed; turns++) {
    if (turns === MOST_CLOSING_TURNS) throw new Error(`The connection was open ${turns} turns after the cancel.`)
    await setTimeout(1)
  }
}

function sourceOf(usage: CallUsage | undefined): UsageSource {
  if (usage === undefined) return 'none'
  if (usage.estimated !== true) return 'exact'
  return usage.inputTokens === SERVED_INPUT_TOKENS ? 'exact input' : 'estimated'
}
