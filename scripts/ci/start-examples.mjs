import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { conclude } from '../lib/workspace.mjs'
import { readExamples } from '../setup/examples.mjs'
import { ROOT } from '../setup/setup.mjs'

// Starts every example as `npm run example NAME -- …` does: with the arguments of "smoke" in its package.json, with --help, and with an
// option that it doesn't have. They run two at a time, in an environment without settings for models or servers. Of an example that needs
// programs of the system, "smoke" names the nightly part that starts it by its name; otherwise only --help and the wrong option are tried.

const LONGEST_MS = 300_000
const AT_ONCE = 2
const WRONG = '--no-such-option'
const SETTINGS = ['PATH', 'HOME', 'TMPDIR', 'REDIS_URL', 'POSTGRES_URL']
/** How this machine reaches its registry: an example may install packages of its own. */
const NETWORK = ['NODE_EXTRA_CA_CERTS', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'npm_config_registry']
const data = mkdtempSync(join(tmpdir(), 'stageflow-examples-'))
const given = [...SETTINGS, ...NETWORK].filter((name) => name in process.env).map((name) => [name, process.env[name]])
const env = { ...Object.fromEntries(given), STAGEFLOW_CHAT_DATA: data }

const names = process.argv.slice(2)
const all = readExamples(ROOT)
const examples = names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
const elsewhere = examples.filter(({ name, smoke }) => smoke.part !== undefined && !names.includes(name))
const jobs = examples.flatMap((example) => [
  ...(elsewhere.includes(example) ? [] : [() => start(example)]),
  () => check(example.name, ['--help'], { code: 0, stdout: 'Exit codes' }),
  () => check(example.name, [WRONG], { code: 2, lastError: WRONG }),
])
const startedAt = performance.now()
const problems = names
  .filter((name) => !all.some((one) => one.name === name))
  .map((name) => `There is no example "${name}".`)
await Promise.all(Array.from({ length: AT_ONCE }, work))
rmSync(data, { recursive: true })
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
const started = `${examples.length - elsewhere.length} examples started, each with --help and a wrong option too, in ${seconds} s`
conclude(
  problems,
  [started, ...elsewhere.map(({ name, smoke }) => `${name} starts in the part ${smoke.part}`)].join('; '),
)

async function work() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) problems.push(...(await job()))
}

function start({ name, smoke }) {
  return check(name, smoke.args, { code: 0, stdout: smoke.prints })
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
