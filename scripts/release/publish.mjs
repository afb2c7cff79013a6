import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

import { runCommand } from '../docs/snippet-runner.mjs'

// What scripts ask of npm. `registry` is another registry than the user's own: its `url` and the path of its .npmrc, `userconfig`.

const LONGEST_COMMAND_MS = 120_000

/** Publishes one tarball to a registry of this machine. Throws with npm's words. */
export async function publishTarball(tarball, registry, { tag = 'latest' } = {}) {
  // The flag wins over "publishConfig.provenance" of the tarball, with which npm publishes only in CI.
  const args = ['publish', tarball, '--access=public', `--tag=${tag}`, '--provenance=false']
  const { code, output } = await npm(args, dirname(tarball), registry)
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${output.trim()}`)
}

/** The hash of the tarball that the registry has of a version, or undefined if it lacks that version. */
export async function servedIntegrity({ name, version }, registry) {
  const args = ['view', `${name}@${version}`, 'dist.integrity', '--json', '--prefer-online']
  const { code, stdout, output } = await npm(args, tmpdir(), registry)
  if (code === 0) return stdout.trim() === '' ? undefined : JSON.parse(stdout)
  if (output.includes('E404')) return undefined
  throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${output.trim()}`)
}

/** All versions of a package that the registry has. */
export async function servedVersions(name, registry) {
  const args = ['view', name, 'versions', '--json', '--prefer-online']
  const { code, stdout, output } = await npm(args, tmpdir(), registry)
  if (code === 0) return stdout.trim() === '' ? [] : [JSON.parse(stdout)].flat()
  if (output.includes('E404')) return []
  throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${output.trim()}`)
}

function npm(args, cwd, registry) {
  // As flags, since a variable of the environment would win over an .npmrc.
  const to = registry && [
    `--userconfig=${registry.userconfig}`,
    `--registry=${registry.url}`,
    `--@stageflow:registry=${registry.url}`,
  ]
  const env = { npm_config_loglevel: 'error' }
  return runCommand('npm', [...args, ...(to ?? [])], { cwd, env, timeoutMs: LONGEST_COMMAND_MS })
}
