import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { readExamples } from './examples.mjs'
import { ROOT } from './setup.mjs'

/** `npm run example` with these arguments, on this Node. */
function example(...args) {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/setup/example.mjs'), ...args], { stdio: 'pipe' })
  const ended = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (text) => (ended[stream] += text))
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, ...ended }))
  })
}

test.each([[], ['--help']])('without a name, it lists every example with a line each', async (...args) => {
  const { code, stdout, stderr } = await example(...args)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const { name, description } of readExamples(ROOT))
    expect(stdout).toMatch(new RegExp(`^  ${name} +${description.replace(/[.?*+()[\]]/g, '\\$&')}$`, 'm'))
})

test('a wrong name gets the list, then the name as the last line, and exit code 2', async () => {
  const { code, stdout, stderr } = await example('tols')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^ {2}tools +/m)
  expect(stderr.trimEnd().split('\n').at(-1)).toBe('There is no example "tols".')
})

test('the overview lists every example', () => {
  const overview = readFileSync(join(ROOT, 'examples/README.md'), 'utf8')
  for (const { name, description } of readExamples(ROOT))
    expect(overview).toContain(`| [\`${name}\`](${name}/README.md) | ${description} |`)
})

test('every example has a main file, a README that says how to start it and its exit codes, and arguments for CI', () => {
  for (const { name, main, smoke } of readExamples(ROOT)) {
    expect(existsSync(join(ROOT, main)), main).toBe(true)
    const readme = readFileSync(join(ROOT, 'examples', name, 'README.md'), 'utf8')
    expect(readme, name).toMatch(
      name === 'chat' ? /npm (start|run example chat)/ : new RegExp(`npm run example ${name}\\b`),
    )
    expect(readme, name).toMatch(/Exit codes: 0 /)
    expect(smoke, name).toMatchObject({ args: expect.any(Array), prints: expect.any(String) })
  }
})
