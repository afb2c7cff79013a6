import { join } from 'node:path'

import { conclude, readJson, readPackages, readSources } from '../lib/workspace.mjs'

/** Every TypeScript project reference that is missing, or left over, in the workspace at `root`. */
export function checkReferences(root) {
  const packages = readPackages(root)
  const folderOf = new Map(packages.map(({ folder, manifest }) => [manifest.name, folder]))
  const problems = compare(
    'tsconfig.json',
    packages.map(({ folder }) => folder),
    // Tests are a project of their own, so that editors and the lint see them with the strict flags.
    referencesOf(root, 'tsconfig.json').filter((path) => path !== './tsconfig.test.json'),
  )
  for (const { folder, manifest } of packages) {
    // What only tests import needs no reference: tests are compiled by tsconfig.test.json, all in one.
    const text = readSources(root, folder).map((source) => source.text)
    const used = [...folderOf].filter(([name]) => name !== manifest.name && text.some((each) => isImported(name, each)))
    const wanted = used.map(([, target]) => target.replace('packages/', '../'))
    problems.push(...compare(`${folder}/tsconfig.json`, wanted, referencesOf(root, `${folder}/tsconfig.json`)))
  }
  return problems
}

function isImported(name, text) {
  return text.includes(`from '${name}'`) || text.includes(`from '${name}/`) || text.includes(`import('${name}`)
}

function referencesOf(root, file) {
  return (readJson(join(root, file)).references ?? []).map(({ path }) => path)
}

function compare(file, wanted, found) {
  const missing = wanted.filter((path) => !found.includes(path))
  const extra = found.filter((path) => !wanted.includes(path))
  return [
    ...missing.map((path) => `${file}: add { "path": "${path}" } to references; its sources are imported.`),
    ...extra.map((path) => `${file}: remove the reference to "${path}"; nothing there is imported.`),
  ]
}

if (import.meta.main) {
  const root = process.argv[2] ?? process.cwd()
  conclude(checkReferences(root), `${readPackages(root).length} packages reference what they import`)
}
