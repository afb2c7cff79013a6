import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { timeline } from '@stageflow/report'
import { pino } from 'pino'
import { openApp } from './app.ts'
import { openAuth } from './auth.ts'
import { openModel } from './model.ts'
import { openService } from './server.ts'

// Sends requests to the service, and prints what clients get. Then it runs the pipeline once more, and prints its timeline.

const folder = mkdtempSync(join(tmpdir(), 'template-package-'))
const { verify, sign } = openAuth({ JWT_SECRET: process.env['JWT_SECRET'] })
const logger = pino({ level: 'silent' })
const app = openApp({ verify, model: openModel(process.env), logger, path: join(folder, 'service.db') })
const { server, close } = openService(app)
await once(server.listen(0, '127.0.0.1'), 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const tokenOf = (user: string, organization: string): string => sign?.(user, organization) ?? ''

async function ask(what: string, question: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(`${url}/chat`, { method: 'POST', headers, body: JSON.stringify({ question }) })
  const repeated = response.headers.has('idempotent-replayed') ? ' (the recorded answer)' : ''
  const text = (await response.text()).replaceAll(/^id: .*\n/gm, '').replaceAll('\ndata', ' data')
  console.log(`${what}\n  ${response.status}${repeated} ${text.trim().replaceAll('\n\n', '\n  ')}`)
}

const authorization = `Bearer ${tokenOf('ada', 'acme')}`
const question = 'What is a stage?'
await ask('without a token', question, {})
await ask('with a token and a key', question, { authorization, 'idempotency-key': '1' })
await ask('the same request again', question, { authorization, 'idempotency-key': '1' })
await ask('another question with the same key', 'Why?', { authorization, 'idempotency-key': '1' })
await ask('an empty question', ' ', { authorization })

for (const [user, organization] of [
  ['ada', 'acme'],
  ['ada', 'globex'],
] as const) {
  const headers = { authorization: `Bearer ${tokenOf(user, organization)}` }
  const messages = (await (await fetch(`${url}/messages`, { headers })).json()) as readonly object[]
  console.log(`messages of ${user} in ${organization}: ${messages.length}`)
}

const result = await app.graph.runSettled({ inputText: question }, { token: tokenOf('ada', 'acme') })
console.log(`\n${timeline(result.report)}`)
await close()
rmSync(folder, { recursive: true })
