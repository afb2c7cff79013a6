import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { transformSync } from 'esbuild'

import { importedPackages } from '../docs/installs.mjs'
import { readSnippets } from '../docs/snippets.mjs'

/** The checked fences of a package's README, each with a name of its own. */
export function snippetsOf(root, { folder }) {
  const { snippets } = readSnippets(root, [`${folder}/README.md`])
  return snippets
    .filter(({ reason }) => reason === undefined)
    .map((snippet) => ({ ...snippet, name: snippet.file ?? `line-${snippet.line}.ts` }))
}

/** The packages that a consumer of this README installs: those of its Install section, and those that its code imports. */
export function installsOf(readme, snippets) {
  const command = /^npm install (?<args>.*(?:\\\n.*)*)$/m.exec(readme)?.groups.args ?? ''
  const named = command.split(/[\s\\]+/).filter((arg) => arg !== '' && !arg.startsWith('-'))
  const imported = snippets.flatMap(({ body }) => importedPackages(body))
  return [...new Set([...named, ...imported])]
}

/** Writes the snippets to `folder`, as TypeScript and, for those that run, as JavaScript too. */
export function writeSnippets(folder, snippets) {
  const files = new Set(snippets.map(({ name }) => name))
  return snippets.map((snippet) => {
    const path = join(folder, snippet.name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, snippet.body)
    const script = path.replace(/\.ts$/, '.js')
    const { code } = transformSync(snippet.body, { loader: 'ts', format: 'esm', target: 'node22' })
    // What the page imports from a file of its own, or starts, is called .ts there.
    const inJs = (text, name) => (files.has(name) ? text.replace(/\.ts"$/, '.js"') : text)
    writeFileSync(script, code.replaceAll(/"(?:\.\/)?([\w.-]+\.ts)"/g, inJs))
    return { ...snippet, path, script }
  })
}
