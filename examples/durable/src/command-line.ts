import { parseArgs } from 'node:util'
import { NAMES } from './people.ts'
import type { RestatePorts } from './restate-engine.ts'

/** Where runs are kept. */
export type Place = 'sqlite' | 'postgres' | 'restate' | 'memory'

export interface CommandLine {
  readonly command: 'start' | 'approve' | 'deny' | 'retry' | 'server' | 'try' | 'help'
  readonly order: string
  readonly item: string
  /** Who uses this process. */
  readonly as: string
  readonly on: Place
  /** Whether the bank refuses to pay. */
  readonly declines: boolean
  readonly data: string
  /** The schema in PostgreSQL. */
  readonly schema: string
  readonly restate: RestatePorts
  /** Whether to show the story on a page. */
  readonly web: boolean
}

export const USAGE = `An order that waits for another person. Kill it whenever you like: it goes on when it is started again.

Usage: npm run example durable -- [COMMAND] [ORDER] [options]

  start ORDER    start the order, or go on with it (order-7)
  approve ORDER  approve it, and see it finish
  deny ORDER     deny it
  retry ORDER    go on with it after a failure
  server         start a server for --on, until Ctrl-C
  --try          play the whole story: a stranger, a reminder, three kills, a failed payment (without a command)
  --try --web    play it while a page shows the order, across the kills

Options:
  --on PLACE     sqlite: a file on this machine; postgres: a schema; restate: a Restate server; memory: nothing is kept (sqlite)
  --as NAME      who you are: mia orders, ann approves, eve is a stranger (mia; ann for approve and deny)
  --item TEXT    what is ordered (a chair)
  --decline      the bank declines what this process pays
  --data FOLDER  where files are kept (.stageflow/durable in the repository)
  --schema NAME  the schema in PostgreSQL (stageflow_example)
  --ports I,A,W  Restate's ingress and admin API, and where this process listens (8080,9070,9080)
  --help         print this

Environment:
  POSTGRES_URL   the server of --on postgres (--try starts one without it)

Exit codes: 0 sent, 1 failed, 2 wrong options, 3 denied, 4 refused, 130 stopped by Ctrl-C`

const PLACES = ['sqlite', 'postgres', 'restate', 'memory'] as const
const COMMANDS = ['start', 'approve', 'deny', 'retry', 'server'] as const

/** Throws an Error that says what is wrong with the arguments. `folder`: where files are kept by default. */
export function parseCommandLine(args: readonly string[], folder: string): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      on: { type: 'string', default: 'sqlite' },
      as: { type: 'string' },
      item: { type: 'string', default: 'a chair' },
      decline: { type: 'boolean', default: false },
      data: { type: 'string', default: folder },
      schema: { type: 'string', default: 'stageflow_example' },
      ports: { type: 'string', default: '8080,9070,9080' },
      try: { type: 'boolean', default: false },
      web: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const [given, order = 'order-7', ...more] = positionals
  if (more.length > 0) throw new Error(`Unknown argument "${more[0]}".`)
  const on = PLACES.find((name) => name === values.on)
  if (on === undefined) throw new Error(`--on takes ${PLACES.join(', ')}, not "${values.on}".`)
  const special = values.help ? 'help' : values.try || given === undefined ? 'try' : undefined
  const command = special ?? COMMANDS.find((name) => name === given)
  if (command === undefined) throw new Error(`Pass ${COMMANDS.join(', ')} or --try, not "${given}".`)
  if (on === 'memory' && command !== 'start' && command !== 'help')
    throw new Error('--on memory takes start only: its order ends with its process, and is answered in it.')
  if (on === 'sqlite' && command === 'server') throw new Error('--on sqlite needs no server: its orders are in a file.')
  const { as = command === 'approve' || command === 'deny' ? 'ann' : 'mia' } = values
  if (!NAMES.includes(as)) throw new Error(`--as takes ${NAMES.join(', ')}, not "${as}".`)
  const ports = values.ports.split(',').map(Number)
  if (ports.length !== 3 || !ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536))
    throw new Error(`--ports takes three numbers, such as 8080,9070,9080, not "${values.ports}".`)
  const [ingress, admin, worker] = ports as [number, number, number]
  const { item, data, schema, web, decline: declines } = values
  if (web && (command !== 'try' || on !== 'sqlite'))
    throw new Error('--web is for --try on sqlite: its page reads the file of the orders.')
  return { command, order, item, as, on, declines, data, schema, restate: { ingress, admin, worker }, web }
}
