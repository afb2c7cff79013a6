import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, onTestFailed, onTestFinished, test, vi } from 'vitest'
import { startRestate } from '../../../packages/durable-restate/test/restate-server.ts'
import { parseCommandLine } from '../src/command-line.ts'
import { freePort } from '../src/free-port.ts'
import { readShop } from '../src/shop.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed = { stdout: '', stderr: '' }
  onTestFailed(() => console.error(`${args.join(' ')} (${child.exitCode ?? child.signalCode ?? 'runs'})`, printed))
  let look = (): void => {}
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
      look()
    })
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, ...printed }))
  })
  /** Resolves when it has printed this. */
  const prints = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      look = () => printed.stdout.includes(text) && resolve()
      void ended.then(({ code, stderr }) => reject(new Error(`It ended with ${code}: ${stderr}`)))
      look()
    })
  return { child, ended, prints }
}

describe.each(['local', 'restate'])('with --engine %s', (engine) => {
  const ports = { list: '' }
  beforeAll(async () => {
    if (engine !== 'restate') return undefined
    const server = await startRestate()
    const port = (url: string): string => new URL(url).port
    ports.list = `${port(server.url)},${port(server.admin)},${await freePort()}`
    return server.close
  })

  function shop(orderId: string) {
    const data = temporaryFolder()
    const options = ['--engine', engine, '--data', data, ...(ports.list === '' ? [] : ['--ports', ports.list])]
    return {
      order: (command: string, ...more: string[]) => start([command, orderId, ...options, ...more]),
      asked: (what: string) => readShop(join(data, 'shop.jsonl')).filter((call) => call.what === what),
    }
  }

  test('an order whose process is killed while it waits is approved by a second process, and ends there', async () => {
    const { order, asked } = shop('order-1')
    const first = order('start', '--item', 'a table')
    await first.prints('order-1 waits: Pay 107 euros?')
    first.child.kill('SIGKILL')
    expect((await first.ended).code).toBe(null)

    const { code, stdout, stderr } = await order('approve').ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('order-1 sent: ship of order-1/ship')
    expect(stdout).toMatch(/^order · completed · .* · 5 ok$/m)
    for (const what of ['price', 'reserve', 'charge', 'ship']) expect(asked(what)).toHaveLength(1)
    expect(asked('charge')[0]?.key).toBe('order-1/charge')
  })

  test('stages that were in progress at a kill are repeated with the same key, and settled ones are not', async () => {
    const { order, asked } = shop('order-2')
    const first = order('start')
    await first.prints('order-2 waits')
    first.child.kill('SIGKILL')
    const second = order('approve')
    await second.prints('charge begins')
    second.child.kill('SIGKILL')

    const { code, stdout } = await order('start').ended
    expect(code).toBe(0)
    expect(stdout).toContain('charge ends: it was done before, so nothing is done twice')
    expect(asked('charge').map(({ key }) => key)).toEqual(['order-2/charge', 'order-2/charge'])
    for (const what of ['price', 'reserve', 'ship']) expect(asked(what)).toHaveLength(1)
  })

  test('a process that still waits sees the order end when another process approves it', async () => {
    const { order, asked } = shop('order-3')
    const first = order('start')
    await first.prints('order-3 waits')
    const second = await order('approve').ended
    const ends = [second, await first.ended]
    expect(ends.map(({ code }) => code)).toEqual([0, 0])
    for (const { stdout } of ends) expect(stdout).toContain('order-3 sent: ship of order-3/ship')
    expect(asked('ship')).toHaveLength(1)
  })

  test('a denied order is exit code 3, and an answer that comes later is refused', async () => {
    const { order, asked } = shop('order-4')
    const first = order('start')
    await first.prints('order-4 waits')
    first.child.kill('SIGKILL')
    const denied = await order('deny', '--by', 'Bo').ended
    expect(denied).toMatchObject({ code: 3, stderr: '' })
    expect(denied.stdout).toContain('order-4 cancelled: Bo refused to pay')
    expect(asked('charge')).toEqual([])
    const late = await order('approve').ended
    expect(late.code).toBe(1)
    expect(late.stderr).toMatch(/^Failed: .*order-4/)
  })

  test('Ctrl-C leaves the order to the next process', async () => {
    const { order } = shop('order-5')
    const first = order('start')
    await first.prints('reserve begins')
    first.child.kill('SIGINT')
    expect((await first.ended).code).toBe(130)
    const second = order('start')
    await second.prints('order-5 waits')
  })
})

test('--try kills three processes, and charges once', async () => {
  const folder = temporaryFolder()
  const { code, stdout, stderr } = await start(['--try'], { TMPDIR: folder }).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.match(/killed with SIGKILL/g)).toHaveLength(3)
  expect(stdout).toMatch(/charge 2×\n {2}ship 1×\nEach time with the same key, so it charged once\.\n$/)
  expect(readdirSync(folder)).toEqual([])
})

test('--try with Restate starts a server of its own, and ends it', async () => {
  const folder = temporaryFolder()
  const { code, stdout, stderr } = await start(['--try', '--engine', 'restate'], { TMPDIR: folder }).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/charge 2×\n {2}ship 1×\nEach time with the same key, so it charged once\.\n$/)
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['yes\n', 0, 'order-7 sent: ship of order-7/ship', ''],
  ['no\n', 3, 'order-7 cancelled: you refused to pay', ''],
  ['', 1, '', 'Failed: No answer came, and an order in memory cannot wait.\n'],
])('in memory the same graph asks in its own process (answer %j)', async (answer, code, stdout, stderr) => {
  const { child, ended } = start(['start', '--engine', 'memory', '--data', temporaryFolder()])
  child.stdin.end(answer)
  const result = await ended
  expect(result).toMatchObject({ code, stderr })
  expect(result.stdout).toContain(stdout)
})

test('without a Restate server it says in one line what to do', async () => {
  const ports = `${await freePort()},${await freePort()},${await freePort()}`
  const data = temporaryFolder()
  const { code, stderr } = await start(['start', '--engine', 'restate', '--ports', ports, '--data', data]).ended
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^Failed: No Restate server at .* npm run example durable -- server\n$/),
  })
})

test('the command server serves until it is told to stop, and keeps its data', async () => {
  const data = temporaryFolder()
  const options = ['--engine', 'restate', '--data', data]
  options.push('--ports', `${await freePort()},${await freePort()},${await freePort()}`)
  const first = start(['server', ...options])
  await first.prints('Restate listens on')
  const order = start(['start', ...options])
  await order.prints('order-7 waits')
  order.child.kill('SIGKILL')
  first.child.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)

  const second = start(['server', ...options])
  await second.prints('Restate listens on')
  expect(await start(['approve', ...options]).ended).toMatchObject({ code: 0, stderr: '' })
  second.child.kill('SIGTERM')
  await second.ended
})

test('--help prints the options, and a wrong one is exit code 2 with its error last', async () => {
  const help = await start(['--help']).ended
  expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Exit codes: 0') })
  const { code, stdout, stderr } = await start(['start', '--ngine', 'local']).ended
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.trimEnd().split('\n').at(-1)).toContain('--ngine')
})

test.each([
  ['start --engine disk', '"disk"'],
  ['start --engine restate --ports 1,2', '"1,2"'],
  ['start --engine restate --ports 1,2,x', '"1,2,x"'],
  ['begin', '"begin"'],
  ['', 'Pass start'],
  ['start order-7 order-8', '"order-8"'],
  ['approve --engine memory', '--engine memory'],
])('the arguments %j are refused with an error that names %s', (args, wrong) => {
  expect(() => parseCommandLine(args.split(' ').filter(Boolean), '/data')).toThrow(wrong)
})
