import { launch } from './launch.mjs'
import { setUp } from './setup.mjs'

// `npm start -- "question"` sets up what the chat example needs and runs its sources, without a build, under the workspace's own Node.

const node = await setUp('chat').catch((error) => {
  console.error(error.message)
  process.exit(1)
})
launch(node, 'examples/chat/src/main.ts', process.argv.slice(2))
