import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { publishTarball } from '../../release/publish.mjs'
import { readJson } from '../../lib/workspace.mjs'

/**
 * Publishes a packed package again, with another version, as its next release would be: `manifest` and the texts of `append` change it,
 * file by file. `tag`: the dist-tag, by default `latest`.
 */
export async function publishVariant(tarball, { folder, registry, manifest, append = {}, tag }) {
  const unpacked = mkdtempSync(join(folder, 'variant-'))
  execFileSync('tar', ['-xzf', resolve(tarball), '-C', unpacked])
  const source = join(unpacked, 'package')
  const file = join(source, 'package.json')
  writeFileSync(file, JSON.stringify({ ...readJson(file), ...manifest }, undefined, 2))
  for (const [path, text] of Object.entries(append))
    writeFileSync(join(source, path), readFileSync(join(source, path), 'utf8') + text)
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error'], { cwd: source })
  await publishTarball(join(source, JSON.parse(packed)[0].filename), { ...registry, tag })
}
