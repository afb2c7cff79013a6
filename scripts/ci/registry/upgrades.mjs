import { cpSync, existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import semver from 'semver'

import { matches } from '../../docs/snippet-runner.mjs'
import { conclude, readJson } from '../../lib/workspace.mjs'
import { succeeded, withConsumers } from './consumers.mjs'
import { publishVariant } from './variants.mjs'

// `node scripts/ci/registry/upgrades.mjs <tarballs>`: an app with the defaults, one more interceptor of ours, and one of another author
// that was published beside them. It upgrades one package at a time, with npm and with pnpm.

const TSC = join(process.cwd(), 'node_modules/.bin/tsc')
const APPS = join(import.meta.dirname, 'apps')
const THIRD_PARTY = join(process.cwd(), 'examples/third-party/stageflow-interceptor-quota')
const CORE = '@stageflow/core'
const RETRY = '@stageflow/interceptor-retry'
const MANAGERS = {
  npm: { add: (app, ...names) => app.npm('install', ...names), lock: readNpmLock },
  pnpm: { add: (app, ...names) => app.pnpm('add', ...names), lock: readPnpmLock },
}

const [tarballs] = process.argv.slice(2)
const { version } = readJson('packages/core/package.json')
const retry = readJson('packages/interceptor-retry/package.json')
const minor = semver.inc(version, 'minor')
const major = semver.inc(version, 'major')
const coreTarball = join(tarballs, `stageflow-core-${version}.tgz`)
const problems = []
const expected = (what, holds, printed) => {
  if (!holds) problems.push(`${what}\n${String(printed).trim()}`)
}

await withConsumers(tarballs, async (world) => {
  await publishThirdParty(world)
  const names = Object.keys(MANAGERS)
  const apps = await Promise.all(names.map((name) => installed(world, name)))
  // One release after the other, as they come: a manager may take the newest that fits.
  for (const release of releases()) {
    await publishVariant(release.tarball, { ...world, version: release.to, edit: release.edit })
    await Promise.all(names.map((name, index) => upgrade(name, apps[index], release)))
  }
  await publishVariant(coreTarball, { ...world, version: major, edit: statedVersion(major), tag: 'next' })
  await breakingCore(world, { npm: apps[0], pnpm: apps[1] })
  await secondCopy(world)
})
conclude(problems, `npm and pnpm upgrade one package at a time, and core ${major} is refused or named`)

/** The interceptor of another author, installed and published as its guide says: that tests and checks it. */
async function publishThirdParty({ app }) {
  const quota = app('quota')
  cpSync(THIRD_PARTY, quota.folder, {
    recursive: true,
    filter: (path) => !/node_modules|\bdist\b/.test(basename(path)),
  })
  await succeeded(quota.npm('install'))
  await succeeded(quota.npm('publish'))
}

async function installed({ app }, manager) {
  const made = app(manager)
  cpSync(join(APPS, 'order.ts'), join(made.folder, 'order.ts'))
  await succeeded(MANAGERS[manager].add(made, CORE, '@stageflow/defaults', RETRY, 'stageflow-interceptor-quota'))
  await runs(`${manager}: the app`, made)
  return made
}

async function runs(what, app) {
  const { stdout, output } = await app.node('order.ts')
  expected(
    `${what} printed another output than apps/order.output:`,
    matches(stdout, readFileSync(join(APPS, 'order.output'), 'utf8')),
    output,
  )
}

/** A patch and a minor of one interceptor, and a minor of core. */
function releases() {
  const { version: before } = retry
  const tarball = join(tarballs, `stageflow-interceptor-retry-${before}.tgz`)
  const patch = semver.inc(before, 'patch')
  const edit = {
    'dist/index.js': (text) => `${text}\nexport const more = 1\n`,
    'dist/index.d.ts': (text) => `${text}\nexport declare const more = 1\n`,
  }
  return [
    { name: RETRY, from: before, to: patch, tarball },
    { name: RETRY, from: patch, to: semver.inc(before, 'minor'), tarball, edit },
    { name: CORE, from: version, to: minor, tarball: coreTarball, edit: { ...edit, ...statedVersion(minor) } },
  ]
}

/** The version that core states in its code, which `npm run generate` writes for a release. */
function statedVersion(to) {
  return { 'dist/base/version.js': (text) => text.replace(/const VERSION = '[^']*'/, `const VERSION = '${to}'`) }
}

async function upgrade(manager, app, { name, from, to }) {
  const { add, lock } = MANAGERS[manager]
  const before = lock(app.folder)
  await succeeded(add(app, `${name}@${to}`))
  const changes = changesOf(before, lock(app.folder))
  const what = `${manager}: the upgrade of ${name} to ${to} moved`
  expected(what, changes.join() === `${name} ${from} → ${to}`, changes.join('\n') || 'nothing')
  await runs(`${manager}: the app with ${name} ${to}`, app)
  const copies = lock(app.folder).filter((entry) => entry.startsWith(`${CORE} `))
  expected(`${manager}: there is more than one core:`, copies.length === 1, copies.join('\n'))
}

/** A core that no plugin allows: what docs/project/versions.md says of a new app, and of one that has the plugins already. */
async function breakingCore({ app }, apps) {
  const core = `${CORE}@${major}`
  const fresh = app('breaking-npm')
  const refused = await fresh.npm('install', core, RETRY)
  expected(`npm installs ${core} in a new app:`, refused.output.includes('ERESOLVE unable to resolve'), refused.output)
  const byPnpm = app('breaking-pnpm')
  await succeeded(byPnpm.pnpm('add', core, RETRY))
  await succeeded(apps.npm.npm('install', core))
  await succeeded(apps.pnpm.pnpm('add', core))

  const listed = await apps.npm.npm('ls', CORE)
  const names =
    listed.code !== 0 && listed.output.includes(`"${retry.peerDependencies[CORE]}" from node_modules/${RETRY}`)
  expected(`npm ls accepts ${core}, or does not name the range of a plugin:`, names, listed.output)
  for (const each of Object.values(apps)) {
    const { output } = await each.node('order.ts')
    const isNamed = output.includes(`Interceptor "retry" needs another core than ${major.split('.', 2).join('.')}`)
    const hasFix = output.includes(`npm install "${CORE}@${retry.peerDependencies[CORE]}"`)
    expected(`build() with ${core} does not name the version that is needed:`, isNamed && hasFix, output)
  }
  for (const each of [byPnpm, apps.pnpm]) {
    const { code, output } = await each.pnpm('peers', 'check')
    expected(`pnpm peers check accepts ${core}:`, code !== 0 && output.includes(CORE), output)
  }
}

/** A package that has core among its dependencies, so that npm installs a second copy: run and compiled. */
async function secondCopy({ app }) {
  const pinned = app('pinned', {
    'package.json': JSON.stringify({
      name: 'stageflow-pinned',
      version: '1.0.0',
      type: 'module',
      exports: { types: './index.d.ts', default: './index.js' },
      dependencies: { [CORE]: version },
    }),
    'index.js': `import { Pipeline, defineStage } from '@stageflow/core'
export const greet = defineStage({ name: 'greet', run: () => ({ text: 'Hello' }) })
export const greeting = Pipeline.from('greeting', [greet])
`,
    'index.d.ts': `import type { Pipeline, Stage, StageSlot } from '@stageflow/core'
type Slot = StageSlot<{ text: string }, false, never>
export declare const greet: Stage<'greet', Slot, never, {}>
export declare const greeting: Pipeline<{ readonly greet: Slot }>
`,
  })
  await succeeded(pinned.npm('publish'))
  const twice = app('two-copies', {
    'run.ts': `import { Pipeline } from '@stageflow/core'
import { greet, greeting } from 'stageflow-pinned'
const uses = [() => Pipeline.from('app', [greet]).build(), () => new Pipeline('app').withPipeline('child', greeting).build()]
for (const use of uses) try { use() } catch (error) { console.log(error) }
`,
  })
  await succeeded(twice.npm('install', `${CORE}@${minor}`, 'stageflow-pinned'))
  const nested = join(twice.folder, 'node_modules/stageflow-pinned/node_modules', CORE)
  expected('npm installs one copy:', existsSync(nested), '')
  const { output } = await twice.node('run.ts')
  expected('the errors do not say how to find the copies:', output.split(`"npm ls ${CORE}"`).length === 3, output)
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', '']
  const compiled = await twice.run(TSC, [...options, '--pretty', 'false', 'run.ts'])
  const errors = compiled.output.split(`two copies of ${CORE}: run npm ls ${CORE}`).length - 1
  expected(
    'the errors of the compiler do not name the two copies:',
    compiled.code !== 0 && errors >= 2,
    compiled.output,
  )
}

/** Each installed package as `name version`. */
function readNpmLock(folder) {
  const { packages } = readJson(join(folder, 'package-lock.json'))
  const named = Object.entries(packages).filter(([path]) => path !== '')
  return named.map(([path, each]) => `${path.split('node_modules/').at(-1)} ${each.version}`).sort()
}

function readPnpmLock(folder) {
  const text = readFileSync(join(folder, 'pnpm-lock.yaml'), 'utf8')
  const packages = text.split(/^packages:$/m)[1].split(/^snapshots:$/m)[0]
  return [...packages.matchAll(/^ {2}'?(@?[^@']+)@([^':]+)'?:$/gm)].map(([, name, at]) => `${name} ${at}`).sort()
}

function changesOf(before, after) {
  const gone = before.filter((entry) => !after.includes(entry))
  const come = after.filter((entry) => !before.includes(entry))
  const nameOf = (entry) => entry.split(' ')[0]
  const versionIn = (entries, name) => entries.find((entry) => nameOf(entry) === name)?.split(' ')[1] ?? 'none'
  const names = [...new Set([...gone, ...come].map(nameOf))]
  return names.map((name) => `${name} ${versionIn(gone, name)} → ${versionIn(come, name)}`)
}
