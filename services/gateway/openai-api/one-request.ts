import type { RunRequest } from '../../common/contracts/run-request.ts'

/** What every run under one HTTP request has in common: a lane of its own, ended with the request. */
export const oneRequest = (requestId: string, profile: string | undefined) =>
  ({
    lane: { sessionId: requestId, streamId: 'http' },
    ...(profile === undefined ? {} : { profile }),
    tools: [],
    toolChoice: { type: 'auto' },
    responseFormat: { type: 'text' },
    modalities: ['text'],
    timeouts: {},
    onDisconnect: 'cancel',
    metadata: {},
  }) as const satisfies Omit<RunRequest, 'input'>
