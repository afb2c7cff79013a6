// An order that waits for another person, and goes on after a kill. Its pipeline is in order.ts.

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { PipelineFailedError, StageflowError } from '@stageflow/core'
import { timeline } from '@stageflow/report'
import { isColored } from './colors.ts'
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts'
import type { Ask, Ended, Engine } from './engine.ts'
import { postgresEngine, sqliteEngine } from './journal-engine.ts'
import { memoryEngine } from './memory-engine.ts'
import type { OrderPorts } from './order.ts'
import { tokenOf } from './people.ts'
import { restateEngine } from './restate-engine.ts'
import { startServer } from './server.ts'
import { openShop } from './shop.ts'
import { playStory } from './story.ts'

const REMIND_AFTER_MS = 1_500

const repository = fileURLToPath(new URL('../../..', import.meta.url))

process.exitCode = await main().catch((error: unknown) => {
  const isRefused = StageflowError.is(error) && error.code.startsWith('auth/')
  console.error(`${isRefused ? 'Refused' : 'Failed'}: ${(error as Error).message}`)
  return isRefused ? 4 : 1
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
  if (given.command === 'try') return playStory(given.on, given.web)
  mkdirSync(given.data, { recursive: true })
  return given.command === 'server' ? serve(given) : carryOrder(given)
}

async function carryOrder(given: CommandLine): Promise<number> {
  const engine = await openEngine(given)
  process.once('SIGINT', () => void engine.close().finally(() => process.exit(130)))
  const { command, order, item } = given
  try {
    if (command === 'start') return print(given, await engine.start(order, item))
    if (command === 'retry') return print(given, await engine.retry(order))
    return print(given, await engine.answer(order, command === 'approve'))
  } catch (error) {
    if (error instanceof PipelineFailedError) return print(given, error.result)
    throw error
  } finally {
    await engine.close()
  }
}

function openEngine(given: CommandLine): Promise<Engine> | Engine {
  const { on, as, data, schema, declines, restate } = given
  const shop = openShop({ path: join(data, 'shop.jsonl'), takesMs: 400, declines, log: console.log })
  const ports: OrderPorts = { shop, remindAfterMs: REMIND_AFTER_MS }
  const token = tokenOf(as)
  if (on === 'memory') return memoryEngine(ports, token, askHere)
  const ask = askElsewhere(given)
  if (on === 'restate') return restateEngine(restate, ports, token, ask)
  if (on === 'sqlite') return sqliteEngine(join(data, 'orders.db'), ports, token, ask)
  const url = process.env['POSTGRES_URL']
  if (!url)
    throw new Error(
      'Set POSTGRES_URL. To start a server, in another terminal: npm run example durable -- server --on postgres',
    )
  return postgresEngine(url, schema, ports, token, ask)
}

async function askHere(question: string): Promise<boolean | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const none = new AbortController()
  terminal.once('close', () => none.abort())
  try {
    return /^y/i.test(await terminal.question(`${question} [yes/no] `, { signal: none.signal }))
  } catch {
    return undefined
  } finally {
    terminal.close()
  }
}

/** The answer comes from another process. */
function askElsewhere({ order, on }: CommandLine): Ask {
  return (question) => {
    console.log(`${order} waits: ${question} You can kill this process. In another terminal:`)
    console.log(`  npm run example durable -- approve ${order}${onOption(on)}`)
  }
}

function print({ order, on }: CommandLine, { status, reason, errors = [], data, report }: Ended): number {
  const why = reason ?? errors.map(({ message }) => message).join(' ')
  console.log(data.ship === undefined ? `${order} ${status}: ${why}` : `${order} sent: ${data.ship.parcel}`)
  if (status === 'failed' && on !== 'memory') console.log(`  npm run example durable -- retry ${order}${onOption(on)}`)
  const width = Math.max(30, process.stdout.columns || 80)
  console.log(`\n${timeline(report, { width, color: isColored() })}`)
  return status === 'completed' ? 0 : status === 'cancelled' ? 3 : 1
}

function onOption(on: CommandLine['on']): string {
  return on === 'sqlite' ? '' : ` --on ${on}`
}

async function serve({ on, data, restate }: CommandLine): Promise<number> {
  const server = await startServer(on === 'postgres' ? on : 'restate', resolve(data), restate)
  console.log(`${server.name} listens on ${server.url}. Ctrl-C stops it. In another terminal:`)
  if (on === 'postgres') console.log(`  export POSTGRES_URL=${server.url}`)
  console.log(`  npm run example durable -- start order-7 --on ${on}`)
  let code = 1
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      code = 0
      void server.stop()
    })
  await server.ended
  return code
}
