import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { conclude } from '../lib/workspace.mjs'
import { readExamples } from '../setup/examples.mjs'
import { ROOT } from '../setup/setup.mjs'

// Starts every example as `npm run example NAME -- …` does: with the arguments of "smoke" in its package.json, with --help, and with an
// option that it doesn't have. They run two at a time, in an environment without settings for models or servers.

const LONGEST_MS = 300_000
const AT_ONCE = 2
const WRONG = '--no-such-option'
const SETTINGS = ['PATH', 'HOME', 'TMPDIR', 'REDIS_URL', 'POSTGRES_URL']
const data = mkdtempSync(join(tmpdir(), 'stageflow-examples-'))
const given = SETTINGS.filter((name) => name in process.env).map((name) => [name, process.env[name]])
const env = { ...Object.fromEntries(given), STAGEFLOW_CHAT_DATA: data }

const examples = readExamples(ROOT)
const jobs = examples.flatMap(({ name, smoke }) => [
  () => check(name, smoke.args, { code: 0, stdout: smoke.prints }),
  () => check(name, ['--help'], { code: 0, stdout: 'Exit codes' }),
  () => check(name, [WRONG], { code: 2, lastError: WRONG }),
])
const startedAt = performance.now()
const problems = []
await Promise.all(Array.from({ length: AT_ONCE }, work))
rmSync(data, { recursive: true })
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
conclude(problems, `${examples.length} examples started, each with --help and a wrong option too, in ${seconds} s`)

async function work() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) problems.push(...(await job()))
}

async function check(name, args, expected) {
  const { code, stdout, stderr } = await run(name, args)
  const wrong = []
  if (code !== expected.code) wrong.push(`ended with ${code}, not ${expected.code}`)
  if (expected.stdout !== undefined && !stdout.includes(expected.stdout))
    wrong.push(`did not print "${expected.stdout}"`)
  const lastLine = stderr.trimEnd().split('\n').at(-1)
  if (expected.lastError !== undefined && !lastLine.includes(expected.lastError))
    wrong.push(`did not end with an error that names ${expected.lastError}`)
  if (wrong.length === 0) return []
  return [`npm run example ${[name, '--', ...args].join(' ')}: ${wrong.join(' and ')}.\n${stdout}${stderr}`]
}

function run(name, args) {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/setup/example.mjs'), name, ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
  })
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'])
    child[stream].setEncoding('utf8').on('data', (text) => (printed[stream] += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code: code ?? signal, ...printed }))
  })
}
