import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { newApp, stageflow } from '../test/stageflow.ts'

// The real command in a process of its own: what a process of the tests can't show.

const { folder, remove } = newApp()
afterAll(remove)

const SOURCES = {
  'package.json': '{"type":"module"}',
  'enum.ts': 'export enum Size { Small }',
  'short.ts': "export { order } from './stages'",
  'stages.ts': 'export const order = 1',
  'missing.ts': "export { order } from '@/stages'",
  'throws.ts': "throw new Error('no \\u001b[31mkey')",
  'exits.ts': 'process.exit(0)',
  'never.ts': 'await new Promise(() => {})',
  'prints.ts':
    "import { Pipeline } from '@stageflow/core'; console.log('hello'); export const order = new Pipeline('order').withStage('price', () => ({}))",
  'notes.txt': 'notes',
  'server.ts': `
    import { createServer } from 'node:http'
    import { Pipeline } from '@stageflow/core'
    createServer().listen(0)
    export const order = new Pipeline('order').withStage('price', () => ({}), { timeoutMs: 5 } as never)`,
}
for (const [name, source] of Object.entries(SOURCES)) writeFileSync(join(folder, name), source)

const graph = (file: string) => stageflow(['graph', file], { cwd: folder })

test('a mistyped command exits 1, with a guess on standard error', async () => {
  const { code, stdout, stderr } = await stageflow(['rums', 'orders.db'], { cwd: folder })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain("unknown command 'rums'\n(Did you mean runs?)")
})

test('a mistyped path exits 1, and creates no file', async () => {
  const before = readdirSync(folder)
  const { code, stderr } = await stageflow(['answer', 'odrers.db', 'order-7', 'approve', 'yes'], { cwd: folder })
  expect(code).toBe(1)
  expect(stderr).toContain('durable-local/unavailable: There is no journal')
  expect(readdirSync(folder)).toEqual(before)
})

test('TypeScript that Node must compile is refused with the command that runs it by tsx', async () => {
  const { code, stdout, stderr } = await graph('enum.ts')
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(
    /^Importing enum\.ts runs its code\.\nstageflow: Node can't load "enum\.ts", because .*enum.*\. Install tsx \(npm install --save-dev tsx\), and run: node --import tsx .*bin\.ts graph enum\.ts\n$/,
  )
})

test('an import without .ts is refused with the file that it means', async () => {
  const { code, stderr } = await graph('short.ts')
  expect(code).toBe(1)
  expect(stderr).toMatch(/an import doesn't end as the file does: it is "stages\.ts"\. .*node --import tsx/)
})

test('an import by a path of tsconfig.json is refused with the way to run it', async () => {
  const { code, stderr } = await graph('missing.ts')
  expect(code).toBe(1)
  expect(stderr).toMatch(/the package "@\/stages" isn't installed\. .*paths of tsconfig\.json.*node --import tsx/)
})

test('a file that throws is shown with its own lines alone, and cannot paint the terminal', async () => {
  const { code, stderr } = await graph('throws.ts')
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^Importing throws\.ts runs its code\.\nstageflow: "throws\.ts" threw while it was imported\.\n {2}Error: no key\n {2}at file:.*throws\.ts:1:\d+\n$/,
  )
})

test.each(['exits.ts', 'never.ts'])('%s, which exports nothing before the process ends, exits 1', async (file) => {
  const { code, stdout, stderr } = await stageflow(['graph', file, '--check'], { cwd: folder })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(`"${file}" ended the process while it was imported, or waits for ever.`)
})

test('what a file prints goes to standard error, so that JSON stays JSON', async () => {
  const { stdout, stderr } = await stageflow(['graph', 'prints.ts', '--json'], { cwd: folder })
  expect(JSON.parse(stdout)).toMatchObject({ name: 'order' })
  expect(stderr).toContain('\nhello\n')
})

test('a file that is not code is refused', async () => {
  expect((await graph('notes.txt')).stderr).toContain('"notes.txt" is not a TypeScript or JavaScript file.')
})

test('a file that opens a server is drawn, options of interceptors ignored, and the command exits', async () => {
  const { code, stdout } = await graph('server.ts')
  expect([code, stdout]).toEqual([0, 'flowchart TD\n  s0["price"]\n'])
})

test('a reader that closes its end early causes no error', async () => {
  const args = ['--conditions=@stageflow/source', join(import.meta.dirname, 'bin.ts'), 'graph', '--help']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const [code] = await once(child, 'close')
  expect([code, said]).toEqual([0, ''])
})
