export { aiSdk, type AiSdkRoute } from './ai-sdk.ts'
export { aiSdkModel, type AiSdkRequest } from './ai-sdk-model.ts'
