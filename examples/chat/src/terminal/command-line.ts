import { parseArgs } from 'node:util'

export interface CommandLine {
  /** Undefined: read questions from standard input. */
  readonly question: string | undefined
  readonly session: string
  readonly docs: string | undefined
  readonly json: boolean
  /** Whether to show the runs on a page. */
  readonly web: boolean
  readonly help: boolean
}

export const USAGE = `Asks Stageflow's documentation a question, with a pipeline of seven stages.

Usage: npm start -- [options] ["question"]

Without a question: a prompt on a terminal; otherwise one question per line of standard input.

Options:
  --session NAME  remember the questions under this name, for follow-ups (default: default)
  --docs DIR      answer from the Markdown files in DIR instead of this repository
  --json          print one JSON object per question: answer, pages, report
  --web           show each run on a page of this machine, as it goes
  --help          print this

Environment:
  OPENAI_API_KEY, OPENAI_BASE_URL  either of them: ask this OpenAI-compatible model (default: quote the pages, no network)
  OPENAI_MODEL                     its name (default: gpt-5.5)
  STAGEFLOW_CHAT_DATA              the folder of the sessions (default: .stageflow in the repository)
  NO_COLOR, FORCE_COLOR            switch colors off or on

Exit codes: 0 answered, 1 failed, 2 wrong usage, 3 refused or not in the documentation, 130 stopped by Ctrl-C
`

/** Throws an Error that says which argument is wrong. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      session: { type: 'string', default: 'default' },
      docs: { type: 'string' },
      json: { type: 'boolean', default: false },
      web: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u.test(values.session))
    throw new Error('--session takes a name of up to 100 letters, digits and . _ -')
  if (values.docs === '') throw new Error('--docs takes a folder')
  // Words without quotes are one question: npm start -- What is a stage?
  return { ...values, docs: values.docs, question: positionals.length === 0 ? undefined : positionals.join(' ') }
}
