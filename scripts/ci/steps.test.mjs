import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { PARTS } from './steps.mjs'

const ROOT = join(import.meta.dirname, '../..')
const { gate, ...nightly } = PARTS
const steps = Object.values(PARTS).flatMap((part) => part.steps)
const read = (file) => readFileSync(join(ROOT, file), 'utf8')

test('every step that uses the tarballs needs them to be packed, so that its part runs alone', () => {
  const packing = steps.find(({ command }) => command.includes('check/packed.mjs'))
  const using = steps.filter((step) => step.command.includes('$TARBALLS') && step !== packing)
  expect(using.length).toBeGreaterThan(10)
  expect(using.filter(({ needs }) => needs !== packing)).toEqual([])
})

test('no two steps make the same folder, and no command stands in two parts', () => {
  const folders = steps.flatMap(({ command }) => command.match(/\$WORK\/[\w.-]+/g) ?? [])
  expect(new Set(folders).size).toBe(folders.length)
  expect(new Set(steps.map(({ command }) => command)).size).toBe(steps.length)
})

test('every test that the gate leaves to the night, and every kill test at length, is a step of a nightly part', () => {
  const long = globSync(['scripts/**/*.slow.mjs', 'packages/*/test/**/*-heavy.ts', 'examples/*/test/*.slow.ts'], {
    cwd: ROOT,
  })
  const commands = Object.values(nightly).flatMap((part) => part.steps.map(({ command }) => command))
  const missing = long.filter((file) => {
    const name = file
      .replaceAll('\\', '/')
      .replace(/^scripts\/(.*)\.slow\.mjs$/, '$1')
      .replace(/^(examples\/.*)\/[\w-]+\.slow\.ts$/, '$1')
    return !commands.some((command) => command.split(' ').includes(name))
  })
  expect(long.length).toBeGreaterThan(11)
  expect(missing).toEqual([])
})

test('every program of scripts/ci is used by a step, or by a program that is', () => {
  const find = (...patterns) =>
    globSync(patterns, { cwd: ROOT, exclude: ['**/*.test.mjs', '**/*.slow.mjs'] })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => statSync(join(ROOT, file)).isFile())
  const programs = find('scripts/ci/*', 'scripts/ci/registry/*').filter((file) => /\/[\w-]+(\.mjs)?$/.test(file))
  const texts = [...new Set([...programs, ...find('scripts/**/*.mjs')])].map((file) => [file, read(file)])
  const unused = programs.filter((file) => {
    const name = new RegExp(`/${file.split('/').at(-1).replace('.', '\\.')}['" ]`)
    return !texts.some(([other, text]) => other !== file && name.test(text))
  })
  expect(unused).toEqual(['scripts/ci/prove.mjs']) // .ci/run and package.json start it
})

test('the workflow of the night runs every nightly part, and gives each the time that it may take', () => {
  const workflow = read('.github/workflows/nightly.yml')
  const [, parts] = /^ +part:\s*\[([^\]]*)\]$/m.exec(workflow)
  expect(parts.split(', ')).toEqual(Object.keys(nightly))
  const [, minutes] = /^ +timeout-minutes: (\d+)/m.exec(workflow)
  for (const part of Object.values(nightly)) expect(part.minutes).toBeLessThan(Number(minutes))
})

test('CONTRIBUTING has a row for every part', () => {
  const rows = [...read('CONTRIBUTING.md').matchAll(/^\| `npm run nightly -- (\w+)` \|/gm)].map(([, name]) => name)
  expect(rows).toEqual(Object.keys(nightly))
})

test('.ci/run and the release run the gate, and the release every part', () => {
  expect(read('.ci/run')).toContain('ci/prove "${@:-gate}"')
  expect(read('.github/workflows/release.yml')).toMatch(/run: \.ci\/run all$/m)
  expect(Object.keys(PARTS)[0]).toBe('gate')
  expect(gate.steps[0].command).toBe('npm test')
})
