import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { colored, isColored } from './colors.ts'
import type { Place } from './command-line.ts'
import { freePort } from './free-port.ts'
import { openPage, type Page } from './page.ts'
import type { RunningServer } from './restate-server.ts'
import { startServer } from './server.ts'
import { readShop, type ShopCall } from './shop.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

interface Told {
  readonly title: string
  /** The arguments of the process. */
  readonly args: readonly string[]
  /** Kills it with SIGKILL when it prints this. */
  readonly killAt?: RegExp
  /** How it ends otherwise. */
  readonly code?: number
}

/** One order in six processes, of which three are killed with SIGKILL. `web`: on a page too. Resolves with the exit code. */
export async function playStory(on: Place, web: boolean): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'stageflow-durable-'))
  const [ingress, admin, worker] = [await freePort(), await freePort(), await freePort()]
  let server: RunningServer | undefined
  let page: Page | undefined
  const schema = `stageflow_example_${process.pid}`
  const options = ['--on', on, '--data', data, '--schema', schema, '--ports', `${ingress},${admin},${worker}`]
  const env: NodeJS.ProcessEnv = { ...process.env, ...(isColored() ? { FORCE_COLOR: '1' } : {}) }
  const open: ChildProcess[] = []
  process.once('exit', () => open.forEach((child) => child.kill('SIGKILL')))
  let processes = 0

  function carry({ title, args, killAt, code = 0 }: Told, until?: RegExp) {
    const number = ++processes
    console.log(colored('bold', `process ${number}: ${title}`))
    const child = spawn(process.execPath, [MAIN, ...args, ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    open.push(child)
    const kill = (): void => {
      if (child.kill('SIGKILL')) console.log(colored('red', `  process ${number} is killed with SIGKILL`))
    }
    const reached = Promise.withResolvers<void>()
    let printed = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text
        process.stdout.write(text.replace(/^(?=.)/gm, '  '))
        if (until?.test(printed) === true) reached.resolve()
        if (killAt?.test(printed) === true) kill()
      })
    const ended = new Promise<void>((resolve, reject) =>
      child.once('close', (actual) => {
        const expected = killAt === undefined && until === undefined ? code : null
        if (actual === expected) resolve()
        else reject(new Error(`Process ${number} ended with ${actual}, not ${expected ?? 'by a kill'}.`))
      }),
    )
    ended.catch(reached.reject)
    return { ended, reached: reached.promise, kill }
  }

  console.log('One order in six processes, three of them killed with SIGKILL. No stage that has settled runs again.\n')
  try {
    if (on === 'restate' || (on === 'postgres' && !env['POSTGRES_URL'])) {
      server = await startServer(on, data, { ingress, admin, worker })
      if (on === 'postgres') env['POSTGRES_URL'] = server.url
    }
    await carry({ title: 'mia starts order-7', args: ['start'], killAt: /reserve begins/ }).ended
    if (web) page = await openPage(join(data, 'orders.db'))
    await page?.opened()
    const waiting = carry({ title: 'mia starts order-7 again', args: ['start'] }, /Reminder: .*\n.*order-7/)
    await waiting.reached
    await carry({ title: 'eve, a stranger, approves it', args: ['approve', '--as', 'eve'], code: 4 }).ended
    waiting.kill()
    await waiting.ended
    await carry({ title: 'ann approves it, and the bank declines', args: ['approve', '--decline'], code: 1 }).ended
    await carry({ title: 'mia retries it', args: ['retry'], killAt: /charge begins/ }).ended
    await carry({ title: 'mia starts order-7 again', args: ['start'] }).ended
    const code = count(readShop(join(data, 'shop.jsonl')))
    await page?.stopped()
    return code
  } finally {
    await page?.close()
    await server?.stop()
    if (on === 'postgres' && process.env['POSTGRES_URL']) await dropSchema(process.env['POSTGRES_URL'], schema)
    rmSync(data, { recursive: true, force: true })
  }
}

async function dropSchema(url: string, schema: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
  await client.end()
}

function count(calls: readonly ShopCall[]): number {
  const of = (name: ShopCall['what']): readonly ShopCall[] => calls.filter(({ what }) => what === name)
  console.log('\nThe shop was asked:')
  for (const what of ['price', 'reserve', 'remind', 'charge', 'ship'] as const)
    console.log(
      `  ${what} ${of(what).length}×${of(what).some(({ isDeclined }) => isDeclined) ? ', declined once' : ''}`,
    )
  const keys = new Set(of('charge').map(({ key }) => key))
  console.log(keys.size === 1 ? 'Each time with the same key, so it charged once.' : 'WRONG: it charged twice.')
  return keys.size === 1 ? 0 : 1
}
