import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'
import { startRestate } from './restate-server.ts'
import { readShop, type ShopCall } from './shop.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

/** One order in four processes, of which three are killed with SIGKILL. Resolves with the exit code. */
export async function playStory(engine: string): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'stageflow-durable-'))
  const [ingress, admin, worker] = [await freePort(), await freePort(), await freePort()]
  const server =
    engine === 'restate' ? await startRestate(join(data, 'restate'), { ingress, admin, worker }) : undefined
  const common = ['--engine', engine, '--data', data, '--ports', `${ingress},${admin},${worker}`]
  const open: ChildProcess[] = []
  process.once('exit', () => open.forEach((child) => child.kill('SIGKILL')))

  /** Kills a process with SIGKILL when it prints `until`, or waits for its end. */
  function carry(number: number, command: string, until?: RegExp): Promise<number> {
    console.log(`process ${number}: ${command} order-7`)
    const child = spawn(process.execPath, [MAIN, command, 'order-7', ...common], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    open.push(child)
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      process.stdout.write(text.replace(/^(?=.)/gm, '  '))
      if (until?.test(printed) === true && child.kill('SIGKILL')) console.log('  killed with SIGKILL')
    })
    return new Promise((resolve, reject) =>
      child.once('close', (code) => {
        if (until !== undefined && code !== null) reject(new Error(`Process ${number} ended before it was killed.`))
        else resolve(code ?? 1)
      }),
    )
  }

  try {
    await carry(1, 'start', /reserve begins/)
    await carry(2, 'start', /approve order-7/)
    await carry(3, 'approve', /charge begins/)
    const code = await carry(4, 'start')
    return code === 0 ? count(readShop(join(data, 'shop.jsonl'))) : code
  } finally {
    server?.stop()
    await server?.ended
    rmSync(data, { recursive: true, force: true })
  }
}

function count(calls: readonly ShopCall[]): number {
  const of = (name: ShopCall['what']): readonly ShopCall[] => calls.filter(({ what }) => what === name)
  console.log('\nThe shop was asked:')
  for (const what of ['price', 'reserve', 'charge', 'ship'] as const) console.log(`  ${what} ${of(what).length}×`)
  const keys = new Set(of('charge').map(({ key }) => key))
  console.log(keys.size === 1 ? 'Each time with the same key, so it charged once.' : 'WRONG: it charged twice.')
  return keys.size === 1 ? 0 : 1
}
