import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runCommand } from '../../docs/snippet-runner.mjs'
import { packAll } from '../../release/packed.mjs'
import { pnpmOf } from '../../setup/setup.mjs'
import { conclude } from '../../lib/workspace.mjs'

// `node scripts/ci/registry/floors-proof.mjs`: consume-alone.mjs refuses a plugin that needs a newer core than its peer range says, and a
// core that breaks a plugin that was released for it. Proven in a clone of HEAD, where core 1.0.0 and a plugin are tagged, then changed.

const LONGEST_MS = 300_000
const PLUGIN = 'interceptor-retry'
const ROOT = join(import.meta.dirname, '../../..')

const folder = mkdtempSync(join(tmpdir(), 'stageflow-floors-'))
const clone = join(folder, 'clone')
const problems = []
try {
  execFileSync('git', ['clone', '--quiet', '--shared', ROOT, clone])
  execFileSync('npx', ['--yes', pnpmOf(ROOT), 'install', '--frozen-lockfile', '--prefer-offline'], {
    cwd: clone,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  setManifest('core', { version: '1.0.0' })
  setManifest(PLUGIN, { version: '1.0.0', peerDependencies: { '@stageflow/core': '^1.0.0' } })
  commit('@stageflow/core@1.0.0', `@stageflow/${PLUGIN}@1.0.0`)

  const pluginIndex = readFileSync(join(clone, 'packages', PLUGIN, 'src/index.ts'), 'utf8')
  // Core 1.1.0 has a new export, which the plugin uses.
  setManifest('core', { version: '1.1.0' })
  const index = join(clone, 'packages/core/src/index.ts')
  append('core', `export { after as afterwards } from './contract/interceptor.ts'\n`)
  append(PLUGIN, `export { afterwards } from '@stageflow/core'\n`)
  commit()
  await expectRefusal('a plugin with a floor that is too low', [], "'afterwards'")
  writeFileSync(join(clone, 'packages', PLUGIN, 'src/index.ts'), pluginIndex)
  await expectPass('a plugin with its true floor', [])
  await expectPass('the oldest plugin with a core that has more', ['--oldest'])

  // Core 1.2.0 no longer has an export that the released plugin uses.
  setManifest('core', { version: '1.2.0' })
  writeFileSync(index, readFileSync(index, 'utf8').replaceAll(/\bStageflowError\b/g, 'StageflowError as FlowError'))
  await expectRefusal('a core that breaks a released plugin', ['--oldest'], `'StageflowError'`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
conclude(problems, 'floors that are too low and cores that break released plugins are refused, true floors pass')

async function expectPass(what, args) {
  const { code, output } = await consumeAlone(args)
  if (code !== 0) problems.push(`${what} was refused:\n${output.trim()}`)
}

async function expectRefusal(what, args, text) {
  const { code, output } = await consumeAlone(args)
  if (code === 0) problems.push(`${what} passed.`)
  else if (!output.includes(text)) problems.push(`${what} was refused, but not because of ${text}:\n${output.trim()}`)
}

async function consumeAlone(args) {
  const tarballs = join(folder, 'tarballs')
  packAll(clone, tarballs, ['core', ...(args.includes('--oldest') ? [] : [PLUGIN])])
  const script = join(clone, 'scripts/ci/consume-alone.mjs')
  return await runCommand(process.execPath, [script, tarballs, join(folder, 'alone'), ...args, PLUGIN], {
    cwd: clone,
    timeoutMs: LONGEST_MS,
  })
}

function setManifest(short, change) {
  const file = join(clone, 'packages', short, 'package.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }))
}

function append(short, text) {
  appendFileSync(join(clone, 'packages', short, 'src/index.ts'), text)
}

function commit(...tags) {
  const git = (...args) => execFileSync('git', args, { cwd: clone, stdio: ['ignore', 'ignore', 'inherit'] })
  git('add', '--all')
  git(
    '-c',
    'user.name=Stageflow',
    '-c',
    'user.email=stageflow@example.com',
    'commit',
    '--quiet',
    '--no-verify',
    '--allow-empty',
    '--message',
    'A step of the proof',
  )
  for (const tag of tags) git('tag', tag)
}
