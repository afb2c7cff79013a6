import { parseArgs } from 'node:util'

export interface CommandLine {
  readonly question: string
  readonly maxRounds: number
  readonly maxTokens: number
  readonly help: boolean
}

export const USAGE = `An agent that books train seats: a model calls tools in a loop, with limits.

Usage: npm run example tool-loop -- [options] ["question"]

  --rounds N   how often the model may be asked, from 1 to 50 (6)
  --tokens N   how many tokens it may use before the next round (20000)
  --help       print this

Environment:
  OPENAI_API_KEY   ask OpenAI, not the scripted model on this machine
  OPENAI_BASE_URL  ask this OpenAI-compatible server
  OPENAI_MODEL     its model (gpt-4o-mini)

Exit codes: 0 answered, 1 failed or a limit was reached, 2 wrong options, 3 refused, 130 stopped by Ctrl-C`

/** Throws an Error that says what is wrong with the arguments. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '6' },
      tokens: { type: 'string', default: '20000' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return {
    question: positionals.length === 0 ? 'Please book 3 seats to Oslo.' : positionals.join(' '),
    maxRounds: wholeNumber('--rounds', values.rounds, 50),
    maxTokens: wholeNumber('--tokens', values.tokens, 1_000_000),
    help: values.help,
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= most) return number
  throw new Error(`${name} takes a whole number from 1 to ${most}, not "${text}".`)
}
