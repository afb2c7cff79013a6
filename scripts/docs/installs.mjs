import { createdBy } from './created.mjs'

// Which packages a page of the docs has its reader install, and which ones its code imports.

const NAMED = /from '(?<name>(?:@[\w.-]+\/)?[\w-][\w.-]*)/g
const COMMAND = /npm install (?<args>(?:[^`#\n\\]|\\\n)*)/g
const GUIDES = /^docs\/(?:how-to|tutorials)\//

/** The npm packages that a piece of code imports, `node:` and files aside. */
export function importedPackages(body) {
  const names = [...body.matchAll(NAMED)].map(({ groups }) => groups.name)
  return [...new Set(names)].filter((name) => name !== 'node')
}

/** The names in all `npm install` commands of a page, without versions, and what its `npm create stageflow` commands install. */
export function installedPackages(text) {
  const words = [...text.matchAll(COMMAND)].flatMap(({ groups }) => groups.args.split(/[\s\\]+/))
  const named = words.filter((word) => word !== '' && !word.startsWith('-'))
  const created = createdBy(text).flatMap(({ packages }) => packages)
  return new Set([...named.map((word) => word.replace(/(?<=.)@.*$/, '')), ...created])
}

/** A guide names every package that its code imports in an install command; core alone goes without saying. */
export function missingInstalls(page, text, snippets) {
  if (!GUIDES.test(page)) return []
  const installed = installedPackages(text)
  const missing = [...new Set(snippets.flatMap(({ body }) => importedPackages(body)))].filter(
    (name) => !installed.has(name),
  )
  if (missing.every((name) => name === '@stageflow/core')) return []
  return [`${page}: its code imports ${missing.join(', ')}; name it in an "npm install" line of the page.`]
}
