/** The pipeline and the secrets of the comparison, for Sluice's own server. */
import { completedStatus, orderType, pipelineName, steps } from "../Order.ts"

/** As a settings file says it. */
export const settings = (partnerUrl: string) => ({
  pipelines: [{
    name: pipelineName,
    match: { orderTypes: [orderType] },
    completedStatus,
    steps: steps.map((id) => ({
      name: "calloutPlugin",
      id,
      critical: true,
      options: { endpoint: `${partnerUrl}/${id}`, shouldRejectOn: { status: [400, 404, 500] } }
    }))
  }],
  authProviders: [
    {
      name: "billing",
      domain: "billing.example.com",
      type: "basic",
      username: "sluice",
      password: "correct horse staple"
    },
    { name: "crm", domain: "crm.example.com", type: "bearer", token: "tok_live_51H8xjE2KfQ7wz" }
  ]
})
