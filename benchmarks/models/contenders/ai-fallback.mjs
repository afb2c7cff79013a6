import { asking } from './asking-ai-fallback.mjs'

export const ask = asking({})
