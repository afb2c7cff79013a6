export { chatModel, type ChatRequest } from './chat-model.ts'
export { openaiChat, openaiResponses, type OpenAIRoute } from './openai-chat.ts'
export { responsesModel, type ResponsesRequest } from './responses-model.ts'
