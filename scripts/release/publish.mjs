import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

import { runCommand } from '../docs/snippet-runner.mjs'

// What a release asks of npm. `registry` is another registry than the user's own: its `url` and the path of its .npmrc, `userconfig`.

const LONGEST_COMMAND_MS = 120_000
const LONGEST_DELAY_MS = 60_000
const POLL_MS = 2_000

/** Publishes one tarball, byte for byte. Throws with npm's words. */
export async function publishTarball(tarball, registry, { tag = 'latest', provenance = false } = {}) {
  // The flag wins over "publishConfig.provenance" of the tarball, with which npm publishes only in CI.
  const args = ['publish', tarball, '--access=public', `--tag=${tag}`, `--provenance=${provenance}`]
  const { code, output } = await npm(args, dirname(tarball), registry)
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${output.trim()}`)
}

/** The manifest of a version on the registry, with the hash of its tarball. Returns undefined if the registry lacks that version. */
export async function servedVersion({ name, version }, registry) {
  const args = ['view', `${name}@${version}`, '--json', '--prefer-online']
  const { code, stdout, output } = await npm(args, tmpdir(), registry)
  if (code === 0) return stdout.trim() === '' ? undefined : JSON.parse(stdout)
  if (output.includes('E404')) return undefined
  throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${output.trim()}`)
}

/** The same, once the registry serves it: npm does so some seconds after it took a version. Throws after a minute. */
export async function publishedVersion(packed, registry) {
  const until = Date.now() + LONGEST_DELAY_MS
  for (;;) {
    const served = await servedVersion(packed, registry)
    if (served !== undefined) return served
    if (Date.now() > until) throw new Error(`npm took ${packed.name}@${packed.version}, but doesn't serve it.`)
    await setTimeout(POLL_MS)
  }
}

function npm(args, cwd, registry) {
  // As flags, since a variable of the environment would win over an .npmrc: a dry run must never reach the real registry.
  const to = registry && [
    `--userconfig=${registry.userconfig}`,
    `--registry=${registry.url}`,
    `--@stageflow:registry=${registry.url}`,
  ]
  const env = { npm_config_loglevel: 'error' }
  return runCommand('npm', [...args, ...(to ?? [])], { cwd, env, timeoutMs: LONGEST_COMMAND_MS })
}
