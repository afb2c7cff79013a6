import { parseArgs } from 'node:util'
import type { RestatePorts } from './restate-engine.ts'

export interface CommandLine {
  readonly command: 'start' | 'approve' | 'deny' | 'server' | 'try' | 'help'
  readonly order: string
  readonly item: string
  readonly by: string
  readonly engine: 'memory' | 'local' | 'restate'
  readonly data: string
  readonly restate: RestatePorts
}

export const USAGE = `An order that waits for an approval. Kill it whenever you like: it goes on when it is started again.

Usage: npm run example durable -- COMMAND [ORDER] [options]

  start ORDER    start the order, or go on with it (order-7)
  approve ORDER  approve it, and see it finish
  deny ORDER     deny it
  server         start a Restate server, until Ctrl-C
  --try          play the whole story: three kills, one approval

Options:
  --engine E     local: a file on this machine; restate: a Restate server; memory: nothing is kept (local)
  --item TEXT    what is ordered (a chair)
  --by NAME      who approves or denies (Ann)
  --data FOLDER  where files are kept (.stageflow/durable in the repository)
  --ports I,A,W  Restate's ingress and admin API, and where this process listens (8080,9070,9080)
  --help         print this

Exit codes: 0 sent, 1 failed, 2 wrong options, 3 denied, 130 stopped by Ctrl-C`

const ENGINES = ['memory', 'local', 'restate'] as const
const COMMANDS = ['start', 'approve', 'deny', 'server'] as const

/** Throws an Error that says what is wrong with the arguments. `folder`: where files are kept by default. */
export function parseCommandLine(args: readonly string[], folder: string): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'local' },
      item: { type: 'string', default: 'a chair' },
      by: { type: 'string', default: 'Ann' },
      data: { type: 'string', default: folder },
      ports: { type: 'string', default: '8080,9070,9080' },
      try: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const [given, order = 'order-7', ...more] = positionals
  if (more.length > 0) throw new Error(`Unknown argument "${more[0]}".`)
  const special = values.help ? 'help' : values.try ? 'try' : undefined
  const command = special ?? COMMANDS.find((name) => name === given)
  if (command === undefined)
    throw new Error(`Pass ${COMMANDS.join(', ')} or --try${given === undefined ? '' : `, not "${given}"`}.`)
  const engine = ENGINES.find((name) => name === values.engine)
  if (engine === undefined) throw new Error(`--engine takes ${ENGINES.join(', ')}, not "${values.engine}".`)
  if (engine === 'memory' && command !== 'start' && command !== 'help')
    throw new Error('--engine memory takes start only: its order ends with its process, and is answered in it.')
  const ports = values.ports.split(',').map(Number)
  if (ports.length !== 3 || !ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536))
    throw new Error(`--ports takes three numbers, such as 8080,9070,9080, not "${values.ports}".`)
  const [ingress, admin, worker] = ports as [number, number, number]
  const { item, by, data } = values
  return { command, order, item, by, engine, data, restate: { ingress, admin, worker } }
}
