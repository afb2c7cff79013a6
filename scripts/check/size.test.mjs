import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { sizesOf } from './size.mjs'
import { manifestOf, smallWorkspace } from '../lib/small-workspace.mjs'
import { runCommand } from '../docs/snippet-runner.mjs'

const ENTRIES = {
  '.': './src/index.ts',
  './redaction': './src/redaction.ts',
  './package.json': './package.json',
}

/** The small workspace, whose core has this main entry, and an entry for redaction. */
function withEntry(text) {
  return smallWorkspace({
    'packages/core/package.json': manifestOf('core', { exports: ENTRIES }),
    'packages/core/src/index.ts': text,
    'packages/core/src/redaction.ts': `export const redacted = '[redacted]'\n`,
  })
}

const runCheck = (root) => runCommand(process.execPath, [join(import.meta.dirname, 'size.mjs')], { cwd: root })

// Text that does not compress: 64 characters from each hash.
const noise = (count) => {
  const hashes = Array.from({ length: count }, (_, index) =>
    createHash('sha512').update(`${index}`).digest('base64url'),
  )
  return hashes.map((hash) => hash.slice(0, 64)).join('')
}

test('each entry has a size of its own', async () => {
  const [core, redaction, ...more] = await sizesOf(withEntry(`export const value = '${noise(10)}'\n`))
  expect(core).toMatchObject({ entry: '.', words: 0 })
  expect(core.gzipped).toBeGreaterThan(450)
  expect(redaction).toMatchObject({ entry: './redaction', words: 0 })
  expect(redaction.gzipped).toBeLessThan(100)
  expect(more).toEqual([])
})

test('the words are the texts with a space, in strings and in templates', async () => {
  const without = `export const fail = (n: number) => { throw new Error('core/broken' + n) }\n`
  const [plain] = await sizesOf(withEntry(without))
  expect(plain.words).toBe(0)
  const withWords = without.replace(
    `'core/broken' + n`,
    '`core/broken: the ${n} quick brown foxes` + "jump over lazy dogs"',
  )
  const [core] = await sizesOf(withEntry(withWords))
  expect(core.words).toBeGreaterThan(30)
  expect(core.gzipped - core.words).toBeLessThan(plain.gzipped + 20)
})

test('types and comments have no size', async () => {
  const text = `export const one = 1\n`
  const [plain] = await sizesOf(withEntry(text))
  const [typed] = await sizesOf(
    withEntry(`/** One, in words. */\nexport interface One { readonly one: 'a b' }\n${text}`),
  )
  expect(typed).toEqual(plain)
})

test('the last line has the size, the words, the bar, the goal, the limit and the other entries', async () => {
  const { code, stdout } = await runCheck(withEntry(`export const value = 'two words'\n`))
  expect(code).toBe(0)
  expect(stdout.trim().split('\n').at(-1)).toMatch(
    /^core \d+ B gzipped \(words \d+\), bar 27000, goal 26000, limit 30945, \/redaction \d+$/,
  )
})

test('a core of more than 27,000 bytes misses the bar, and the last line says by how much', async () => {
  const { code, stdout } = await runCheck(withEntry(`export const value = '${noise(580)}'\n`))
  expect(code).toBe(0)
  expect(stdout.trim().split('\n').at(-1)).toMatch(/, bar 27000 missed by \d+, goal/)
})

test('each export of an entry that shares the engine is limited by what it adds', async () => {
  const root = smallWorkspace({
    'packages/core/package.json': manifestOf('core', { exports: { ...ENTRIES, './durable': './src/durable.ts' } }),
    'packages/core/src/index.ts': `export const value = '${noise(10)}'\n`,
    'packages/core/src/redaction.ts': `export const redacted = '[redacted]'\n`,
    'packages/core/src/durable.ts': `export { value as resume, value as runDurable } from './index.ts'\nexport const other = '${noise(60).slice(640)}'\n`,
  })
  const { code, stdout } = await runCheck(root)
  expect(code).toBe(0)
  expect(stdout).toMatch(/, \/durable \d{4,}, resume on top \d{1,2}, runDurable on top \d{1,2}$/m)
  writeFileSync(
    join(root, 'packages/core/src/durable.ts'),
    `export const resume = '${noise(60).slice(640)}'\nexport const runDurable = 1\n`,
  )
  const { code: failed, output } = await runCheck(root)
  expect(failed).toBe(1)
  expect(output).toMatch(/resume of core\/durable adds \d+ bytes to core; at most 1500 are allowed/)
})

test('a core of more bytes than the limit fails', async () => {
  const { code, output } = await runCheck(withEntry(`export const value = '${noise(800)}'\n`))
  expect(code).toBe(1)
  expect(output).toMatch(/core is \d+ bytes gzipped; at most 30945 are allowed/)
})
