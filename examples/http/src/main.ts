// A pipeline as an HTTP service: streamed answers, JWT, idempotency keys, metrics and logs. Its routes are in server.ts.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { openApp } from './app.ts'
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts'
import { scriptedModel } from './model.ts'
import { openService } from './server.ts'
import { signToken } from './tokens.ts'
import { tryService } from './try.ts'

const ORDERS = new Map([
  [7, 'Order 7 left the warehouse this morning.'],
  [8, 'Order 8 is being packed.'],
])

process.exitCode = await main().catch((error: unknown) => {
  console.error(`Failed: ${(error as Error).message}`)
  return 1
})

async function main(): Promise<number> {
  let commandLine: CommandLine
  try {
    commandLine = parseCommandLine(process.argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message} (--help lists the options)`)
    return 2
  }
  const { port, tries, help } = commandLine
  if (help) {
    console.log(USAGE)
    return 0
  }
  const secret = process.env['JWT_SECRET'] || randomBytes(32).toString('hex')
  const logger = pino({ level: process.env['LOG_LEVEL'] || (tries ? 'silent' : 'info') }, pino.destination(2))
  const stored: unknown[] = []
  const ports = { model: scriptedModel(), orders: ORDERS, store: (message: unknown) => void stored.push(message) }
  const service = openService(openApp({ secret, logger, ports }))
  const token = signToken(secret, 'ada')
  if (tries) {
    await tryService(service, token, console.log)
    console.log(`stored: ${stored.length} questions`)
  } else {
    service.server.listen(port)
    await once(service.server, 'listening')
    const url = `http://localhost:${(service.server.address() as AddressInfo).port}`
    console.log(`Listening on ${url}. Ctrl-C stops it. Try:\n`)
    console.log(
      `curl -N ${url}/chat -H 'Authorization: Bearer ${token}' -H 'Idempotency-Key: 1' -d '{"question":"Where is order 7?"}'`,
    )
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  }
  await service.close()
  return 0
}
