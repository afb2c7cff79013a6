import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { contentProblems, readTarball } from './contents.mjs'
import { pnpmOf } from '../setup/setup.mjs'
import { withAbsoluteLinks } from './readme-links.mjs'
import { readPackages } from '../lib/workspace.mjs'
import { withTrimmedDist } from './trim.mjs'

/** Builds the packages at `root` again and packs them into `folder`: name, version, tarball and its contents. `shorts`: only these. */
export function packAll(root, folder, shorts) {
  mkdirSync(folder, { recursive: true })
  // From nothing: a file whose source is gone must not be published, and `tsc -b` trusts its own notes about the rest.
  const packages = readPackages(root).filter(({ short }) => shorts === undefined || shorts.includes(short))
  for (const each of packages) rmSync(join(root, each.folder, 'dist'), { recursive: true, force: true })
  run(root, join(root, 'node_modules/.bin/tsc'), ['-b', '--force', ...packages.map((each) => each.folder)])
  const filters = packages.map((each) => `--filter=./${each.folder}`)
  const pack = () => run(root, 'npx', ['--yes', pnpmOf(root), ...filters, 'pack', '--pack-destination', folder])
  withTrimmedDist(root, packages, () => withAbsoluteLinks(root, packages, pack))
  return packages.map(({ manifest: { name, version } }) => {
    const tarball = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
    return { name, version, tarball, ...readTarball(tarball) }
  })
}

/** What is wrong with a packed package: its contents, and what publint and attw find. */
export function packedProblems(root, packed) {
  const { name, tarball } = packed
  return [
    ...contentProblems(packed),
    ...tool(root, name, 'publint', ['run', tarball, '--strict']),
    ...tool(root, name, 'attw', [tarball, '--profile', 'esm-only', '--no-color']),
  ]
}

function tool(root, name, command, args) {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', command), args, { encoding: 'utf8' })
  return status === 0 ? [] : [`${name}: ${command} refuses the package:\n${stdout}${stderr}`]
}

function run(cwd, command, args) {
  const env = { ...process.env, npm_config_loglevel: 'error' }
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${error?.message ?? ''}${stdout}${stderr}`)
}
