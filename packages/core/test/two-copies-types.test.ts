import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SENTENCE, USES, compileApp, writeApp } from './two-copies-app.ts'

const CORE = fileURLToPath(new URL('..', import.meta.url))
const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url))
const run = promisify(execFile)

let folder = ''
let errors: Awaited<ReturnType<typeof compileApp>> = new Map()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stageflow-'))
  const installed = join(folder, 'node_modules/@stageflow/core')
  await mkdir(installed, { recursive: true })
  // The declarations of today's sources, not those of the last build.
  await run(TSC, ['-p', CORE, '--composite', 'false', '--emitDeclarationOnly', '--outDir', join(installed, 'dist')])
  const { publishConfig, ...manifest } = JSON.parse(await readFile(join(CORE, 'package.json'), 'utf8')) as {
    readonly publishConfig: { readonly exports: object }
  }
  await writeFile(join(installed, 'package.json'), JSON.stringify({ ...manifest, exports: publishConfig.exports }))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeApp(folder)
  errors = await compileApp(folder, TSC)
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

test.each(Object.keys(USES))("the compiler's one error names the second copy of core: %s", (use) => {
  const lines = errors.get(use) ?? ['it compiles']
  expect(lines.join('\n')).toContain(SENTENCE)
  expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(10)
})

test('the compiler has no other error', () => {
  expect([...errors.keys()]).toEqual(Object.keys(USES))
})

test('the error for an interceptor shows where both copies are', () => {
  const [first] = errors.get('an interceptor') ?? []
  expect(first).toContain(`${folder}/node_modules/acme/node_modules/@stageflow/core/`)
  expect(first).toContain(`${folder}/node_modules/@stageflow/core/`)
})
