/**
 * The HTTP API, as TypeScript sees it. Generated from the server's OpenAPI 3.1 description by `pnpm client:generate`:
 * change `packages/api` and generate again. Contract: section 7.
 */
/* oxlint-disable max-lines */
export interface paths {
  readonly "/health/live": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["health.live"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/health/ready": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["health.ready"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/access": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Who the key is, and what it may do */
    readonly get: operations["access.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/api-keys": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** The stored keys, newest first, without the keys themselves */
    readonly get: operations["apiKeys.list"]
    readonly put?: never
    /** Make a key; the answer holds it, once. From the first stored key on every request needs one */
    readonly post: operations["apiKeys.create"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/api-keys/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    readonly post?: never
    /** Delete a key; no process takes it from then on */
    readonly delete: operations["apiKeys.remove"]
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/audit": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Every change and every refused one, newest first */
    readonly get: operations["audit.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/audit/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["audit.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/auth-providers": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["authProviders.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/auth-providers/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["authProviders.get"]
    readonly put: operations["authProviders.put"]
    readonly post?: never
    readonly delete: operations["authProviders.remove"]
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/auth-providers/{id}/test": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Fetch a token, or ask the domain with the credentials: one harmless request */
    readonly post: operations["authProviders.testConnection"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/callbacks/{token}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * Answer a request later, at the Sluice-Callback-Url that it carried; needs no key
     * @description The first answer counts: the same one again is 200, another one 409. 410 once the step has ended
     */
    readonly post: operations["callbacks.answer"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/connectors": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["connectors.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/connectors/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["connectors.get"]
    readonly put: operations["connectors.put"]
    readonly post?: never
    readonly delete: operations["connectors.remove"]
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/connectors/{id}/test": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Ask the partner with the stored credentials: one harmless request */
    readonly post: operations["connectors.testConnection"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/customers": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["customers.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/customers/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["customers.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/customers/{id}/erase": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Erase a customer, as a job whose items say what partners hold */
    readonly post: operations["personalData.erase"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/customers/{id}/export": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Everything that is held about a customer, streamed */
    readonly get: operations["personalData.export"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/deliveries": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["deliveries.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/deliveries/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["deliveries.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/deliveries/{id}/redeliver": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Send it again, now, under the same message id */
    readonly post: operations["deliveries.redeliver"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/event-types": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["eventTypes.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/events": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Report an event; 202 means that it is stored */
    readonly post: operations["events.report"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/issues": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Failures grouped by pipeline, step, outcome and message */
    readonly get: operations["issues.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/issues/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["issues.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/issues/{id}/acknowledge": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Say that it is known: its runs are settled, and further failures leave it so */
    readonly post: operations["issues.acknowledge"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/issues/{id}/resolve": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Say that it is mended: its runs are settled, and a further failure reopens it */
    readonly post: operations["issues.resolve"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/issues/{id}/retry": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Retry its runs that were not put right, as a job */
    readonly post: operations["issues.retry"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/jobs": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["jobs.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/jobs/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["jobs.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/jobs/{id}/cancel": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Act on no further run; what was begun goes on */
    readonly post: operations["jobs.cancel"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/jobs/{id}/items": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** The runs that the job has acted on, newest first */
    readonly get: operations["jobs.items"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/orders": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["orders.list"]
    readonly put?: never
    /** Submit an order; 202 means that it is stored */
    readonly post: operations["orders.submit"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/orders/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["orders.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    /** Merge an OrderPatch onto the order; starts no workflow */
    readonly patch: operations["orders.edit"]
    readonly trace?: never
  }
  readonly "/v1/orders/{id}/history": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** The history of the order, oldest first */
    readonly get: operations["orders.history"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/orders/{id}/process": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Run a pipeline over a stored order */
    readonly post: operations["orders.process"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/orders/{id}/timeline": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** What happened to the order, oldest first, each entry with the one that it follows from */
    readonly get: operations["orders.timeline"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/orders/{id}/versions/{version}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["orders.version"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/orders/{id}/why": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Why a member of the order has its value, and who was told it */
    readonly get: operations["orders.why"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/overview": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Runs, partners and deliveries at a glance; queried at most once a second for all readers */
    readonly get: operations["overview.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/partners": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Every host that was called, by host */
    readonly get: operations["partners.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/partners/{host}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["partners.get"]
    /** Limit or pause a partner, over all processes, within a second */
    readonly put: operations["partners.put"]
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/partners/{host}/reset": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Close the circuit of the partner, and release the runs on hold for it */
    readonly post: operations["partners.reset"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/pipelines": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["pipelines.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/pipelines/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["pipelines.get"]
    readonly put: operations["pipelines.put"]
    readonly post?: never
    readonly delete: operations["pipelines.remove"]
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/pipelines/{id}/pause": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Pause a pipeline: orders are taken in and stay queued; what runs goes on */
    readonly post: operations["pipelines.pause"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/pipelines/{id}/resume": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Resume a paused pipeline: its queued runs start */
    readonly post: operations["pipelines.resume"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/pipelines/{id}/simulate": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Simulate a pipeline over recorded runs with recorded answers; nothing is sent */
    readonly post: operations["pipelines.simulate"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/pipelines/{id}/versions": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Every version of a pipeline, newest first */
    readonly get: operations["pipelines.versions"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/pipelines/{id}/versions/{version}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** A version of a pipeline; it stays when the pipeline is deleted */
    readonly get: operations["pipelines.version"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/plugins": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["plugins.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["processEvents.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["processEvents.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events/{id}/callouts/{calloutId}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** One callout with its bodies, however large */
    readonly get: operations["processEvents.callout"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events/{id}/cancel": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** End the run: its call is aborted, and no later step starts */
    readonly post: operations["processEvents.cancel"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events/{id}/retry": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Go on with a run that has ended, in a new one that reuses the records before */
    readonly post: operations["retries.retry"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events/{id}/steps/{stepId}/resolve": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Settle a failed step by hand, and a retry goes on after it; or answer for the partner whose callback is waited for */
    readonly post: operations["retries.resolve"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events/{id}/stream": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Server-sent events: the whole process event at once and after each change */
    readonly get: operations["processEvents.stream"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events/cancel": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Cancel every open run that matches, as a job */
    readonly post: operations["jobs.cancelMany"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events/resolve": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Settle the failed steps of every run that matches, as a job */
    readonly post: operations["jobs.resolveMany"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/process-events/retry": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Retry every run that matches and was not retried, oldest first, as a job */
    readonly post: operations["jobs.retryMany"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/subscriptions": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["subscriptions.list"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/subscriptions/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["subscriptions.get"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/subscriptions/{id}/history": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["subscriptions.history"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/webhook-endpoints": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["webhookEndpoints.list"]
    readonly put?: never
    /** Create an endpoint; the answer holds its secret, once */
    readonly post: operations["webhookEndpoints.create"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/webhook-endpoints/{id}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["webhookEndpoints.get"]
    readonly put: operations["webhookEndpoints.put"]
    readonly post?: never
    readonly delete: operations["webhookEndpoints.remove"]
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/webhook-endpoints/{id}/feed": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    /** Pull the endpoint's messages: the same bytes, in order of webhook-sequence, 100 at most */
    readonly get: operations["webhookEndpoints.feed"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/webhook-endpoints/{id}/replay": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Send again what the endpoint was sent, or was to be sent */
    readonly post: operations["webhookEndpoints.replay"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/webhook-endpoints/{id}/replays/{replayId}": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get: operations["webhookEndpoints.getReplay"]
    readonly put?: never
    readonly post?: never
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/webhook-endpoints/{id}/replays/{replayId}/cancel": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Replay no more; what is queued by now is sent */
    readonly post: operations["webhookEndpoints.cancelReplay"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/webhook-endpoints/{id}/rotate-secret": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** A new secret, shown once; for 24 hours the old one signs too */
    readonly post: operations["webhookEndpoints.rotateSecret"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "/v1/webhook-endpoints/{id}/test": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /** Send a message of type test */
    readonly post: operations["webhookEndpoints.test"]
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
}
export interface webhooks {
  readonly "address.added": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * address.added
     * @description A customer added an address. Sent when a client reports it with POST /v1/events.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly type: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "cancel.attempted": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * cancel.attempted
     * @description A customer began to cancel a subscription. Sent when a client reports it with POST /v1/events.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly type: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "checkout.initiated": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * checkout.initiated
     * @description A customer began a checkout. Sent when a client reports it with POST /v1/events.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly type: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "customer.created": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * customer.created
     * @description A customer was seen for the first time in a completed order.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "customer.updated": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * customer.updated
     * @description A completed order changed a customer.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "delivery.exhausted": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * delivery.exhausted
     * @description The last attempt of a delivery failed.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly at: string
            readonly deliveryId: string
            /** @description Null for the message of a step */
            readonly endpointId: string | null
            readonly orderId?: string
            readonly reason: string
            readonly type: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "endpoint.disabled": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * endpoint.disabled
     * @description A webhook endpoint was disabled: by hand, by a 410, or after five days of failures.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly at: string
            readonly endpointId: string
            readonly reason: string
            readonly url: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "entitlements.updated": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * entitlements.updated
     * @description The entitlements of a subscription were created, or one of them changed; lists all of them.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly customerId: string | null
            readonly entitlements: readonly ({
              readonly id: string
              readonly product: unknown
              /** @enum {string} */
              readonly status: "Active" | "Inactive"
            } & {
              readonly [key: string]: unknown
            })[]
            readonly subscriptionId: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly error: {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * error
     * @description A run ended in which a plugin failed, critical or not.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            /** @description Version 1 of the order */
            readonly event: {
              readonly createdAt: string
              readonly id: string
              readonly orderType: string
              readonly status: string
              readonly updatedAt: string
              readonly version: number
            } & {
              readonly [key: string]: unknown
            }
            readonly eventId: string
            readonly pluginErrorOutput: readonly ({
              readonly message: string
              readonly name: string
            } & {
              readonly [key: string]: unknown
            })[]
            readonly processEventId: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "issue.opened": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * issue.opened
     * @description A kind of failure was seen for the first time, or again after it had been resolved.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly at: string
            readonly issueId: string
            readonly message: string
            readonly outcome: string
            readonly pipeline: string
            readonly reason: string
            readonly stepId: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.address_change": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.address_change
     * @description A changed delivery or billing address. Sent with the order's submission, whatever its run does later.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.cancelled": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.cancelled
     * @description A run of an order was cancelled. The body is the order as it then is.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.completed": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.completed
     * @description A run of an order completed. The body is the order as it then is.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.customer_details_update": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.customer_details_update
     * @description Changed details of a customer. Sent with the order's submission, whatever its run does later.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.failed": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.failed
     * @description A run of an order failed, or its compensation did. The body is the order as it then is.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.payment_method_change": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.payment_method_change
     * @description A changed payment method. Sent with the order's submission, whatever its run does later.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.status_changed": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.status_changed
     * @description An order got a new version with another status; after order.updated, with the same body.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            /** @description The version that the message tells of */
            readonly after: number
            /** @description The version before */
            readonly before: number
            /** @description The timeline entry that the version follows from: a callout, the run, or an operator's act */
            readonly cause: string | null
            readonly changes: readonly ({
              /** @description Null where the member is absent */
              readonly after: unknown
              /** @description Null where the member was absent */
              readonly before: unknown
              /** @description A JSON Pointer; a list counts as a whole */
              readonly path: string
            } & {
              readonly [key: string]: unknown
            })[]
            readonly order: {
              readonly createdAt: string
              readonly id: string
              readonly orderType: string
              readonly status: string
              readonly updatedAt: string
              readonly version: number
            } & {
              readonly [key: string]: unknown
            }
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.submitted": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.submitted
     * @description A new order, or a new gift order. Sent with the order's submission, whatever its run does later.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.subscription_cancellation": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.subscription_cancellation
     * @description The cancellation of a subscription. Sent with the order's submission, whatever its run does later.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.subscription_offer_addition": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.subscription_offer_addition
     * @description A further offer beside a subscription. Sent with the order's submission, whatever its run does later.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.subscription_offer_change": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.subscription_offer_change
     * @description Another offer for a subscription. Sent with the order's submission, whatever its run does later.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.subscription_update": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.subscription_update
     * @description A changed subscription. Sent with the order's submission, whatever its run does later.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly orderType: string
            readonly status: string
            readonly updatedAt: string
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "order.updated": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * order.updated
     * @description An order got a new version: for every version but the first.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            /** @description The version that the message tells of */
            readonly after: number
            /** @description The version before */
            readonly before: number
            /** @description The timeline entry that the version follows from: a callout, the run, or an operator's act */
            readonly cause: string | null
            readonly changes: readonly ({
              /** @description Null where the member is absent */
              readonly after: unknown
              /** @description Null where the member was absent */
              readonly before: unknown
              /** @description A JSON Pointer; a list counts as a whole */
              readonly path: string
            } & {
              readonly [key: string]: unknown
            })[]
            readonly order: {
              readonly createdAt: string
              readonly id: string
              readonly orderType: string
              readonly status: string
              readonly updatedAt: string
              readonly version: number
            } & {
              readonly [key: string]: unknown
            }
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "partner.down": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * partner.down
     * @description The circuit breaker of a partner's host opened; once over all processes.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly at: string
            readonly host: string
            readonly reason: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "partner.paused": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * partner.paused
     * @description An operator paused a partner's host.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly at: string
            readonly host: string
            readonly reason: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "partner.up": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * partner.up
     * @description The circuit breaker of a partner's host closed again, or a pause was lifted.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly at: string
            readonly host: string
            readonly reason: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "payment_method.added": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * payment_method.added
     * @description A customer added a payment method. Sent when a client reports it with POST /v1/events.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly createdAt: string
            readonly id: string
            readonly type: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "run.compensation_failed": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * run.compensation_failed
     * @description A run ended compensation-failed.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly at: string
            readonly host?: string
            readonly orderId: string
            readonly pipeline: string
            readonly processEventId: string
            readonly reason: string
            readonly stepId?: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "run.waiting": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * run.waiting
     * @description A run waits for a partner; once per hold.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly at: string
            readonly host?: string
            readonly orderId: string
            readonly pipeline: string
            readonly processEventId: string
            readonly reason: string
            readonly stepId?: string
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "subscription.cancelled": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * subscription.cancelled
     * @description A subscription was cancelled by the completed run of a CANCEL_REQUEST order.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly cancelledAt?: string
            readonly customerId: string | null
            readonly id: string
            readonly name: unknown
            readonly offer: unknown
            readonly parentSubscriptionId?: string
            readonly price: unknown
            readonly quantity: unknown
            /** @enum {string} */
            readonly status: "active" | "cancelled"
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "subscription.created": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * subscription.created
     * @description A subscription was created by the completed run of an order: one per item.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly cancelledAt?: string
            readonly customerId: string | null
            readonly id: string
            readonly name: unknown
            readonly offer: unknown
            readonly parentSubscriptionId?: string
            readonly price: unknown
            readonly quantity: unknown
            /** @enum {string} */
            readonly status: "active" | "cancelled"
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
  readonly "subscription.updated": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly get?: never
    readonly put?: never
    /**
     * subscription.updated
     * @description A subscription got a new version by the completed run of an order that names it.
     */
    readonly post: {
      readonly parameters: {
        readonly query?: never
        readonly header: {
          /** @description The id of the timeline entry that a message about an order tells of */
          readonly "webhook-cause"?: string
          /** @description Names the message: the same over attempts, endpoints, redelivery and replay */
          readonly "webhook-id": string
          /** @description Grows over all events; gaps are possible */
          readonly "webhook-sequence": string
          /** @description `v1,` and HMAC-SHA256 over `<id>.<timestamp>.<body>`; two for a day after a rotation */
          readonly "webhook-signature": string
          /** @description Seconds since the epoch, at this attempt */
          readonly "webhook-timestamp": string
          /** @description The type of the message */
          readonly "webhook-type": string
        }
        readonly path?: never
        readonly cookie?: never
      }
      readonly requestBody: {
        readonly content: {
          readonly "application/json": {
            readonly cancelledAt?: string
            readonly customerId: string | null
            readonly id: string
            readonly name: unknown
            readonly offer: unknown
            readonly parentSubscriptionId?: string
            readonly price: unknown
            readonly quantity: unknown
            /** @enum {string} */
            readonly status: "active" | "cancelled"
            readonly version: number
          } & {
            readonly [key: string]: unknown
          }
        }
      }
      readonly responses: {
        /** @description The message was taken; anything else is tried again */
        readonly "2XX": {
          headers: {
            readonly [name: string]: unknown
          }
          content?: never
        }
      }
    }
    readonly delete?: never
    readonly options?: never
    readonly head?: never
    readonly patch?: never
    readonly trace?: never
  }
}
export interface components {
  schemas: {
    readonly Access: {
      /** @description Roles whose routes are allowed: those of the key, and lesser ones */
      readonly may: readonly ("read" | "submit" | "operate" | "admin")[]
      /** @description The key's name; absent where no keys are set */
      readonly name?: string
      readonly roles: readonly ("read" | "submit" | "operate" | "admin")[]
    }
    readonly ApiKey: {
      readonly createdAt: string
      readonly expiresAt?: string
      readonly id: string
      /** @description To the minute */
      readonly lastUsedAt?: string
      readonly name: string
      readonly roles: readonly ("read" | "submit" | "operate" | "admin")[]
      readonly tenant?: string
    }
    readonly ApiKeyRequest: {
      /** @description A moment like 2026-11-22T08:00:00Z */
      readonly expiresAt?: string
      /** @description Who calls: `requestedBy`, and the actor of the audit */
      readonly name: string
      readonly roles: readonly ("read" | "submit" | "operate" | "admin")[]
      /** @description With SLUICE_CELLS alone: the key reaches its cell */
      readonly tenant?: string
    }
    readonly AuditRecord: {
      /** @enum {string} */
      readonly action:
        | "pipeline.create"
        | "pipeline.update"
        | "pipeline.delete"
        | "pipeline.pause"
        | "pipeline.resume"
        | "connector.create"
        | "connector.update"
        | "connector.delete"
        | "connector.test"
        | "auth_provider.create"
        | "auth_provider.update"
        | "auth_provider.delete"
        | "auth_provider.test"
        | "webhook_endpoint.create"
        | "webhook_endpoint.update"
        | "webhook_endpoint.delete"
        | "webhook_endpoint.rotate_secret"
        | "webhook_endpoint.test"
        | "webhook_endpoint.replay"
        | "api_key.create"
        | "api_key.update"
        | "api_key.delete"
        | "order.update"
        | "order.process"
        | "run.cancel"
        | "run.retry"
        | "run.cancel_many"
        | "run.retry_many"
        | "run.resolve_many"
        | "step.resolve"
        | "delivery.redeliver"
        | "partner.update"
        | "job.cancel"
        | "issue.acknowledge"
        | "issue.resolve"
        | "issue.retry"
        | "customer.erase"
      /** @description The key's name, anonymous, or settings-file */
      readonly actor: string
      readonly after?: unknown
      readonly at: string
      readonly before?: unknown
      readonly id: string
      /** @enum {string} */
      readonly outcome?: "refused"
      readonly reason?: string
      readonly remoteAddress: string | null
      /** @description The path */
      readonly resource: string
      readonly roles: readonly ("read" | "submit" | "operate" | "admin")[]
      /** @description The status that a refused change was answered with */
      readonly status?: number
    }
    readonly BodyTooLargeEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 413
      /** @enum {string} */
      readonly title?: "The body is too large"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:body-too-large"
    }
    readonly CallbackReceipt: {
      readonly orderId: string
      readonly processEventId: string
      /** @enum {string} */
      readonly state:
        | "queued"
        | "running"
        | "waiting"
        | "compensating"
        | "completed"
        | "failed"
        | "cancelled"
        | "compensation-failed"
    }
    readonly CancelRequest: {
      /** @description Undo what was completed, last first; without it nothing more is sent */
      readonly compensate?: boolean
      /** @description Kept as the run's reason */
      readonly reason?: string
    }
    readonly ConflictEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 409
      /** @enum {string} */
      readonly title?: "The request contradicts what is stored"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:conflict"
    }
    readonly ConnectionTest: {
      /** @description The partner was reached and did not refuse the credentials */
      readonly ok: boolean
      readonly request?: {
        /** @description The first 1,000 characters of an answer that is no success */
        readonly body?: string
        readonly contentType?: string
        /** @description Whose credentials it carried; none */
        readonly credentials: string
        readonly durationMs: number
        readonly error?: {
          readonly code?: string
          readonly message: string
        }
        /** @description Where a redirect, which is not followed, leads */
        readonly location?: string
        readonly method: string
        readonly status?: number
        readonly url: string
      }
      /** @description What was said, or why it failed, and what to do */
      readonly summary: string
      readonly token?: {
        readonly durationMs: number
        readonly error?: {
          readonly code?: string
          readonly message: string
        }
        /** @description The life that the answer gives it */
        readonly expiresInSeconds?: number
        readonly method: string
        readonly status?: number
        readonly url: string
      }
    }
    readonly ConnectionTestRequest: {
      /** @enum {string} */
      readonly method?: "GET" | "HEAD"
      /** @description The address that is asked, one that the credentials are for; absent: the setting's own */
      readonly url?: string
    }
    readonly CreatedApiKey: {
      readonly createdAt: string
      readonly expiresAt?: string
      readonly id: string
      readonly key: string
      /** @description To the minute */
      readonly lastUsedAt?: string
      readonly name: string
      readonly roles: readonly ("read" | "submit" | "operate" | "admin")[]
      readonly tenant?: string
    }
    readonly Customer: Record<string, unknown>
    readonly CustomerExport: {
      /** @description Acts on the orders */
      readonly audit: readonly Record<string, unknown>[]
      readonly customer: Record<string, unknown> | null
      readonly deliveries: readonly Record<string, unknown>[]
      /** @description Each with versions and history */
      readonly orders: readonly Record<string, unknown>[]
      /** @description With the whole bodies of their callouts */
      readonly processEvents: readonly Record<string, unknown>[]
      readonly subscriptions: readonly Record<string, unknown>[]
    }
    readonly Delivery: {
      readonly attemptCount: number
      readonly attempts: readonly {
        readonly durationMs: number
        readonly error?: {
          readonly code: string
          readonly message: string
        }
        readonly number: number
        readonly response?: {
          readonly body: string | null
          readonly bodyBase64?: string
          readonly headers: {
            readonly [key: string]: string
          }
          readonly status: number
          readonly truncated?: boolean
        }
        readonly startedAt: string
        readonly status?: number
      }[]
      readonly blockedBy?: string
      readonly cause?: string
      readonly createdAt: string
      readonly endpointId: string | null
      readonly finishedAt?: string
      readonly id: string
      readonly messageId: string
      readonly nextAttemptAt?: string
      readonly orderId?: string
      readonly reason?: string
      readonly request?: {
        readonly body: unknown
        readonly headers: {
          readonly [key: string]: string
        }
        readonly url: string
      }
      readonly sequence: number
      /** @enum {string} */
      readonly state: "pending" | "delivered" | "exhausted" | "held" | "filtered" | "cancelled"
      readonly type: string
      readonly url?: string
      readonly waitReason?: string
    }
    readonly Entitlement: {
      readonly id: string
      readonly product: unknown
      /** @enum {string} */
      readonly status: "Active" | "Inactive"
    }
    readonly EventType: {
      readonly description: string
      readonly example: unknown
      /** @description The JSON Schema of the body, draft 2020-12 */
      readonly schema: unknown
      readonly type: string
    }
    readonly FeedItem: {
      /** @description The exact text that the signature is over */
      readonly body: string
      /** @description Those that begin with webhook-, signed when they are read */
      readonly headers: {
        readonly [key: string]: string
      }
      /** @description webhook-id: the same as in a request */
      readonly id: string
      /** @description webhook-sequence */
      readonly sequence: number
      readonly type: string
    }
    readonly FeedPage: {
      readonly items: readonly components["schemas"]["FeedItem"][]
      /** @description What `after` takes to go on */
      readonly next: number
    }
    readonly Finished: {
      readonly order: components["schemas"]["Order"]
      readonly processEvent: components["schemas"]["ProcessEvent"]
    }
    readonly ForbiddenEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 403
      /** @enum {string} */
      readonly title?: "The key may not do this"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:forbidden"
    }
    readonly GoneEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 410
      /** @enum {string} */
      readonly title?: "It is not waited for any more"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:gone"
    }
    readonly InternalFaultEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 500
      /** @enum {string} */
      readonly title?: "The server failed"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:internal"
    }
    readonly InUseEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 409
      /** @enum {string} */
      readonly title?: "The pipeline has open runs"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:in-use"
    }
    readonly InvalidRequestEncoded: {
      readonly detail?: string
      readonly errors: readonly {
        readonly message: string
        readonly path: string
      }[]
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 400
      /** @enum {string} */
      readonly title?: "The request is not valid"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:invalid-request"
    }
    readonly Issue: {
      /** @description Runs that failed like this */
      readonly count: number
      readonly firstSeen: string
      readonly id: string
      readonly lastSeen: string
      /** @description Without ids, numbers, addresses and times */
      readonly message: string
      /** @description How the step's last call ended, else the kind of its error */
      readonly outcome: string
      readonly pipeline: string
      /** @description The newest of the runs, five at most */
      readonly sample: readonly string[]
      /** @enum {string} */
      readonly state: "open" | "acknowledged" | "resolved"
      /** @description The step that failed; empty where the run failed between steps */
      readonly stepId: string
      /** @description Those of them that remain to be put right */
      readonly unsettled: number
    }
    readonly IssueRequest: {
      readonly reason?: string
    }
    readonly Job: {
      readonly createdAt: string
      /** @description Acted on; a retry counts here while it goes on */
      readonly done: number
      /** @description Retried, and the retry ended otherwise than completed */
      readonly failed: number
      readonly filter?: components["schemas"]["JobFilter"]
      readonly finishedAt?: string
      readonly id: string
      /** @enum {string} */
      readonly kind: "retry" | "cancel" | "resolve" | "erase"
      /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
      readonly missingCells?: readonly number[]
      /** @description The first 20 that failed or were skipped, and why */
      readonly problems: readonly components["schemas"]["JobItem"][]
      readonly reason: string
      readonly requestedBy?: string
      /** @description Not acted on: the run had changed meanwhile, or it is impossible */
      readonly skipped: number
      readonly startedAt?: string
      /** @enum {string} */
      readonly state: "queued" | "running" | "completed" | "cancelled"
      /** @description Runs that matched when the job began */
      readonly total?: number
    }
    readonly JobFilter: {
      readonly createdAfter?: string
      readonly createdBefore?: string
      /** @description Runs over orders that hold this e-mail address */
      readonly email?: string
      readonly errorsOnly?: boolean
      /** @description Another name of step */
      readonly failedStep?: string
      /** @description Answered only: the issue that is retried */
      readonly issue?: string
      readonly orderId?: string
      /**
       * @description Runs whose failed step's last callout had this outcome
       * @enum {string}
       */
      readonly outcome?:
        | "succeeded"
        | "rejected"
        | "timed-out"
        | "cancelled"
        | "interrupted"
        | "unreachable"
        | "invalid-response"
      /** @description Runs whose failed step called this host last, or that wait for it */
      readonly partner?: string
      readonly pipeline?: string
      /** @description A part of an id, 4 characters or more */
      readonly q?: string
      readonly settled?: boolean
      /** @enum {string} */
      readonly state?:
        | "queued"
        | "running"
        | "waiting"
        | "compensating"
        | "completed"
        | "failed"
        | "cancelled"
        | "compensation-failed"
      /** @description Runs in which this step failed last */
      readonly step?: string
    }
    readonly JobItem: {
      readonly message?: string
      /** @enum {string} */
      readonly outcome: "done" | "failed" | "skipped"
      readonly processEventId: string
      /** @description The run that retries it */
      readonly retry?: string
    }
    readonly JobSummary: {
      readonly createdAt: string
      /** @description Acted on; a retry counts here while it goes on */
      readonly done: number
      /** @description Retried, and the retry ended otherwise than completed */
      readonly failed: number
      readonly filter?: components["schemas"]["JobFilter"]
      readonly finishedAt?: string
      readonly id: string
      /** @enum {string} */
      readonly kind: "retry" | "cancel" | "resolve" | "erase"
      readonly reason: string
      readonly requestedBy?: string
      /** @description Not acted on: the run had changed meanwhile, or it is impossible */
      readonly skipped: number
      readonly startedAt?: string
      /** @enum {string} */
      readonly state: "queued" | "running" | "completed" | "cancelled"
      /** @description Runs that matched when the job began */
      readonly total?: number
    }
    readonly ListedOrder: {
      readonly createdAt: string
      readonly id: string
      readonly lastRun?: {
        readonly processEventId: string
        /** @description Of a run that ended badly: true once it was resolved by hand, or its issue dealt with */
        readonly settled?: boolean
        /** @enum {string} */
        readonly state:
          | "queued"
          | "running"
          | "waiting"
          | "compensating"
          | "completed"
          | "failed"
          | "cancelled"
          | "compensation-failed"
      }
      readonly orderType: string
      readonly status: string
      readonly updatedAt: string
      readonly version: number
    } & {
      readonly [key: string]: unknown
    }
    readonly Matches: {
      /** @description Runs that the job would act on */
      readonly matches: number
      /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
      readonly missingCells?: readonly number[]
    }
    readonly NoPipelineEncoded: {
      readonly detail?: string
      readonly errors: readonly {
        readonly message: string
        readonly path: string
      }[]
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 422
      /** @enum {string} */
      readonly title?: "No pipeline takes this order"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:no-pipeline"
    }
    readonly NotFoundEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 404
      /** @enum {string} */
      readonly title?: "There is nothing here"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:not-found"
    }
    readonly Order: {
      readonly createdAt: string
      readonly id: string
      readonly orderType: string
      readonly status: string
      readonly updatedAt: string
      readonly version: number
    } & {
      readonly [key: string]: unknown
    }
    /** @description An order: open JSON. `orderType` is required; unknown members are kept and returned as they came. */
    readonly OrderDocument: Record<string, unknown>
    readonly Overview: {
      readonly at: string
      readonly bucketMs: number
      readonly buckets: readonly {
        readonly at: string
        readonly completed: number
        readonly failed: number
        readonly submitted: number
      }[]
      readonly calloutsSeen: number
      readonly deliveries: {
        readonly exhausted: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
        readonly held: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
        readonly pending: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
      }
      /** @enum {boolean} */
      readonly partial?: true
      readonly partners: readonly {
        /** @enum {string} */
        readonly breaker: "closed" | "open" | "half-open"
        readonly callouts: number
        readonly failures: number
        readonly host: string
        readonly p50Ms?: number | ("Infinity" | "-Infinity" | "NaN")
        readonly p95Ms?: number | ("Infinity" | "-Infinity" | "NaN")
        readonly p99Ms?: number | ("Infinity" | "-Infinity" | "NaN")
        readonly paused: boolean
        readonly since?: string
        readonly waiting: number
      }[]
      readonly plugins: readonly {
        readonly failures: number
        readonly name: string
      }[]
      readonly runs: {
        readonly cancelled: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
        readonly compensating: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
        readonly "compensation-failed": {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
        readonly completed: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
        readonly failed: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
        readonly queued: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
        readonly running: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
        readonly waiting: {
          readonly count: number
          readonly more: boolean
          readonly oldest?: {
            readonly id: string
            readonly since: string
          }
        }
      }
      readonly since: string
      readonly unsettled: {
        readonly count: number
        readonly more: boolean
        readonly oldest?: {
          readonly id: string
          readonly since: string
        }
      }
    }
    readonly Partner: {
      /** @description Failures that were counted since it last answered */
      readonly failures: number
      readonly host: string
      readonly last10m: {
        readonly calls: number
        /** @description Without an answer, or answered 5xx */
        readonly failures: number
        readonly p50: number | null
        readonly p95: number | null
      }
      /** @description Requests that may be open at once */
      readonly maxConcurrent?: number
      /** @description When the next of them is tried */
      readonly nextTryAt?: string
      /** @description Requests on the wire */
      readonly open: number
      /** @description Nothing is sent to it */
      readonly paused: boolean
      /** @description Requests that may begin in any span of a second */
      readonly ratePerSecond?: number
      readonly reason?: string
      /** @description Since when its circuit is open (half-open counts with it), or closed again */
      readonly since?: string
      /** @enum {string} */
      readonly state: "closed" | "open" | "half-open"
      /** @description Runs that wait for it */
      readonly waiting: number
    }
    readonly PartnerRequest: {
      readonly maxConcurrent?: number | null
      readonly paused?: boolean | null
      readonly ratePerSecond?: number | null
      readonly reason?: string | null
    }
    readonly PauseRequest: {
      readonly reason: string
    }
    readonly PipelineMatchFailedEncoded: {
      readonly detail?: string
      readonly errors: readonly {
        readonly message: string
        readonly path: string
      }[]
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 422
      /** @enum {string} */
      readonly title?: "A pipeline could not be matched"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:pipeline-match-failed"
    }
    readonly PlannedRequest: {
      readonly answered: boolean
      readonly body: unknown
      readonly delivery?: boolean
      readonly endpoint: string
      readonly headers: {
        readonly [key: string]: string
      }
      readonly method: string
    }
    readonly PlannedStep: {
      readonly dependsOn?: readonly string[]
      readonly error?: string
      readonly name: string
      /** @enum {string} */
      readonly phase: "steps" | "postProcessing" | "compensation"
      readonly reason: string
      readonly requests: readonly components["schemas"]["PlannedRequest"][]
      /** @enum {string} */
      readonly state: "pending" | "running" | "succeeded" | "warning" | "failed" | "skipped" | "cancelled" | "unknown"
      readonly stepId: string
    }
    readonly Plugin: {
      /** @enum {string} */
      readonly configuredIn: "options" | "step"
      readonly description: string
      readonly name: string
      readonly optionsSchema: unknown
    }
    readonly ProcessEvent: {
      readonly createdAt: string
      readonly durationMs?: number
      readonly eventId: string
      readonly failedSteps: number
      readonly finishedAt?: string
      readonly fromStep?: string
      readonly id: string
      readonly orderId: string
      readonly pipeline: {
        readonly name: string
        readonly version: number
      }
      readonly pluginErrorOutput: readonly {
        readonly message: string
        readonly name: string
      }[]
      readonly reason?: string
      readonly requestedBy?: string
      readonly retryOf?: string
      readonly retryReason?: string
      readonly shipmentId?: string
      readonly startedAt?: string
      /** @enum {string} */
      readonly state:
        | "queued"
        | "running"
        | "waiting"
        | "compensating"
        | "completed"
        | "failed"
        | "cancelled"
        | "compensation-failed"
      readonly steps: readonly components["schemas"]["Step"][]
    }
    readonly ProcessEventEncoded: string
    readonly ProcessEventSummary: {
      readonly createdAt: string
      /** @description The order's, as it is now */
      readonly customerEmail?: string
      readonly durationMs?: number
      readonly eventId: string
      /** @description The order's, as it is now */
      readonly externalId?: string
      /** @description The id of the step that failed last */
      readonly failedStep?: string
      readonly failedSteps: number
      readonly finishedAt?: string
      readonly fromStep?: string
      readonly id: string
      readonly orderId: string
      /** @description The host of that step's last callout, as in a URL */
      readonly partner?: string
      readonly pipeline: {
        readonly name: string
        readonly version: number
      }
      readonly reason?: string
      readonly requestedBy?: string
      /** @description The newest retry of this process event */
      readonly retriedBy?: string
      readonly retryOf?: string
      readonly retryReason?: string
      /** @description Of a run that ended badly: true once it was retried, resolved by hand, or its issue dealt with */
      readonly settled?: boolean
      readonly shipmentId?: string
      readonly startedAt?: string
      /** @enum {string} */
      readonly state:
        | "queued"
        | "running"
        | "waiting"
        | "compensating"
        | "completed"
        | "failed"
        | "cancelled"
        | "compensation-failed"
    }
    readonly QueueFullEncoded: {
      readonly detail?: string
      readonly instance?: string
      readonly retryAfterSeconds: number
      /** @enum {number} */
      readonly status?: 503
      /** @enum {string} */
      readonly title?: "Too much is waiting"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:queue-full"
    }
    readonly ReadOnlyEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 409
      /** @enum {string} */
      readonly title?: "The order is read-only"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:read-only"
    }
    readonly Receipt: {
      readonly eventId: string
      readonly orderId: string
      readonly processEventId: string
      /** @enum {string} */
      readonly state:
        | "queued"
        | "running"
        | "waiting"
        | "compensating"
        | "completed"
        | "failed"
        | "cancelled"
        | "compensation-failed"
    }
    readonly Replay: {
      readonly createdAt: string
      readonly endpointId: string
      readonly finishedAt?: string
      readonly id: string
      /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
      readonly missingCells?: readonly number[]
      readonly remaining: number
      readonly replayed: number
      readonly since: string
      /** @enum {string} */
      readonly state: "running" | "completed" | "cancelled"
      readonly states: readonly ("pending" | "delivered" | "exhausted" | "held" | "filtered" | "cancelled")[]
      readonly types?: readonly string[]
      readonly until: string
    }
    readonly RetryRefusedEncoded: {
      readonly detail?: string
      readonly errors: readonly {
        readonly message: string
        readonly path: string
      }[]
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 422
      /** @enum {string} */
      readonly title?: "The run cannot be retried like this"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:retry-refused"
    }
    readonly SettingsDocument: Record<string, unknown>
    readonly SettingsRefuseEncoded: {
      readonly detail?: string
      readonly errors: readonly {
        readonly message: string
        readonly path: string
      }[]
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 422
      /** @enum {string} */
      readonly title?: "The settings do not allow it"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:settings-refuse"
    }
    readonly SimulatedRun: {
      readonly after: {
        /** @enum {string} */
        readonly state: "completed" | "failed" | "cancelled" | "compensation-failed"
      }
      readonly before?: {
        /** @enum {string} */
        readonly state: "completed" | "failed" | "cancelled" | "compensation-failed"
      }
      readonly differences: readonly components["schemas"]["StepDifference"][]
      readonly orderId: string
      readonly plan?: readonly components["schemas"]["PlannedStep"][]
      readonly processEventId?: string
      readonly same: boolean
      readonly unanswered: readonly string[]
    }
    readonly SimulationRequest: {
      readonly definition?: Record<string, unknown>
      readonly lastRuns?: number
      readonly order?: Record<string, unknown>
      readonly orderId?: string
      readonly orders?: readonly string[]
    }
    readonly Step: {
      readonly callouts: readonly {
        readonly attempt: number
        readonly callback?: boolean
        readonly durationMs: number
        readonly endpoint: string
        readonly error?: {
          readonly code?: string
          readonly message: string
          readonly name: string
        }
        readonly id: string
        readonly idempotencyKey: string
        readonly orderVersion?: number
        /** @enum {string} */
        readonly outcome:
          | "succeeded"
          | "rejected"
          | "timed-out"
          | "cancelled"
          | "interrupted"
          | "unreachable"
          | "invalid-response"
        readonly patch?: readonly {
          readonly after?: unknown
          readonly before?: unknown
          readonly path: string
        }[]
        readonly probe?: boolean
        readonly request?: {
          readonly body: unknown
          readonly headers: {
            readonly [key: string]: string
          }
          readonly method: string
        }
        readonly response?: {
          readonly body: unknown
          readonly bodyBase64?: string
          readonly headers: {
            readonly [key: string]: string
          }
          readonly length?: number
          readonly status: number
          readonly truncated?: boolean
        }
        readonly startedAt: string
        readonly unknown?: boolean
      }[]
      readonly critical: boolean
      readonly durationMs?: number
      /** @description The results of effects that a custom plugin ran once, by name */
      readonly effects?: Record<string, unknown>
      readonly error?: {
        /** @enum {string} */
        readonly kind:
          | "rejected"
          | "timed-out"
          | "unreachable"
          | "invalid-response"
          | "cancelled"
          | "unprepared"
          | "unknown"
          | "defect"
        readonly message: string
        readonly name: string
      }
      readonly finishedAt?: string
      readonly id: string
      readonly index: number
      readonly name: string
      readonly output?: unknown
      /** @enum {string} */
      readonly phase: "steps" | "postProcessing" | "compensation"
      readonly reason?: string
      readonly reusedFrom?: string
      readonly startedAt?: string
      /** @enum {string} */
      readonly state: "pending" | "running" | "succeeded" | "warning" | "failed" | "skipped" | "cancelled"
    }
    readonly StepDifference: {
      readonly after?: unknown
      readonly before?: unknown
      /** @enum {string} */
      readonly kind: "added" | "removed" | "request" | "outcome"
      readonly stepId: string
    }
    readonly StoredSettings: {
      readonly createdAt: string
      readonly updatedAt: string
      readonly version: number
      readonly warnings?: readonly string[]
    } & {
      readonly [key: string]: unknown
    }
    readonly StoredSubscription: {
      readonly cancelledAt?: string
      readonly createdAt: string
      readonly customerId: string | null
      readonly entitlements: readonly components["schemas"]["Entitlement"][]
      readonly id: string
      /** @description The order that created it */
      readonly orderId: string
      /** @description The subscription to which an ADD_OFFER order added this one */
      readonly parentSubscriptionId?: string
      /** @enum {string} */
      readonly status: "active" | "cancelled"
      /** @description From 1, increased with each change */
      readonly version: number
    } & {
      readonly [key: string]: unknown
    }
    /** @description The seed's subscription, with its status and version */
    readonly Subscription: {
      readonly cancelledAt?: string
      readonly customerId: string | null
      readonly id: string
      /** @description The subscription to which an ADD_OFFER order added this one */
      readonly parentSubscriptionId?: string
      /** @enum {string} */
      readonly status: "active" | "cancelled"
      /** @description From 1, increased with each change */
      readonly version: number
    } & {
      readonly [key: string]: unknown
    }
    readonly SubscriptionVersion: {
      readonly after: components["schemas"]["Subscription"]
      readonly at: string
      readonly before: components["schemas"]["Subscription"] | null
      readonly cause: {
        readonly orderId: string
        /** @description Absent where the run is no longer kept */
        readonly processEventId?: string
      }
      readonly version: number
    }
    readonly TimelineEntry: {
      readonly action?: string
      readonly actor?: string
      readonly at: string
      readonly calloutId?: string
      /** @description The id of the entry that it follows from; a submission and an act have none */
      readonly cause?: string
      readonly deliveryId?: string
      /** @description How long it took; absent of what is open, and of what takes no time */
      readonly durationMs?: number
      readonly id: string
      /** @description The job that acted for the actor */
      readonly jobId?: string
      /** @enum {string} */
      readonly kind:
        | "submitted"
        | "version"
        | "run"
        | "step"
        | "callout"
        | "probe"
        | "callback"
        | "compensation"
        | "delivery"
        | "attempt"
        | "operator"
      readonly processEventId?: string
      readonly reason?: string
      readonly stepId?: string
      readonly summary: string
      readonly version?: number
    }
    readonly TooManyWrongKeysEncoded: {
      readonly detail?: string
      readonly instance?: string
      readonly retryAfterSeconds: number
      /** @enum {number} */
      readonly status?: 429
      /** @enum {string} */
      readonly title?: "Too many wrong keys"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:too-many-wrong-keys"
    }
    readonly UnauthorizedEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 401
      /** @enum {string} */
      readonly title?: "A key is needed"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:unauthorized"
    }
    readonly UnavailableEncoded: {
      readonly detail?: string
      readonly instance?: string
      readonly retryAfterSeconds: number
      /** @enum {number} */
      readonly status?: 503
      /** @enum {string} */
      readonly title?: "Not available at the moment"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:unavailable"
    }
    readonly UnsupportedMediaTypeEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 415
      /** @enum {string} */
      readonly title?: "The body is not JSON"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:unsupported-media-type"
    }
    readonly VersionMismatchEncoded: {
      readonly detail?: string
      readonly instance?: string
      /** @enum {number} */
      readonly status?: 412
      /** @enum {string} */
      readonly title?: "The stored version is another one"
      /** @enum {string} */
      readonly type: "urn:sluice:problem:version-mismatch"
    }
    readonly Why: {
      readonly chain: readonly components["schemas"]["WhyLink"][]
      readonly toldTo: readonly {
        readonly deliveredAt?: string
        readonly deliveryId: string
        readonly endpointId: string | null
      }[]
      readonly value?: unknown
      /** @description The version that brought the value */
      readonly version: number
    }
    readonly WhyLink: {
      readonly after?: unknown
      readonly at: string
      readonly before?: unknown
      /** @description Of a setting: the member or the expressions that the value comes from */
      readonly expression?: string
      readonly href: string
      readonly id: string
      /** @description Of an operator's act: the job that acted */
      readonly jobId?: string
      /** @enum {string} */
      readonly kind:
        | "submitted"
        | "version"
        | "run"
        | "step"
        | "callout"
        | "probe"
        | "callback"
        | "compensation"
        | "delivery"
        | "attempt"
        | "operator"
        | "setting"
      /** @description Of a setting: the pipeline */
      readonly name?: string
      /** @description Of a setting: who saved this version */
      readonly savedBy?: string
      readonly summary: string
      readonly version?: number
    }
  }
  responses: never
  parameters: never
  requestBodies: never
  headers: never
  pathItems: never
}
export type $defs = Record<string, never>
export interface operations {
  readonly "health.live": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            /** @enum {string} */
            readonly status: "ok"
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "health.ready": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            /** @description With SLUICE_CELLS alone */
            readonly cells?: readonly {
              readonly id: number
              /** @description The process that executes the cell's runs */
              readonly owner?: string
              /** @enum {string} */
              readonly state: "ok" | "away"
            }[]
            /**
             * @description degraded: with SLUICE_CELLS, a cell is away and another one takes orders
             * @enum {string}
             */
            readonly status: "ok" | "degraded"
            /** @description Settings that are disabled, as `connector billing: …` */
            readonly warnings?: readonly string[]
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "access.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Access */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Access"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "apiKeys.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["ApiKey"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "apiKeys.create": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["ApiKeyRequest"]
      }
    }
    readonly responses: {
      /** @description CreatedApiKey */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["CreatedApiKey"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "apiKeys.remove": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description <No Content> */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown
        }
        content?: never
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "audit.list": {
    readonly parameters: {
      readonly query?: {
        readonly action?:
          | "pipeline.create"
          | "pipeline.update"
          | "pipeline.delete"
          | "pipeline.pause"
          | "pipeline.resume"
          | "connector.create"
          | "connector.update"
          | "connector.delete"
          | "connector.test"
          | "auth_provider.create"
          | "auth_provider.update"
          | "auth_provider.delete"
          | "auth_provider.test"
          | "webhook_endpoint.create"
          | "webhook_endpoint.update"
          | "webhook_endpoint.delete"
          | "webhook_endpoint.rotate_secret"
          | "webhook_endpoint.test"
          | "webhook_endpoint.replay"
          | "api_key.create"
          | "api_key.update"
          | "api_key.delete"
          | "order.update"
          | "order.process"
          | "run.cancel"
          | "run.retry"
          | "run.cancel_many"
          | "run.retry_many"
          | "run.resolve_many"
          | "step.resolve"
          | "delivery.redeliver"
          | "partner.update"
          | "job.cancel"
          | "issue.acknowledge"
          | "issue.resolve"
          | "issue.retry"
          | "customer.erase"
        readonly actor?: string
        readonly createdAfter?: string
        readonly createdBefore?: string
        readonly cursor?: string
        readonly limit?: string
        readonly resource?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["AuditRecord"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "audit.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description AuditRecord */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["AuditRecord"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "authProviders.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["StoredSettings"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "authProviders.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "authProviders.put": {
    readonly parameters: {
      readonly query?: {
        readonly lenient?: "true" | "false"
      }
      readonly header?: {
        readonly "if-match"?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["SettingsDocument"]
      }
    }
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description StoredSettings */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description The settings do not allow it */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["SettingsRefuseEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "authProviders.remove": {
    readonly parameters: {
      readonly query?: never
      readonly header?: {
        readonly "if-match"?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description <No Content> */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown
        }
        content?: never
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The pipeline has open runs */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InUseEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "authProviders.testConnection": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["ConnectionTestRequest"]
      }
    }
    readonly responses: {
      /** @description ConnectionTest */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["ConnectionTest"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "callbacks.answer": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly token: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": unknown
      }
    }
    readonly responses: {
      /** @description CallbackReceipt */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["CallbackReceipt"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description It is not waited for any more */
      readonly 410: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["GoneEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "connectors.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["StoredSettings"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "connectors.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "connectors.put": {
    readonly parameters: {
      readonly query?: {
        readonly lenient?: "true" | "false"
      }
      readonly header?: {
        readonly "if-match"?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["SettingsDocument"]
      }
    }
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description StoredSettings */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description The settings do not allow it */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["SettingsRefuseEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "connectors.remove": {
    readonly parameters: {
      readonly query?: never
      readonly header?: {
        readonly "if-match"?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description <No Content> */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown
        }
        content?: never
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The pipeline has open runs */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InUseEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "connectors.testConnection": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["ConnectionTestRequest"]
      }
    }
    readonly responses: {
      /** @description ConnectionTest */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["ConnectionTest"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "customers.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["Customer"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "customers.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Customer */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Customer"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "personalData.erase": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": {
          readonly reason: string
        }
      }
    }
    readonly responses: {
      /** @description Job */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Job"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "personalData.export": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description CustomerExport */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["CustomerExport"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "deliveries.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly endpointId?: string
        readonly limit?: string
        readonly orderId?: string
        readonly state?: "pending" | "delivered" | "exhausted" | "held" | "filtered" | "cancelled"
        readonly type?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly {
              readonly attemptCount: number
              readonly blockedBy?: string
              readonly createdAt: string
              readonly endpointId: string | null
              readonly finishedAt?: string
              readonly id: string
              readonly messageId: string
              readonly nextAttemptAt?: string
              readonly orderId?: string
              readonly reason?: string
              readonly sequence: number
              /** @enum {string} */
              readonly state: "pending" | "delivered" | "exhausted" | "held" | "filtered" | "cancelled"
              readonly type: string
              readonly url?: string
              readonly waitReason?: string
            }[]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "deliveries.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Delivery */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Delivery"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "deliveries.redeliver": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Delivery */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Delivery"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "eventTypes.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["EventType"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "events.report": {
    readonly parameters: {
      readonly query?: never
      readonly header?: {
        readonly "idempotency-key"?: string
      }
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": {
          readonly data: Record<string, unknown>
          /** @enum {string} */
          readonly type: "checkout.initiated" | "cancel.attempted" | "payment_method.added" | "address.added"
        }
      }
    }
    readonly responses: {
      /** @description Success */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly eventId: string
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "issues.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
        readonly pipeline?: string
        readonly state?: "open" | "acknowledged" | "resolved"
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["Issue"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "issues.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Issue */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Issue"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "issues.acknowledge": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["IssueRequest"]
      }
    }
    readonly responses: {
      /** @description Issue */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Issue"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "issues.resolve": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["IssueRequest"]
      }
    }
    readonly responses: {
      /** @description Issue */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Issue"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "issues.retry": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["IssueRequest"]
      }
    }
    readonly responses: {
      /** @description Job */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Job"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "jobs.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly kind?: "retry" | "cancel" | "resolve" | "erase"
        readonly limit?: string
        readonly state?: "queued" | "running" | "completed" | "cancelled"
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["JobSummary"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "jobs.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Job */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Job"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "jobs.cancel": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Job */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Job"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "jobs.items": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["JobItem"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "orders.list": {
    readonly parameters: {
      readonly query?: {
        readonly createdAfter?: string
        readonly createdBefore?: string
        readonly cursor?: string
        readonly email?: string
        readonly externalId?: string
        readonly limit?: string
        readonly orderType?: string
        readonly q?: string
        readonly status?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["ListedOrder"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "orders.submit": {
    readonly parameters: {
      readonly query?: {
        readonly shipmentId?: string
      }
      readonly header?: {
        readonly "idempotency-key"?: string
        readonly prefer?: string
      }
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["OrderDocument"]
      }
    }
    readonly responses: {
      /** @description Finished */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Finished"]
        }
      }
      /** @description Receipt */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Receipt"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description No pipeline takes this order | A pipeline could not be matched */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json":
            | components["schemas"]["NoPipelineEncoded"]
            | components["schemas"]["PipelineMatchFailedEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Too much is waiting | Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json":
            | components["schemas"]["QueueFullEncoded"]
            | components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "orders.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Order */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Order"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "orders.edit": {
    readonly parameters: {
      readonly query?: never
      readonly header?: {
        readonly "if-match"?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["OrderDocument"]
      }
    }
    readonly responses: {
      /** @description Order */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Order"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The order is read-only */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ReadOnlyEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "orders.history": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly {
              readonly after?: unknown
              readonly at: string
              readonly before?: unknown
              readonly message: string
              readonly operation: string
              readonly operationId?: number
              readonly source: string
            }[]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "orders.process": {
    readonly parameters: {
      readonly query?: never
      readonly header?: {
        readonly "idempotency-key"?: string
        readonly prefer?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": {
          readonly pipeline?: string
          /** @description The run is about this shipment of the order */
          readonly shipmentId?: string
        }
      }
    }
    readonly responses: {
      /** @description Finished */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Finished"]
        }
      }
      /** @description Receipt */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Receipt"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description No pipeline takes this order | A pipeline could not be matched | The settings do not allow it */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json":
            | components["schemas"]["NoPipelineEncoded"]
            | components["schemas"]["PipelineMatchFailedEncoded"]
            | components["schemas"]["SettingsRefuseEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Too much is waiting | Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json":
            | components["schemas"]["QueueFullEncoded"]
            | components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "orders.timeline": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["TimelineEntry"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "orders.version": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
        readonly version: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Order */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Order"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "orders.why": {
    readonly parameters: {
      readonly query: {
        readonly path: string
        readonly version?: string
      }
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Why */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Why"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "overview.get": {
    readonly parameters: {
      readonly query?: {
        readonly window?: "10m" | "1h" | "24h"
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Overview */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Overview"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "partners.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["Partner"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "partners.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly host: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Partner */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Partner"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "partners.put": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly host: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["PartnerRequest"]
      }
    }
    readonly responses: {
      /** @description Partner */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Partner"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "partners.reset": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly host: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Partner */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Partner"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "pipelines.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["StoredSettings"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "pipelines.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "pipelines.put": {
    readonly parameters: {
      readonly query?: {
        readonly lenient?: "true" | "false"
      }
      readonly header?: {
        readonly "if-match"?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["SettingsDocument"]
      }
    }
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description StoredSettings */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description The settings do not allow it */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["SettingsRefuseEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "pipelines.remove": {
    readonly parameters: {
      readonly query?: never
      readonly header?: {
        readonly "if-match"?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description <No Content> */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown
        }
        content?: never
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The pipeline has open runs */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InUseEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "pipelines.pause": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["PauseRequest"]
      }
    }
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "pipelines.resume": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["PauseRequest"]
      }
    }
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "pipelines.simulate": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["SimulationRequest"]
      }
    }
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["SimulatedRun"][]
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "pipelines.versions": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["StoredSettings"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "pipelines.version": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
        readonly version: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "plugins.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["Plugin"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "processEvents.list": {
    readonly parameters: {
      readonly query?: {
        readonly createdAfter?: string
        readonly createdBefore?: string
        readonly cursor?: string
        readonly email?: string
        readonly errorsOnly?: "true" | "false"
        readonly limit?: string
        readonly orderId?: string
        readonly outcome?:
          | "succeeded"
          | "rejected"
          | "timed-out"
          | "cancelled"
          | "interrupted"
          | "unreachable"
          | "invalid-response"
        readonly partner?: string
        readonly pipeline?: string
        readonly q?: string
        readonly settled?: "true" | "false"
        readonly state?:
          | "queued"
          | "running"
          | "waiting"
          | "compensating"
          | "completed"
          | "failed"
          | "cancelled"
          | "compensation-failed"
        readonly step?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["ProcessEventSummary"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "processEvents.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description ProcessEvent */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["ProcessEvent"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "processEvents.callout": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly calloutId: string
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly attempt: number
            readonly callback?: boolean
            readonly durationMs: number
            readonly endpoint: string
            readonly error?: {
              readonly code?: string
              readonly message: string
              readonly name: string
            }
            readonly id: string
            readonly idempotencyKey: string
            readonly orderVersion?: number
            /** @enum {string} */
            readonly outcome:
              | "succeeded"
              | "rejected"
              | "timed-out"
              | "cancelled"
              | "interrupted"
              | "unreachable"
              | "invalid-response"
            readonly patch?: readonly {
              readonly after?: unknown
              readonly before?: unknown
              readonly path: string
            }[]
            readonly probe?: boolean
            readonly request?: {
              readonly body: unknown
              readonly headers: {
                readonly [key: string]: string
              }
              readonly method: string
            }
            readonly response?: {
              readonly body: unknown
              readonly bodyBase64?: string
              readonly headers: {
                readonly [key: string]: string
              }
              readonly length?: number
              readonly status: number
              readonly truncated?: boolean
            }
            readonly startedAt: string
            readonly unknown?: boolean
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "processEvents.cancel": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["CancelRequest"]
      }
    }
    readonly responses: {
      /** @description ProcessEvent */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["ProcessEvent"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "retries.retry": {
    readonly parameters: {
      readonly query?: never
      readonly header?: {
        readonly "idempotency-key"?: string
        readonly prefer?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": {
          /** @description The step to go on at; absent: where the run stopped */
          readonly from?: string
          /** @description Send under a new Idempotency-Key although the outcome of the earlier request is unknown */
          readonly newKey?: boolean
          /** @enum {string} */
          readonly pipeline?: "original" | "current"
          readonly reason?: string
        }
      }
    }
    readonly responses: {
      /** @description Finished */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Finished"]
        }
      }
      /** @description Receipt */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Receipt"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description The run cannot be retried like this */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["RetryRefusedEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Too much is waiting | Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json":
            | components["schemas"]["QueueFullEncoded"]
            | components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "retries.resolve": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
        readonly stepId: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": {
          /** @description What later steps see as the step's output */
          readonly output?: unknown
          readonly reason: string
        }
      }
    }
    readonly responses: {
      /** @description ProcessEvent */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["ProcessEvent"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "processEvents.stream": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "text/event-stream": {
            readonly data: components["schemas"]["ProcessEventEncoded"]
            readonly event: string
            readonly id?: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "jobs.cancelMany": {
    readonly parameters: {
      readonly query?: {
        readonly dryRun?: "true" | "false"
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": {
          readonly compensate?: boolean
          readonly filter: components["schemas"]["JobFilter"]
          readonly reason: string
        }
      }
    }
    readonly responses: {
      /** @description Matches */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Matches"]
        }
      }
      /** @description Job */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Job"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "jobs.resolveMany": {
    readonly parameters: {
      readonly query?: {
        readonly dryRun?: "true" | "false"
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": {
          readonly filter: components["schemas"]["JobFilter"]
          /** @description What later steps see as the step's output */
          readonly output?: unknown
          readonly reason: string
          /** @description The step to settle; absent: every failed one */
          readonly stepId?: string
        }
      }
    }
    readonly responses: {
      /** @description Matches */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Matches"]
        }
      }
      /** @description Job */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Job"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "jobs.retryMany": {
    readonly parameters: {
      readonly query?: {
        readonly dryRun?: "true" | "false"
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": {
          readonly filter: components["schemas"]["JobFilter"]
          readonly newKey?: boolean
          /** @enum {string} */
          readonly pipeline?: "original" | "current"
          readonly reason: string
        }
      }
    }
    readonly responses: {
      /** @description Matches */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Matches"]
        }
      }
      /** @description Job */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Job"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "subscriptions.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly customerId?: string
        readonly limit?: string
        readonly orderId?: string
        readonly status?: "active" | "cancelled"
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["StoredSubscription"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "subscriptions.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description StoredSubscription */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSubscription"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "subscriptions.history": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["SubscriptionVersion"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.list": {
    readonly parameters: {
      readonly query?: {
        readonly cursor?: string
        readonly limit?: string
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Success */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": {
            readonly items: readonly components["schemas"]["StoredSettings"][]
            /** @description With SLUICE_CELLS alone: the cells that are away, and whose part of the answer is missing */
            readonly missingCells?: readonly number[]
            readonly nextCursor: string | null
          }
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.create": {
    readonly parameters: {
      readonly query?: {
        readonly lenient?: "true" | "false"
      }
      readonly header?: never
      readonly path?: never
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["SettingsDocument"]
      }
    }
    readonly responses: {
      /** @description StoredSettings */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description The settings do not allow it */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["SettingsRefuseEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.get": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.put": {
    readonly parameters: {
      readonly query?: {
        readonly lenient?: "true" | "false"
      }
      readonly header?: {
        readonly "if-match"?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["SettingsDocument"]
      }
    }
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description StoredSettings */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description The settings do not allow it */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["SettingsRefuseEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.remove": {
    readonly parameters: {
      readonly query?: never
      readonly header?: {
        readonly "if-match"?: string
      }
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description <No Content> */
      readonly 204: {
        headers: {
          readonly [name: string]: unknown
        }
        content?: never
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The pipeline has open runs */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InUseEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.feed": {
    readonly parameters: {
      readonly query?: {
        readonly after?: string
        readonly wait?: string
      }
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description FeedPage */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["FeedPage"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.replay": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody: {
      readonly content: {
        readonly "application/json": {
          readonly since: string
          readonly states?: readonly ("pending" | "delivered" | "exhausted" | "held" | "filtered" | "cancelled")[]
          readonly types?: readonly string[]
          readonly until?: string
        }
      }
    }
    readonly responses: {
      /** @description Replay */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Replay"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The request contradicts what is stored */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ConflictEncoded"]
        }
      }
      /** @description The body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["BodyTooLargeEncoded"]
        }
      }
      /** @description The body is not JSON */
      readonly 415: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnsupportedMediaTypeEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.getReplay": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
        readonly replayId: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Replay */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Replay"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.cancelReplay": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
        readonly replayId: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Replay */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Replay"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.rotateSecret": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description StoredSettings */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["StoredSettings"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description The stored version is another one */
      readonly 412: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["VersionMismatchEncoded"]
        }
      }
      /** @description The settings do not allow it */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["SettingsRefuseEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
  readonly "webhookEndpoints.test": {
    readonly parameters: {
      readonly query?: never
      readonly header?: never
      readonly path: {
        readonly id: string
      }
      readonly cookie?: never
    }
    readonly requestBody?: never
    readonly responses: {
      /** @description Delivery */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/json": components["schemas"]["Delivery"]
        }
      }
      /** @description The request is not valid */
      readonly 400: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InvalidRequestEncoded"]
        }
      }
      /** @description A key is needed */
      readonly 401: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnauthorizedEncoded"]
        }
      }
      /** @description The key may not do this */
      readonly 403: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["ForbiddenEncoded"]
        }
      }
      /** @description There is nothing here */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["NotFoundEncoded"]
        }
      }
      /** @description Too many wrong keys */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["TooManyWrongKeysEncoded"]
        }
      }
      /** @description The server failed */
      readonly 500: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["InternalFaultEncoded"]
        }
      }
      /** @description Not available at the moment */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown
        }
        content: {
          readonly "application/problem+json": components["schemas"]["UnavailableEncoded"]
        }
      }
    }
  }
}
