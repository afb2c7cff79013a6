import { parseArgs } from 'node:util'

export interface CommandLine {
  /** Undefined: draw one. */
  readonly seed: number | undefined
  readonly speed: number
  readonly wav: string | undefined
  /** Whether an agent answers. */
  readonly agent: boolean
  readonly install: boolean
  readonly help: boolean
}

export const WHAT =
  'A voice assistant, offline: it hears a question, answers while it still thinks, and stops when you talk over it.'

export const USAGE = `${WHAT}

Usage: npm run example voice -- [options]

  --seed N      which questions are drawn, a whole number (drawn at random)
  --speed N     speak and play N times as fast as in real time, from 1 to 8 (1)
  --agent       let an agent answer: it calls tools, and says so meanwhile
  --wav FILE    what was said and heard (.stageflow/voice.wav)
  --install     install missing programs with apt-get; only as root, on Debian and systems like it
  --help        this text

It needs flite and pocketsphinx, and says how to install them. It installs the speech detector, 300 MB, by itself.

Exit codes: 0 heard every question word for word, 1 failed, 2 wrong options, 130 stopped by Ctrl-C`

/** Throws an Error that says which option is wrong. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      speed: { type: 'string', default: '1' },
      wav: { type: 'string' },
      agent: { type: 'boolean', default: false },
      install: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  return {
    ...values,
    seed: values.seed === undefined ? undefined : wholeNumber('--seed', values.seed, 0, 2 ** 31),
    speed: wholeNumber('--speed', values.speed, 1, 8),
    wav: values.wav,
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number
  throw new RangeError(`${name} is "${text}"; give a whole number from ${least} to ${most}.`)
}
