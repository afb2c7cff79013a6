import { cpSync, existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { decode, encode } from '@jridgewell/sourcemap-codec'

// Leaves out of the tarballs what no compiler, debugger or editor reads. docs/project/decisions/0110-what-tarballs-contain.md has the
// figures.

const RELATIVE_IMPORT = /(?:from |import\(|import )['"](\.[^'"]+)\.[jt]s['"]/g

/** Calls `use` while the `dist` of each package is trimmed. Afterwards every `dist` is whole again. */
export function withTrimmedDist(root, packages, use) {
  const built = packages.filter(({ folder }) => existsSync(join(root, folder, 'dist')))
  const moved = []
  try {
    for (const { folder, manifest } of built) {
      const dist = join(root, folder, 'dist')
      const whole = `${dist}.whole`
      rmSync(whole, { recursive: true, force: true })
      renameSync(dist, whole)
      moved.push({ dist, whole })
      cpSync(whole, dist, { recursive: true })
      trimDist(join(root, folder), manifest)
    }
    return use()
  } finally {
    for (const { dist, whole } of moved) {
      rmSync(dist, { recursive: true, force: true })
      renameSync(whole, dist)
    }
  }
}

/** Trims the `dist` of a package folder: its manifest names the entries. Keeps what debuggers and "go to definition" need. */
export function trimDist(folder, manifest) {
  const kept = reachableDeclarations(folder, manifest)
  for (const file of globSync('dist/**/*.d.ts', { cwd: folder })) {
    if (kept.has(file)) continue
    rmSync(join(folder, file))
    rmSync(join(folder, `${file}.map`), { force: true })
  }
  for (const file of globSync('dist/**/*.js.map', { cwd: folder })) {
    const map = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    writeFileSync(join(folder, file), JSON.stringify(byLine(map)))
  }
}

/** The declarations that a compiler can get to from an entry of `exports`. */
function reachableDeclarations(folder, { exports, publishConfig }) {
  const entries = Object.values(publishConfig?.exports ?? exports ?? {}).flatMap(({ types }) => types ?? [])
  const found = new Set(entries.map((entry) => join(entry)))
  for (const file of found) {
    const text = readFileSync(join(folder, file), 'utf8')
    for (const [, path] of text.matchAll(RELATIVE_IMPORT)) found.add(`${join(dirname(file), path)}.d.ts`)
  }
  return found
}

/** A source map that finds the line, but not the column. Columns are most of a map, and a stack trace is read by lines. */
function byLine(map) {
  const lines = decode(map.mappings).map((segments) =>
    segments.filter(([, , line], index) => index === 0 || line !== segments[index - 1][2]),
  )
  return { ...map, mappings: encode(lines) }
}
