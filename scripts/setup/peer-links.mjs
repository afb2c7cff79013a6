import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

// Runs on any Node from 20 on, before anything is installed: nothing but built-in modules here.

/**
 * Links each package's peers to the copies that the apps in `homes` use, or to those of a package that depends on them. In
 * the workspace a peer is also a devDependency, and an install without devDependencies would leave the sources unable to
 * import it.
 */
export function linkPeers(root, homes) {
  const modulesOf = (folder) => join(root, folder, 'node_modules')
  const folders = packageFolders(root)
  for (const folder of folders) {
    const { peerDependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    for (const name of Object.keys(peerDependencies)) {
      const copy = [...homes, ...folders].map((holder) => join(modulesOf(holder), name)).find(existsSync)
      const link = join(modulesOf(folder), name)
      if (copy === undefined || existsSync(link)) continue
      mkdirSync(dirname(link), { recursive: true })
      // A junction needs no administrator on Windows, but an absolute path.
      if (process.platform === 'win32') symlinkSync(copy, link, 'junction')
      else symlinkSync(relative(dirname(link), copy), link)
    }
  }
}

function packageFolders(root) {
  const folders = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  return folders.filter((folder) => existsSync(join(root, folder, 'package.json')))
}
