import { parseArgs } from 'node:util'

export interface CommandLine {
  /** Undefined: questions come from standard input. */
  readonly question: string | undefined
  readonly session: string
  readonly docs: string | undefined
  readonly json: boolean
  /** The log goes to standard error instead of to its file. */
  readonly log: boolean
  readonly metrics: boolean
  /** Where every event of every run is recorded. */
  readonly record: string | undefined
  readonly help: boolean
}

export const USAGE = `Asks Stageflow's documentation a question, as a pipeline of six stages.

Usage: npm start -- [options] ["question"]

Without a question: a prompt on a terminal; else one question a line from standard input.

Options:
  --session NAME  whose earlier questions count, for follow-ups (default: default)
  --docs DIR      answer from the Markdown files below DIR instead of this repository's
  --json          print one JSON object a question (answer, sources, report), nothing else
  --log           write the log to standard error, not to chat.log in the folder of the chat history
  --metrics       print what was measured to standard error at the end, as Prometheus reads it
  --record FILE   append the events of the runs to FILE, a line of JSON each; no words of questions and answers
  --help          print this

Environment:
  OPENAI_BASE_URL, OPENAI_API_KEY  ask this OpenAI-compatible server (both needed; default: no network)
  OPENAI_MODEL                     its model (default: gpt-4o-mini)
  STAGEFLOW_CHAT_DATA              folder of the chat history and the log (default: .stageflow in the repository)
  NO_COLOR, FORCE_COLOR            without or with colour, whatever the output is

Exit codes: 0 answered, 1 failed, 2 wrong options or nothing asked, 3 refused by a guard, 130 stopped by Ctrl-C
`

const SESSION = /^[\p{L}\p{N}][\p{L}\p{N}._:@-]{0,99}$/u

/** Throws an Error that says what is wrong with the arguments. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      session: { type: 'string', default: 'default' },
      docs: { type: 'string' },
      json: { type: 'boolean', default: false },
      log: { type: 'boolean', default: false },
      metrics: { type: 'boolean', default: false },
      record: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (!SESSION.test(values.session)) {
    throw new Error(
      '--session takes a name of up to 100 letters, digits and . _ : @ -, starting with a letter or digit.',
    )
  }
  if (values.docs === '') throw new Error('--docs takes a folder.')
  if (values.record === '') throw new Error('--record takes the name of a file.')
  return {
    // Words without quotes are one question: npm start -- What is a stage?
    question: positionals.length === 0 ? undefined : positionals.join(' '),
    session: values.session,
    docs: values.docs,
    json: values.json,
    log: values.log,
    metrics: values.metrics,
    record: values.record,
    help: values.help,
  }
}
