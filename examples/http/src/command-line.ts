import { parseArgs } from 'node:util'

export interface CommandLine {
  readonly port: number
  readonly tries: boolean
  readonly help: boolean
}

export const USAGE = `Serves a pipeline over HTTP: POST /chat streams an answer as server-sent events.

Usage: npm run example http -- [options]

  --port N  the port to listen on, 0 for any free one (3000)
  --try     send the requests of a few clients to the service, print what they got, and end
  --help    print this

Environment:
  JWT_SECRET  the secret of the tokens, at least 32 characters (default: a random one)
  LOG_LEVEL   the least level of the log on standard error (info; silent with --try)

Exit codes: 0 stopped by Ctrl-C or SIGTERM, or --try is done, 1 failed, 2 wrong options`

/** Throws an Error that says what is wrong with the arguments. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '3000' },
      try: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Infinity
  if (port > 65_535) throw new Error(`--port takes a number from 0 to 65535, not "${values.port}".`)
  return { port, tries: values.try, help: values.help }
}
