import type { Attributes } from '@opentelemetry/api'
import type { ContextSnapshot } from '@stageflow/core'
import type { Redactor } from '@stageflow/core/redaction'

/** The ids of a run for its span. They are redacted, because callers choose them. */
export function identityAttributes(snapshot: ContextSnapshot, redactor: Redactor): Attributes {
  const { sessionId, requestId } = snapshot
  const attributes = userAttributes(snapshot, redactor)
  if (sessionId !== undefined) attributes['gen_ai.conversation.id'] = redactor.text(sessionId)
  if (requestId !== undefined) attributes['stageflow.request.id'] = redactor.text(requestId)
  return attributes
}

/** The user and the tenant, for the spans of stages too. */
export function userAttributes({ userId, orgId }: ContextSnapshot, redactor: Redactor): Attributes {
  const attributes: Attributes = {}
  if (userId !== undefined) attributes['user.id'] = redactor.text(userId)
  if (orgId !== undefined) attributes['stageflow.org.id'] = redactor.text(orgId)
  return attributes
}
