import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

// STAGEFLOW_CORE names core among all packages as published, and what they depend on lies beside them.
const require = createRequire(fileURLToPath(process.env.STAGEFLOW_CORE))

export const published = (name) => import(pathToFileURL(require.resolve(name)).href)
