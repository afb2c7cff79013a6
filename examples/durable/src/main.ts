import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { timeline } from '@stageflow/report'
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts'
import type { Ask, Ended, Engine } from './engine.ts'
import { localEngine } from './local-engine.ts'
import { memoryEngine } from './memory-engine.ts'
import { restateEngine } from './restate-engine.ts'
import { startRestate } from './restate-server.ts'
import { openShop } from './shop.ts'
import { playStory } from './story.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

process.exitCode = await main().catch((error: unknown) => {
  console.error(`Failed: ${(error as Error).message}`)
  return 1
})

async function main(): Promise<number> {
  let given: CommandLine
  try {
    given = parseCommandLine(process.argv.slice(2), join(repository, '.stageflow/durable'))
  } catch (error) {
    console.error(`${(error as Error).message} (--help lists the options)`)
    return 2
  }
  if (given.command === 'help') {
    console.log(USAGE)
    return 0
  }
  if (given.command === 'try') return playStory(given.engine)
  mkdirSync(given.data, { recursive: true })
  return given.command === 'server' ? serveRestate(given) : carryOrder(given)
}

async function carryOrder(given: CommandLine): Promise<number> {
  const engine = await openEngine(given)
  process.once('SIGINT', () => void engine.close().finally(() => process.exit(130)))
  const { command, order, item, by } = given
  try {
    const approved = command === 'approve'
    const result = await (command === 'start' ? engine.start(order, item) : engine.approve(order, { by, approved }))
    return print(order, result)
  } finally {
    await engine.close()
  }
}

function openEngine(given: CommandLine): Promise<Engine> | Engine {
  const { engine, data, restate } = given
  const ports = { shop: openShop({ path: join(data, 'shop.jsonl'), takesMs: 400, log: console.log }) }
  if (engine === 'memory') return memoryEngine(ports, askHere)
  const ask = askElsewhere(given)
  return engine === 'local' ? localEngine(join(data, 'orders.db'), ports, ask) : restateEngine(restate, ports, ask)
}

async function askHere(question: string): Promise<{ by: string; approved: boolean } | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const none = new AbortController()
  terminal.once('close', () => none.abort())
  try {
    return {
      by: 'you',
      approved: /^y/i.test(await terminal.question(`${question} [yes/no] `, { signal: none.signal })),
    }
  } catch {
    return undefined
  } finally {
    terminal.close()
  }
}

/** The answer comes from another process. */
function askElsewhere({ order, engine }: CommandLine): Ask {
  return async (question) => {
    console.log(`${order} waits: ${question} You can kill this process. In another terminal:`)
    console.log(`  npm run example durable -- approve ${order}${engine === 'local' ? '' : ` --engine ${engine}`}`)
    return undefined
  }
}

function print(order: string, { status, reason, errors = [], data, report }: Ended): number {
  const why = reason ?? errors.map(({ message }) => message).join(' ')
  console.log(data.ship === undefined ? `${order} ${status}: ${why}` : `${order} sent: ${data.ship.parcel}`)
  console.log(`\n${timeline(report, { width: Math.max(30, process.stdout.columns || 80) })}`)
  return status === 'completed' ? 0 : status === 'cancelled' ? 3 : 1
}

async function serveRestate({ data, restate }: CommandLine): Promise<number> {
  const server = await startRestate(resolve(data, 'restate'), restate)
  console.log(`Restate listens on http://127.0.0.1:${restate.ingress}. Ctrl-C stops it. In another terminal:`)
  console.log('  npm run example durable -- start order-7 --engine restate')
  let code = 1
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      code = 0
      server.stop()
    })
  await server.ended
  return code
}
