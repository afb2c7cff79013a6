import { namesOf } from '../../packages/create-stageflow/src/naming.ts'
import { templateFiles } from '../../packages/create-stageflow/src/template-files.ts'

// What the `npm create stageflow` commands of a page make, from the sources of create-stageflow.

const COMMAND = /^npm create stageflow@latest (?<name>\S+) -- --template (?<kind>\w+)$/gm

/** What each command of a text makes: its kind, its folder, its files by path, and the packages that it installs. */
export function createdBy(text) {
  return [...text.matchAll(COMMAND)].map(({ groups: { name, kind } }) => {
    const names = namesOf(kind, name)
    const files = templateFiles(kind, names)
    const { dependencies, peerDependencies, devDependencies } = JSON.parse(files.get('package.json'))
    const packages = Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies })
    return { kind, folder: names.folder, files, packages }
  })
}
