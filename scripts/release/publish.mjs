import { dirname } from 'node:path'

import { runCommand } from '../docs/snippet-runner.mjs'

const LONGEST_PUBLISH_MS = 120_000

/** Publishes one tarball, byte for byte, to the registry of the .npmrc `userconfig` or of the user's own. Throws with npm's words. */
export async function publishTarball(tarball, { userconfig, tag = 'latest', provenance = false } = {}) {
  // The flag wins over "publishConfig.provenance" of the tarball, with which npm publishes only in CI.
  const args = ['publish', tarball, '--access=public', `--tag=${tag}`, `--provenance=${provenance}`]
  const env = {
    npm_config_loglevel: 'error',
    ...(userconfig === undefined ? {} : { npm_config_userconfig: userconfig }),
  }
  const { code, output } = await runCommand('npm', args, { cwd: dirname(tarball), env, timeoutMs: LONGEST_PUBLISH_MS })
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${output.trim()}`)
}
