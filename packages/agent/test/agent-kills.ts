import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fakeModelServer } from '@stageflow/testing/model-server'
import type { ServedAnswer } from '@stageflow/testing/model-server'
import type { ProcessPlace } from '../../durable-engine/test/process-cases.ts'
import { ASKED_SEAT } from './kill-life.ts'
import type { CallLine, Ended, KillPlace, Life, Worker } from './kill-life.ts'
import { pairsProblem } from './pairs.ts'

// Where the process of a durable agent is killed, and what the next process does again. The tests run each row with each journal, and the table
// of the page about agents is made from the rows.

/** What all processes together did. */
export interface SeenKill {
  /** How often the model was asked in each turn. */
  readonly requests: readonly number[]
  /** The keys of the calls that were begun, in their order. */
  readonly begun: readonly string[]
  /** The keys of the calls whose effect came twice. */
  readonly effectsAgain: readonly string[]
  readonly status: string
  readonly ended: string | undefined
  readonly text: string | undefined
}

/** What a row says that its processes do. */
export interface AgentKill {
  /** When the process is killed, and what comes then. */
  readonly what: string
  readonly script: readonly ServedAnswer[]
  /** The option of the agent. Default: no limit. */
  readonly forMs?: number
  /** What its processes do, one after the other. */
  readonly lives: readonly Life[]
  /** The turns whose request is made again. */
  readonly askedAgain: readonly number[]
  /** The seats whose calls are made again, with the same key. */
  readonly calledAgain: readonly string[]
  /** The seats of these that had had their effect. */
  readonly effectsAgain: readonly string[]
  /** The seats whose calls are made, in their order. */
  readonly called: readonly string[]
  readonly ended: string
}

const LAST: ServedAnswer = { text: ['All ', 'is ', 'booked.'] }
/** A turn in which seats are booked. */
const books = (...seats: readonly string[]): ServedAnswer => ({
  text: ['I ', 'book ', `${seats.join(' and ')}.`],
  toolCalls: seats.map((seat) => ({ id: `call_${seat}`, name: 'book', arguments: JSON.stringify({ seat }) })),
})
const SIX_TURNS = [...['1', '2', '3', '4', '5'].map((seat) => books(seat)), LAST]
const SEATS = ['1', '2', '3', '4', '5']
const [FIRST_TURN, SECOND_TURN, THIRD_TURN, ...LATER_TURNS] = SIX_TURNS as [ServedAnswer, ServedAnswer, ServedAnswer]

const begins = (dies?: KillPlace): Life => ({ does: 'begins', ...(dies && { dies }) })
const recovers = (dies?: KillPlace): Life => ({ does: 'recovers', ...(dies && { dies }) })
const NOTHING_AGAIN = { askedAgain: [], calledAgain: [], effectsAgain: [] } as const
const PLAIN = { script: SIX_TURNS, called: SEATS, ended: 'answer', ...NOTHING_AGAIN } as const

const WITH_APPROVAL = {
  ...PLAIN,
  script: [FIRST_TURN, SECOND_TURN, books(ASKED_SEAT), ...LATER_TURNS],
  called: ['1', '2', ASKED_SEAT, '4', '5'],
} as const
const WAITS = begins({ at: 'approval', what: ASKED_SEAT })
const DENIED = {
  ...WITH_APPROVAL,
  script: [FIRST_TURN, SECOND_TURN, books(ASKED_SEAT), LAST],
  called: ['1', '2'],
  ended: 'denied',
} as const
const CALL = `call_${ASKED_SEAT}`
const PAIR = {
  ...PLAIN,
  script: [FIRST_TURN, books('2a', '2b'), THIRD_TURN, ...LATER_TURNS],
  called: ['1', '2a', '2b', '3', '4', '5'],
} as const

export const AGENT_KILLS: readonly AgentKill[] = [
  { what: 'never', lives: [begins()], ...PLAIN },
  {
    what: 'before the request of turn 3',
    lives: [begins({ at: 'request', what: 3 }), recovers()],
    ...PLAIN,
  },
  {
    what: 'in the answer of turn 3',
    lives: [begins({ at: 'answer', what: 3 }), recovers()],
    ...PLAIN,
    script: [
      FIRST_TURN,
      SECOND_TURN,
      { ...THIRD_TURN, fault: { kind: 'stall', afterChunks: 2 } },
      THIRD_TURN,
      ...LATER_TURNS,
    ],
    askedAgain: [3],
  },
  {
    what: 'in the call of turn 2, before its effect',
    lives: [begins({ at: 'call', what: '2' }), recovers()],
    ...PLAIN,
    calledAgain: ['2'],
  },
  {
    what: 'in the call of turn 2, after its effect',
    lives: [begins({ at: 'effect', what: '2' }), recovers()],
    ...PLAIN,
    calledAgain: ['2'],
    effectsAgain: ['2'],
  },
  {
    what: 'in one of two calls of turn 2, when the other one has its result',
    lives: [begins({ at: 'call', what: '2b', behind: 'call_2a' }), recovers()],
    ...PAIR,
    calledAgain: ['2b'],
  },
  {
    what: 'in the call of each turn, after its effect',
    lives: [
      begins({ at: 'effect', what: '1' }),
      ...['2', '3', '4', '5'].map((what) => recovers({ at: 'effect', what })),
      recovers(),
    ],
    ...PLAIN,
    calledAgain: SEATS,
    effectsAgain: SEATS,
  },
  {
    what: 'while it waits for an approval; it is approved',
    lives: [WAITS, { does: 'answers', answer: { [CALL]: true } }],
    ...WITH_APPROVAL,
  },
  {
    what: 'while it waits for an approval; it is approved a day later',
    lives: [WAITS, { does: 'answers', answer: { [CALL]: true }, days: 1 }],
    ...WITH_APPROVAL,
  },
  {
    what: 'while it waits for an approval; it is denied',
    lives: [WAITS, { does: 'answers', answer: { [CALL]: { approved: false, reason: 'Too dear.' } } }],
    ...DENIED,
  },
  {
    what: 'while it waits for an approval, which does not come in `forMs`',
    forMs: 1, // over when the next process begins
    lives: [WAITS, recovers()],
    ...DENIED,
  },
  {
    what: 'in the approved call of turn 3, before its effect',
    lives: [WAITS, { does: 'answers', answer: { [CALL]: true }, dies: { at: 'call', what: ASKED_SEAT } }, recovers()],
    ...WITH_APPROVAL,
    calledAgain: [ASKED_SEAT],
  },
]

/** The seat of a call: its first digit is its turn. */
const keyOf = (seat: string): string => `r/turns#${seat[0]}/act#call_${seat}`

/** What a row says that is seen. */
export function expectedOf({ script, askedAgain, calledAgain, effectsAgain, called, ended }: AgentKill): SeenKill {
  const turns = script.filter(({ fault }) => fault === undefined).length
  return {
    requests: Array.from({ length: turns }, (_, index) => 1 + askedAgain.filter((turn) => turn === index + 1).length),
    begun: called.flatMap((seat) => (calledAgain.includes(seat) ? [keyOf(seat), keyOf(seat)] : [keyOf(seat)])),
    effectsAgain: effectsAgain.map(keyOf),
    status: 'completed',
    ended,
    text: 'All is booked.',
  }
}

const PROGRAM = fileURLToPath(new URL('kill-worker.ts', import.meta.url))

/** Carries the run of an agent in one process after the other, and kills each in its place. Rejects if a call lacks its result. */
export async function seeKill(
  { script, lives, forMs }: AgentKill,
  newPlace: () => Promise<ProcessPlace>,
): Promise<SeenKill> {
  const folder = await mkdtemp(join(tmpdir(), 'agent-kills-'))
  const lines = join(folder, 'lines.txt')
  await writeFile(lines, '')
  const server = await fakeModelServer(script)
  const place = await newPlace()
  const { address, opener } = place
  try {
    let ended: Ended | undefined
    const worker = { opener: opener.href, address, url: server.url, lines, ...(forMs !== undefined && { forMs }) }
    for (const life of lives) ended = await live({ ...worker, life })
    const problem = pairsProblem('ai-sdk', ended?.turn?.messages ?? [])
    if (problem !== undefined) throw new Error(problem)
    const calls = (await readFile(lines, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as CallLine)
    const begun = calls.filter((line) => line.is === 'begun').map(({ key }) => key)
    const effects = calls.filter((line) => line.is === 'effect').map(({ key }) => key)
    const effectsAgain = effects.filter((key, index) => effects.indexOf(key) !== index)
    const turns = server.requests.map(({ body }) => turnOf(body))
    const texts = new Set(server.requests.map(({ body }) => JSON.stringify(body)))
    if (texts.size !== new Set(turns).size) throw new Error('A request that was made again was not the same.')
    return {
      requests: Array.from({ length: Math.max(...turns) }, (_, i) => turns.filter((turn) => turn === i + 1).length),
      begun,
      effectsAgain,
      status: ended?.status ?? 'killed',
      ended: ended?.turn?.ended,
      text: ended?.turn?.text,
    }
  } finally {
    await server.close()
    await place.close()
    await rm(folder, { recursive: true })
  }
}

/** The turn of a request: it has the answers of the turns before. */
const turnOf = (body: unknown): number =>
  1 + (body as { messages: { role: string }[] }).messages.filter(({ role }) => role === 'assistant').length

/** The life of one process. Returns what it prints; undefined if it was killed. */
async function live(worker: Worker): Promise<Ended | undefined> {
  const node = ['--conditions=@stageflow/source', '--no-warnings']
  const child = spawn(process.execPath, [...node, PROGRAM, JSON.stringify(worker)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (bytes: Buffer) => {
    printed += String(bytes)
    if (printed === 'here\n') child.kill('SIGKILL')
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  const isKilled = signal === 'SIGKILL'
  if (isKilled !== (worker.life.dies !== undefined) || (!isKilled && code !== 0))
    throw new Error(`A process has ended with ${code ?? signal}: ${printed}`)
  return isKilled ? undefined : (JSON.parse(printed) as Ended)
}
