import { existsSync } from 'node:fs'

import { expect, test } from 'vitest'

const made = []

// Files that share a worker share the helper too, so a hook that it sets when it is imported runs for one of them only.
test('a test may write workspaces, however late it loads the helper', async () => {
  const { smallWorkspace } = await import('./small-workspace.mjs')
  made.push(smallWorkspace(), smallWorkspace())
  expect(made.map((folder) => existsSync(folder))).toEqual([true, true])
})

test('and none is left behind', () => {
  expect(made.map((folder) => existsSync(folder))).toEqual([false, false])
})
