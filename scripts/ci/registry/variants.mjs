import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { publishTarball } from '../../release/publish.mjs'
import { readJson } from '../../lib/workspace.mjs'

/**
 * Publishes a packed package again as its next release would be: with another version, and with files changed by the functions of
 * `edit`. `tag`: the dist-tag, by default `latest`.
 */
export async function publishVariant(tarball, { folder, registry, version, edit = {}, tag }) {
  const unpacked = mkdtempSync(join(folder, 'variant-'))
  execFileSync('tar', ['-xzf', resolve(tarball), '-C', unpacked])
  const source = join(unpacked, 'package')
  const file = join(source, 'package.json')
  writeFileSync(file, JSON.stringify({ ...readJson(file), version }, undefined, 2))
  for (const [path, change] of Object.entries(edit))
    writeFileSync(join(source, path), change(readFileSync(join(source, path), 'utf8')))
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error'], { cwd: source })
  await publishTarball(join(source, JSON.parse(packed)[0].filename), { ...registry, tag })
}
