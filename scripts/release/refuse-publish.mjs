// Every package runs this as its prepublishOnly, before npm, pnpm or changesets publish its folder. A release publishes tarballs, for which
// npm runs no script.

console.error(`Packages of this workspace are not published from their folders, which may hold an old build or none.
At the root of the workspace, run \`npm run release:dry\` to try a release, and \`npm run release\` to make it.`)
process.exit(1)
