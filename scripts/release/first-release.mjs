import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { copyWorkspace } from '../lib/workspace-copy.mjs'
import { readPackages } from '../lib/workspace.mjs'

/**
 * A copy of the workspace as it is before its first release, whatever has been released: every package has the version 1.0.0, and no note
 * waits. So tests of releases say which versions come out.
 */
export function copyBeforeFirstRelease(root) {
  const copy = copyWorkspace(root)
  for (const file of globSync('.changeset/{*.md,pre.json,pre/*.md}', { cwd: copy.folder })) {
    if (!file.endsWith('README.md')) rmSync(join(copy.folder, file))
  }
  for (const { folder, manifest } of readPackages(copy.folder)) {
    const file = join(copy.folder, folder, 'package.json')
    const text = readFileSync(file, 'utf8')
      .replace(`"version": "${manifest.version}"`, '"version": "1.0.0"')
      .replaceAll(/("@stageflow\/core": )"[\^~\d][^"]*"/g, '$1"^1.0.0"')
    writeFileSync(file, text)
    const changelog = `# ${manifest.name}\n\n## 1.0.0\n\n${manifest.description}\n`
    writeFileSync(join(copy.folder, folder, 'CHANGELOG.md'), changelog)
  }
  copy.commit('Before the first release')
  return copy
}
