import { parseArgs } from 'node:util'

export interface CommandLine {
  readonly seed: number
  readonly seconds: number
  readonly events: boolean
  readonly wav: string | undefined
  readonly help: boolean
}

export const USAGE = `Plays speech that comes over a bad line through a jitter buffer, and draws the buffer's level.

Usage: npm run example jitter -- [options]

  --seed N      which bad line it is, a whole number (7)
  --seconds N   how long, from 1 to 60 (6)
  --events      each event of the buffer as a line of JSON on standard error
  --wav FILE    what was heard, gaps and all, as a WAV file
  --help        this text

In a terminal it takes its time and draws live; in a pipe it draws once, the same for the same seed.

Exit codes: 0 played to the end, 1 failed, 2 wrong options, 130 stopped by Ctrl-C, 143 by SIGTERM`

export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '6' },
      events: { type: 'boolean', default: false },
      wav: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 31),
    seconds: wholeNumber('--seconds', values.seconds, 1, 60),
    events: values.events,
    wav: values.wav,
    help: values.help,
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number
  throw new RangeError(`${name} is "${text}"; give a whole number from ${least} to ${most}.`)
}
