import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { pnpmOf } from '../setup/setup.mjs'
import { readPackages } from '../lib/workspace.mjs'
import { withTrimmedDist } from './trim.mjs'

const NEEDED = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']
const UNWANTED = /\.(test|test-d)\.|\.tsbuildinfo$|\.tgz$|(^|\/)(node_modules|coverage|test)\//

/** Builds the packages at `root` again and packs them into `folder`: name, version, tarball, files. `shorts`: only these. */
export function packAll(root, folder, shorts) {
  mkdirSync(folder, { recursive: true })
  // From nothing: a file whose source is gone must not be published, and `tsc -b` trusts its own notes about the rest.
  const packages = readPackages(root).filter(({ short }) => shorts === undefined || shorts.includes(short))
  for (const each of packages) rmSync(join(root, each.folder, 'dist'), { recursive: true, force: true })
  run(root, join(root, 'node_modules/.bin/tsc'), ['-b', '--force', ...packages.map((each) => each.folder)])
  return packages
    .filter(({ manifest }) => manifest.private !== true)
    .map((each) => {
      const { name, version } = each.manifest
      const source = join(root, each.folder)
      withTrimmedDist(source, each.manifest, () =>
        run(source, 'npx', ['--yes', pnpmOf(root), 'pack', '--pack-destination', folder]),
      )
      const tarball = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
      const list = run(root, 'tar', ['-tzf', tarball]).trim().split('\n')
      return { name, version, tarball, files: list.map((file) => file.replace('package/', '')) }
    })
}

/** What is wrong with a packed package: missing or unwanted files, and what publint and attw find. */
export function packedProblems(root, packed) {
  const { name, tarball } = packed
  return [
    ...fileProblems(packed),
    ...tool(root, name, 'publint', ['run', tarball, '--strict']),
    ...tool(root, name, 'attw', [tarball, '--profile', 'esm-only', '--no-color']),
  ]
}

export function fileProblems({ name, files }) {
  const missing = NEEDED.filter((file) => !files.includes(file))
  const unwanted = files.filter((file) => UNWANTED.test(file))
  return [
    ...missing.map((file) => `${name}: the package lacks ${file}.`),
    ...unwanted.map((file) => `${name}: the package contains ${file}; keep it out with "files".`),
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
