import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

import { runCommand } from '../docs/snippet-runner.mjs'
import { conclude } from '../lib/workspace.mjs'
import { localRegistry, publishFolder } from '../release/local-registry.mjs'
import { FAULTS, TYPE_FAULT, workflowCommands } from './create-faults.mjs'

// `node scripts/ci/create.mjs <tarballs> <Node version> [--faults]` does what an author of a plugin does, in an empty home and with the
// packages as npm would get them. It makes each kind with `npm create`, and runs the commands of its workflow: install, the lowest and
// the newest core, test and check. With --faults it then plants faults, which the tests and the check must find: one Node is enough for
// that. At last it publishes the interceptor, installs it into an app that it also made, and runs the app.

const LONGEST_COMMAND_MS = 300_000
/** Seconds of processor: a busy machine takes longer, but not more of them. */
const MOST_SECONDS = 60
const SPENT = /^spent (?<user>[\d.]+) (?<system>[\d.]+)\n/m
const NAME = 'token-quota'
/** What an app asks its model with, if it isn't the default. */
const MODELS = ['openai', 'none']
const INTERCEPTOR = `stageflow-interceptor-${NAME}`
const APP_WITH_IT = `
import { Pipeline } from '@stageflow/core'
import { tokenQuota } from '${INTERCEPTOR}'

const interceptors = [tokenQuota({ slowMs: 10, onSlow: ({ stage }) => console.log(stage, 'is slow') })]
await new Pipeline('chat').withStage('llm', ({ clock }) => clock.sleep(50)).build({ interceptors }).run()
`

const [tarballs, version, faults] = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'stageflow-create-'))
const registry = await localRegistry()
let spentSeconds = 0
const env = {
  HOME: join(work, 'home'),
  npm_config_cache: cacheIn(work),
  npm_config_userconfig: registry.userconfig,
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_update_notifier: 'false',
}
try {
  await publishFolder(tarballs, registry)
  mkdirSync(join(work, 'home'))
  writeFileSync(join(work, 'package.json'), '{ "private": true }')
  await run(`npm install node@${version}`)
  env.PATH = `${join(work, 'node_modules/node/bin')}${delimiter}${process.env.PATH}`
  writeFileSync(join(work, 'package.json'), '{}')
  const kinds = Object.keys(FAULTS)
  const asked = [...kinds.map((kind) => ({ kind })), ...MODELS.map((model) => ({ kind: 'app', model }))]
  await pluginsOfHelp() // alone: two that are the first to install create-stageflow would disturb each other
  await inPairs(asked, makeAndJudge)
  const seconds = await publishAndUse()
  if (seconds > MOST_SECONDS)
    throw new Error(`From an empty folder to a running interceptor took ${seconds} s of processor.`)
  const took = `create, publish, install, run: ${seconds} s of processor`
  conclude([], `Node ${version}: ${kinds.join(', ')} made and run; ${took}`)
} catch (error) {
  conclude([error.message], '')
} finally {
  await registry.close()
  rmSync(work, { recursive: true, force: true })
}

/** A cache of npm with the files that this machine has fetched, which npm compares with their integrity, and nothing else of it. */
function cacheIn(folder) {
  const cache = join(folder, 'npm-cache')
  const fetched = join(execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim(), '_cacache')
  mkdirSync(fetched, { recursive: true })
  mkdirSync(cache)
  symlinkSync(fetched, join(cache, '_cacache'))
  return cache
}

/** An app without a model is the default one, with every plugin; one with a model has the default plugins. */
async function makeAndJudge({ kind, model }) {
  const app = model === undefined ? `${NAME}-app` : `${NAME}-${model}`
  const isPublished = kind !== 'app' && kind !== 'service'
  const made = kind === 'app' ? app : isPublished ? `stageflow-${kind}-${NAME}` : `${NAME}-service`
  const everything = kind === 'app' && model === undefined ? ` --plugins ${(await pluginsOfHelp()).join(',')}` : ''
  const options = model === undefined ? everything : ` --model ${model}`
  await run(`npm create --yes stageflow@latest ${isPublished ? NAME : made} -- --template ${kind}${options}`)
  const folder = join(work, made)
  const ofApp = ['npm start', 'echo "What is a stage?" | npm run dev', 'npm test', 'npm run check']
  const ofService = ['npm run try', 'npm test', 'npm run check']
  if (kind === 'app') for (const command of ofApp) await run(command, folder)
  else if (kind === 'service') for (const command of ofService) await run(command, folder)
  else for (const command of workflowCommands(folder)) await run(command, folder)
  if (faults === '--faults' && model === undefined) await plantFaults(kind, folder)
}

async function plantFaults(kind, folder) {
  const { file, before, after } = FAULTS[kind]
  await mustFail(kind, 'npm test', folder, file, (text) => {
    if (!text.includes(before)) throw new Error(`${kind}: ${file} has no "${before}" to plant a fault in.`)
    return text.replace(before, after)
  })
  const test = kind === 'service' ? 'src/service.test.ts' : file.replace('.ts', '.test.ts')
  await mustFail(kind, 'npm run check', folder, test, (text) => text + TYPE_FAULT)
}

/** Two at a time: npm waits for the registry about as long as it works. */
async function inPairs(values, use) {
  const left = [...values]
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await use(next)
  }
  await Promise.all([worker(), worker()])
}

/** Changes one file, expects the command to fail, and changes the file back. */
async function mustFail(kind, command, folder, name, change) {
  const file = join(folder, name)
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, change(text))
  const { code } = await execute(command, folder)
  writeFileSync(file, text)
  if (code === 0) throw new Error(`${kind}: ${command} passes with a fault in ${name}.`)
}

/** The names below "Plugins:" in the help. */
async function pluginsOfHelp() {
  const help = await run('npm create --yes stageflow@latest -- --help')
  const [, list] = /^Plugins:\n((?: .*\n)+)/m.exec(help)
  return [...list.matchAll(/^ +(\S+)/gm)].map(([, plugin]) => plugin)
}

/** From an empty folder to a running interceptor: how many seconds of processor that took. */
async function publishAndUse() {
  const author = mkdtempSync(join(work, 'author-'))
  const user = mkdtempSync(join(work, 'user-'))
  const before = spentSeconds
  await run(`npm create --yes stageflow@latest ${NAME} -- --template interceptor`, author)
  await run('npm publish', join(author, INTERCEPTOR))
  await run('npm create --yes stageflow@latest shop -- --template app', user)
  const app = join(user, 'shop')
  await run(`npm install ${INTERCEPTOR}`, app)
  writeFileSync(join(app, 'src/use.ts'), APP_WITH_IT)
  const printed = await run('node src/use.ts', app)
  const seconds = Math.round(spentSeconds - before)
  if (printed !== 'llm is slow\n') throw new Error(`The app with the published interceptor printed: ${printed}`)
  await run('npm run check', app)
  return seconds
}

async function run(command, cwd = work) {
  const { code, stdout, output } = await execute(command, cwd)
  if (code === 0) return stdout
  throw new Error(`${command} ended with ${code} in ${cwd.slice(dirname(work).length)}:\n${output.trim()}`)
}

/** Runs a command of bash, and counts what it and its processes took of the processor. */
async function execute(command, cwd) {
  const options = { cwd, env: { ...env, TIMEFORMAT: 'spent %U %S' }, timeoutMs: LONGEST_COMMAND_MS }
  const { output, ...ended } = await runCommand('bash', ['-c', `time { ${command}\n}`], options)
  const { user = 0, system = 0 } = SPENT.exec(output)?.groups ?? {}
  spentSeconds += Number(user) + Number(system)
  return { ...ended, output: output.replace(SPENT, '') }
}
