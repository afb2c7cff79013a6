import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { canShare, runPage } from './snippet-runner.mjs'

/** Runs the files of a page in one process, as `file`, its code and the output that the page promises. Returns those to run alone. */
async function unproven(...files) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-page-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const write = (file, text) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  write('package.json', '{ "type": "module" }')
  write('node_modules/shared/package.json', '{ "type": "module", "exports": "./index.js" }')
  write('node_modules/shared/index.js', 'export const seen = []')
  write('page/count.ts', 'export const seen: number[] = []')
  const page = files.map(([file, body, output]) => ({ file, path: join(folder, 'page', file), output, body }))
  for (const { file, body } of page) write(join('page', file), body)
  const alone = await runPage(process.execPath, join(folder, 'cache'), page)
  return alone.map(({ file }) => file)
}

const GOOD = ['good.ts', `console.log('good')`, 'good']

test('the files of a page that print what it promises are proven by one process', async () => {
  expect(
    await unproven(
      GOOD,
      [
        'folder/first.ts',
        `Object.assign(globalThis, { first: 1 }); console.log('a'); console.log({ b: 2 })`,
        'a\n{ b: 2 }',
      ],
      ['second.ts', `console.log('first' in globalThis ? 'one process' : 'another process')`, 'one process'],
      ['silent.ts', 'export {}', undefined],
    ),
  ).toEqual([])
})

test('a file is run until nothing is left to do, and what it prints late is its own', async () => {
  const late = `setTimeout(() => console.log('late'), 20); console.log('early')`
  expect(await unproven(['late.ts', late, 'early\nlate'], GOOD)).toEqual([])
})

test('each file has its own modules of the page, and shares those of packages', async () => {
  const count = (name) => `import { seen } from '${name}'\nseen.push(1)\nconsole.log(seen.length)`
  expect(
    await unproven(
      ['one.ts', count('./count.ts'), '1'],
      ['two.ts', count('./count.ts'), '1'],
      ['three.ts', count('shared'), '1'],
      ['four.ts', count('shared'), '2'],
      ['five.ts', `import './one.ts'`, '1'],
    ),
  ).toEqual([])
})

test('a file that prints something else, or more, is run alone, and those after it are proven', async () => {
  const more = `console.log('good'); console.log('and more')`
  expect(await unproven(['other.ts', `console.log('bad')`, 'good'], ['more.ts', more, 'good'], GOOD)).toEqual([
    'other.ts',
    'more.ts',
  ])
})

test.each([
  ['throws', `throw new Error('broken')`],
  ['throws late', `setTimeout(() => { throw new Error('broken') }, 10)`],
  ['leaves a rejected promise', `void Promise.reject(new Error('broken'))`],
  ['waits for what never comes', 'await new Promise(() => {})'],
  ['cannot be imported', `import './missing.ts'`],
  ['sets the exit code', `(globalThis as any)['process'].exitCode = 3`],
  ['ends the process', `(globalThis as any)['process'].exit(0)`],
  ['replaces what writes', `(globalThis as any)['process'].stdout.write = () => true`],
])('a file that %s is run alone, and so are those after it', async (_how, body) => {
  expect(await unproven(GOOD, ['bad.ts', body, undefined], ['after.ts', '', undefined])).toEqual(['bad.ts', 'after.ts'])
})

test.each([
  ['process.exitCode = 1', false],
  ['const here = import.meta.dirname', false],
  [`import { test } from 'node:test'`, false],
  [`import { spawn } from 'node:child_process'`, false],
  [`import pino from 'pino'`, false],
  [`import { expect } from 'vitest'`, false],
  [`import { readFileSync } from 'node:fs'\nconsole.log('a process')`, true],
])('a file with %j may share a process: %s', (body, expected) => {
  expect(canShare({ body })).toBe(expected)
})
