export { toNodeReadable, toNodeWritable } from './node-streams.ts'
