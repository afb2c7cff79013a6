import { parseArgs } from 'node:util'

export interface CommandLine {
  readonly command: 'run' | 'undo' | 'try' | 'help'
  /** Undefined: that of the run, or the default one. */
  readonly task: string | undefined
  /** The id of the run; undefined for a new one. */
  readonly run: string | undefined
  readonly data: string
  readonly approvesAll: boolean
  readonly maxTurns: number
  readonly maxTokens: number
}

/** `--turns` takes no more. */
export const MOST_TURNS = 50

export const USAGE = `An agent that answers the tickets of a help desk. It asks you before it changes anything.

Usage: npm run example agent -- [options] ["task"]

  --run NAME   the id of the run (a new one); with that of an earlier run, goes on with it
  --yes        approve every call, without a question
  --undo NAME  take back what a run has done
  --try        play a session: its process is killed twice, the next one goes on, and all is undone
  --turns N    how often the model may be asked, from 1 to ${MOST_TURNS} (8)
  --tokens N   how many tokens it may use (50000)
  --data DIR   where drafts, tickets and runs are kept (.stageflow/agent)
  --help       print this

Environment:
  OPENAI_API_KEY   ask OpenAI, not the scripted model on this machine
  OPENAI_BASE_URL  ask this OpenAI-compatible server
  OPENAI_MODEL     its model (gpt-5.5)

Exit codes: 0 answered or undone, 1 failed or a limit was reached, 2 wrong options, 3 denied, 4 waits for an approval, 130 stopped by Ctrl-C`

/** Throws an Error that says what is wrong with the arguments. */
export function parseCommandLine(args: readonly string[], defaultData: string): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      run: { type: 'string' },
      yes: { type: 'boolean', short: 'y', default: false },
      undo: { type: 'string' },
      try: { type: 'boolean', default: false },
      turns: { type: 'string', default: '8' },
      tokens: { type: 'string', default: '50000' },
      data: { type: 'string', default: defaultData },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { help, undo, run, yes, data } = values
  if (data === '') throw new Error('--data takes a folder.')
  const task = positionals.length === 0 ? undefined : positionals.join(' ').trim()
  if (task === '') throw new Error('The task is empty.')
  const isPlayed = values.try
  return {
    command: help ? 'help' : isPlayed ? 'try' : undo === undefined ? 'run' : 'undo',
    task,
    run: undo === undefined ? named('--run', run) : named('--undo', undo),
    data,
    approvesAll: yes,
    maxTurns: wholeNumber('--turns', values.turns, MOST_TURNS),
    maxTokens: wholeNumber('--tokens', values.tokens, 10_000_000),
  }
}

function named(option: string, name: string | undefined): string | undefined {
  if (name === undefined || /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,59}$/u.test(name)) return name
  throw new Error(`${option} takes a name of up to 60 letters, digits and . _ -, not "${name}".`)
}

function wholeNumber(option: string, text: string, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= most) return number
  throw new Error(`${option} takes a whole number from 1 to ${most}, not "${text}".`)
}
