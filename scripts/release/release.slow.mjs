import { execFileSync } from 'node:child_process'
import { appendFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'

import { runCommand } from '../docs/snippet-runner.mjs'
import { readPackages } from '../lib/workspace.mjs'
import { pnpmOf } from '../setup/setup.mjs'
import { copyBeforeFirstRelease } from './first-release.mjs'
import { localRegistry } from './local-registry.mjs'
import { tagOf } from './plan.mjs'
import { publishTarball } from './publish.mjs'
import { release } from './release.mjs'

// Releases of a copy of the workspace to a registry of this machine. All packages but four have the tag of their version there, so that
// these four are what a release publishes.

const ROOT = join(import.meta.dirname, '../..')
const RELEASED = ['@stageflow/core', '@stageflow/interceptor-logging', '@stageflow/sink-logging', 'create-stageflow']
const TAGS = RELEASED.map((name) => `${name}@1.0.0`)
const LONGEST_MS = 300_000

let copy
let folder
let registry
beforeAll(async () => {
  copy = copyBeforeFirstRelease(ROOT)
  folder = mkdtempSync(join(tmpdir(), 'stageflow-release-tests-'))
  const others = readPackages(copy.folder).filter(({ manifest }) => !RELEASED.includes(manifest.name))
  for (const { manifest } of others) copy.run('git', 'tag', tagOf(manifest))
  // A build of other sources, which git does not know of. No release may publish it.
  write(join(copy.folder, 'packages/sink-logging/dist/index.js'), 'throw new Error("an old build")\n')
})
afterAll(() => {
  copy?.remove()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  registry = await localRegistry()
  for (const tag of tagsOf(TAGS)) copy.run('git', 'tag', '--delete', tag)
  onTestFinished(() => registry.close())
})

test('a package refuses to be published from its folder, by npm, pnpm and changesets', async () => {
  const sink = join(copy.folder, 'packages/sink-logging')
  const flags = [`--registry=${registry.url}`, `--userconfig=${registry.userconfig}`]
  const pnpm = ['--yes', '--package', pnpmOf(ROOT), '--']
  const commands = [
    ['npm run release', 'npm', ['publish', '--provenance=false', ...flags], sink],
    ['npm run release', 'npx', [...pnpm, 'pnpm', 'publish', '--no-git-checks', ...flags.slice(0, 1)], sink],
    // changesets shows of a script that fails only its name.
    ['run the prepublishOnly script', 'npx', [...pnpm, 'changeset', 'publish'], copy.folder],
  ]
  for (const [says, command, args, cwd] of commands) {
    const { code, output } = await runCommand(command, args, { cwd, env: envOf(registry), timeoutMs: LONGEST_MS })
    expect(code, output).not.toBe(0)
    expect(output).toContain(says)
  }
  expect(await versionsOf('@stageflow/sink-logging')).toEqual([])
})

test('a release that fails halfway goes on where it stopped, and what it published works', async () => {
  const proxy = await refusingRegistry(registry, 'sink-logging')
  await expect(released(proxy)).rejects.toThrow(
    /changeset publish ended with 1:[\s\S]*failed to publish:\s+@stageflow\/sink-logging@1\.0\.0/,
  )
  expect(tagsOf(TAGS)).toEqual(TAGS.slice(0, 2))
  // The release was stopped after npm took this package, and before it had its tag.
  copy.run('git', 'tag', '--delete', TAGS[1])

  const lines = await released(registry)
  expect(lines.filter((line) => line.includes(' files')).map((line) => line.replaceAll(/ +\d.*files/g, ''))).toEqual([
    '@stageflow/interceptor-logging@1.0.0  was published already',
    '@stageflow/sink-logging@1.0.0',
    'create-stageflow@1.0.0',
  ])
  expect(tagsOf(TAGS)).toEqual(TAGS)
  expect(await released(registry)).toEqual(['Nothing to release: every version has its tag.'])

  const app = join(folder, 'app')
  write(join(app, '.npmrc'), registry.npmrc)
  write(join(app, 'package.json'), '{ "private": true, "type": "module" }')
  await succeed(
    'npm',
    ['install', '--no-audit', '--no-fund', '@stageflow/sink-logging', '@stageflow/core', 'pino'],
    app,
  )
  const code = `import { LoggingEventSink } from '@stageflow/sink-logging'; console.log(typeof new LoggingEventSink().emit)`
  expect(await succeed(process.execPath, ['--input-type=module', '--eval', code], app)).toBe('function\n')
})

test('a tarball that changed after it was judged is refused', async () => {
  const change = (line) => {
    if (!line.startsWith('judged')) return
    const [tarball] = globSync('stageflow-release-*/tarballs/stageflow-core-*.tgz', { cwd: folder })
    appendFileSync(join(folder, tarball), 'x')
  }
  await expect(released(registry, change)).rejects.toThrow('is not what was judged')
  expect(await versionsOf('@stageflow/core')).toEqual([])
  expect(tagsOf(TAGS)).toEqual([])
})

test('a version that the registry has with other contents is refused', async () => {
  const manifest = { name: '@stageflow/core', version: '1.0.0', dependencies: { left: '1.0.0' } }
  write(join(folder, 'other/package.json'), JSON.stringify(manifest))
  await succeed('npm', ['pack', '--silent'], join(folder, 'other'))
  await publishTarball(join(folder, 'other/stageflow-core-1.0.0.tgz'), registry)
  await expect(released(registry)).rejects.toThrow(
    'The registry has another tarball of @stageflow/core@1.0.0 than this commit makes.',
  )
  expect(tagsOf(TAGS)).toEqual([])
})

test('a report of types that is not what the build says is refused', async () => {
  const report = 'etc/sink-logging.api.md'
  const text = readFileSync(join(copy.folder, report), 'utf8')
  write(
    join(copy.folder, report),
    text.replace('export declare class LoggingEventSink', 'export declare class OldSink'),
  )
  copy.commit('A stale report')
  onTestFinished(() => void copy.run('git', 'reset', '--quiet', '--hard', 'HEAD~1'))
  await expect(released(registry)).rejects.toThrow(`${report} is stale`)
  expect(await versionsOf('@stageflow/core')).toEqual([])
})

test('a release of an older line leaves latest where it is', async () => {
  const others = TAGS.filter((tag) => !tag.includes('sink-logging'))
  for (const tag of others) copy.run('git', 'tag', tag)
  await publishNewer('@stageflow/sink-logging', '2.0.0')
  expect((await released(registry)).at(-1)).toMatch(/^@stageflow\/sink-logging@1\.0\.0 .* as v1-latest$/)
  const { 'dist-tags': tags } = await (await fetch(`${registry.url}@stageflow%2fsink-logging`)).json()
  expect(tags).toEqual({ latest: '2.0.0', 'v1-latest': '1.0.0' })
})

/** Publishes a package of another commit. */
async function publishNewer(name, version) {
  const other = join(folder, 'newer')
  write(join(other, 'package.json'), JSON.stringify({ name, version }))
  await succeed('npm', ['pack', '--silent'], other)
  await publishTarball(join(other, `${name.slice(1).replace('/', '-')}-${version}.tgz`), registry)
}

/** Releases the copy, with its temporary files in the test's own folder; the lines that it printed. */
async function released(to, listen = () => {}) {
  const { TMPDIR } = process.env
  const lines = []
  process.env.TMPDIR = folder
  try {
    const say = (line) => {
      lines.push(line)
      listen(line)
    }
    await release(copy.folder, { registry: to, say })
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
  return lines
}

/** A registry in front of `registry` that refuses to take the package `name`. */
async function refusingRegistry({ url, npmrc }, name) {
  const server = createServer((incoming, answer) => {
    if (incoming.method === 'PUT' && incoming.url.includes(name)) {
      answer.statusCode = 403
      return answer.end('{"error":"not today"}')
    }
    const { method, headers } = incoming
    const onward = request(new URL(incoming.url, url), { method, headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers)
      response.pipe(answer)
    })
    return incoming.pipe(onward)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => server.close(resolve)))
  const own = `http://127.0.0.1:${server.address().port}/`
  const userconfig = join(folder, 'refusing-npmrc')
  writeFileSync(userconfig, npmrc.replaceAll(new URL(url).host, new URL(own).host))
  return { url: own, userconfig }
}

async function versionsOf(name) {
  const answer = await fetch(`${registry.url}${name.replace('/', '%2f')}`)
  return answer.status === 404 ? [] : Object.keys((await answer.json()).versions)
}

const envOf = ({ url, userconfig }) => ({ npm_config_registry: url, npm_config_userconfig: userconfig, CI: 'true' })

function tagsOf(names) {
  const tags = execFileSync('git', ['tag', '--list'], { cwd: copy.folder, encoding: 'utf8' }).split('\n')
  return names.filter((name) => tags.includes(name))
}

function write(file, text) {
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, text)
}

async function succeed(command, args, cwd) {
  const { code, stdout, output } = await runCommand(command, args, { cwd, timeoutMs: LONGEST_MS })
  expect({ code, output }).toMatchObject({ code: 0 })
  return stdout
}
