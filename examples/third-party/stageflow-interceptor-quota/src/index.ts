// src/index.ts
export { quota, type QuotaOptions } from './quota.ts'
