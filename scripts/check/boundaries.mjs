import { conclude, readPackages, readSources } from '../lib/workspace.mjs'

// The dependency rule: what a package of each role may stand on. Everything else reaches a package as a plain
// interface that the app satisfies, so that no plugin drags another one in. tsc refuses a circle of packages, because each
// references what it imports (check:references).

const CORE = '@stageflow/core'
const MAY_USE = {
  core: [],
  types: [],
  base: ['core', 'types', 'base'],
  plugin: ['core', 'types', 'base'],
  kit: ['core', 'types', 'base'],
  leaf: ['core', 'types', 'base', 'plugin', 'kit'],
}
const STANDS_ALONE = new Set(['core', 'types'])

/** Every breach of the dependency rule in the workspace at `root`. */
export function checkBoundaries(root) {
  const packages = readPackages(root)
  const roles = new Map(packages.map(({ manifest }) => [manifest.name, manifest.stageflow?.role]))
  return packages.flatMap((each) => [...checkManifest(each, roles), ...checkImports(root, each)])
}

function checkManifest({ manifest }, roles) {
  const { name, dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifest
  const role = roles.get(name)
  if (!Object.hasOwn(MAY_USE, role ?? '')) {
    return [`${name}: set "stageflow": { "role": … } in package.json to one of ${Object.keys(MAY_USE).join(', ')}.`]
  }
  const problems = []
  if (CORE in { ...dependencies, ...optionalDependencies }) {
    problems.push(`${name}: move ${CORE} from dependencies to peerDependencies, so that an app holds one copy of it.`)
  }
  for (const used of Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })) {
    const usedRole = roles.get(used)
    if (STANDS_ALONE.has(role)) problems.push(`${name}: remove ${used}; a package of role ${role} depends on nothing.`)
    else if (used.startsWith('@stageflow/') && !roles.has(used)) {
      problems.push(`${name}: remove ${used}; there is no such package in this workspace.`)
    } else if (roles.has(used) && !mayUse({ name, role }, { name: used, role: usedRole })) {
      problems.push(
        `${name}: remove ${used}; a ${role} may use ${MAY_USE[role].join(', ')}, and that is a ${usedRole}.`,
      )
    }
  }
  return problems
}

function mayUse(user, used) {
  if (MAY_USE[user.role].includes(used.role)) return true
  // `tools-mcp` is an extension of `tools`, and says so by its name.
  return user.role === 'plugin' && used.role === 'plugin' && user.name.startsWith(`${used.name}-`)
}

const IMPORT = /(?:\bfrom\s+|\bimport\s*\(?\s*)['"]((?!\.|node:)[^'"]+)['"]/g

// knip accepts an import that only the root of the workspace declares, or only `devDependencies`. An app gets neither.
function checkImports(root, { folder, manifest }) {
  const { name, dependencies, peerDependencies, optionalDependencies } = manifest
  const declared = { ...dependencies, ...peerDependencies, ...optionalDependencies }
  return readSources(root, folder).flatMap(({ file, text }) =>
    [...text.matchAll(IMPORT)]
      .filter(([, target]) => !(target.match(/^(@[^/]+\/)?[^/]+/)[0] in declared))
      .map(([, target]) => `${file}: imports "${target}", which package.json of ${name} does not declare.`),
  )
}

if (import.meta.main) {
  const root = process.argv[2] ?? process.cwd()
  conclude(checkBoundaries(root), `${readPackages(root).length} packages keep the dependency rule`)
}
