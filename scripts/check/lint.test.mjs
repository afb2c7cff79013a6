import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { runCommand } from '../docs/snippet-runner.mjs'

// The lint as it is configured, on files with one fault each.

const ROOT = join(import.meta.dirname, '../..')
const SOURCE = 'packages/report/src'
const CORE = 'packages/core/src'

const FAULTS = {
  'floating.ts': [`export const go = (): void => {\n  Promise.resolve(1)\n}\n`, 'no-floating-promises'],
  'misused.ts': [`export const go = (): void => [1].forEach(async () => {})\n`, 'no-misused-promises'],
  'default.ts': [`const one = 1\nexport default one\n`, 'no-default-export'],
  'first.ts': [`import { two } from './second.ts'\n\nexport const one = (): number => two()\n`, 'no-cycle'],
  'one-type.ts': [
    `import type { Other } from './other-type.ts'\n\nexport interface One {\n  readonly other: Other\n}\n`,
    'no-cycle',
  ],
  'self.ts': [`import './self.ts'\n`, 'no-self-import'],
  'inline-type.ts': [`export type Two = import('./second.ts').Two\n`, 'consistent-type-imports'],
  'any.ts': [`export const one: any = 1\n`, 'no-explicit-any'],
  'random.ts': [`export const one = (): number => Math.random()\n`, 'no-restricted-properties'],
  'date.ts': [`export const one = (): number => Date.now()\n`, 'no-restricted-globals'],
  'timeout.ts': [`export const one = (): unknown => setTimeout(() => {}, 1)\n`, 'no-restricted-globals'],
  'interval.ts': [`export const one = (): unknown => setInterval(() => {}, 1)\n`, 'no-restricted-globals'],
  'console.ts': [`export const one = (): void => console.log(1)\n`, 'no-restricted-globals'],
  'process.ts': [`export const one = (): unknown => process.env\n`, 'no-restricted-globals'],
  'switch.ts': [
    `export function one(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n`,
    'switch-exhaustiveness-check',
  ],
}

const ALLOWED = {
  [`${SOURCE}/second.ts`]: `import { one } from './first.ts'\n\nexport const two = (): number => one()\n`,
  [`${SOURCE}/other-type.ts`]: `import type { One } from './one-type.ts'\n\nexport interface Other {\n  readonly one: One\n}\n`,
  [`${CORE}/base/clock.ts`]: `export const now = (): number => Date.now()\nexport const after = (ms: number): unknown => setTimeout(() => {}, ms)\n`,
  [`${CORE}/base/clock.test.ts`]: `console.log(Date.now())\n`,
}
let root
let found

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-lint-')))
  for (const file of ['.oxlintrc.json', 'tsconfig.base.json']) cpSync(join(ROOT, file), join(root, file))
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  const faults = Object.entries(FAULTS).map(([file, [text]]) => [`${SOURCE}/${file}`, text])
  for (const [file, text] of [...faults, ...Object.entries(ALLOWED)]) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  for (const source of [SOURCE, CORE]) {
    const config = '{ "extends": "../../tsconfig.base.json", "include": ["src"] }'
    writeFileSync(join(root, source, '../tsconfig.json'), config)
  }
  const { stdout } = await runCommand(join(ROOT, 'node_modules/.bin/oxlint'), ['--format', 'json', 'packages'], {
    cwd: root,
  })
  found = JSON.parse(stdout).diagnostics
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

const rulesOf = (file) => found.filter(({ filename }) => filename === file).map(({ code }) => code)

test.each(Object.entries(FAULTS))('%s is refused', (file, [, rule]) => {
  expect(rulesOf(`${SOURCE}/${file}`).join(' ')).toContain(`(${rule})`)
})

test('the clock may use timers, and tests may use what sources may not', () => {
  expect([...rulesOf(`${CORE}/base/clock.ts`), ...rulesOf(`${CORE}/base/clock.test.ts`)]).toEqual([])
})
