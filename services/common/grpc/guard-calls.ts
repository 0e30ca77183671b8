import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js'
import { clusterCheck } from '../http/cluster-authorization.ts'

/** Lets only peers of the cluster in. Others are refused by their headers: nothing they send is read. */
export function guardCalls(clusterToken: string): ServerInterceptor {
  const isRole = clusterCheck(clusterToken)
  return (_method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            if (isRole(metadata.get('authorization')[0]?.toString())) pass(metadata)
            else {
              const details = 'Set the same HEARTH_CLUSTER_TOKEN in every process.'
              call.sendStatus({ code: status.UNAUTHENTICATED, details })
            }
          },
        }),
    })
}
