/**
 * The routes: every page by its path. A page is a chunk of its own, fetched when it is opened. To add one, write the
 * page under `pages/`, give it a route here and, for the navigation rail, an entry in `Navigation.ts`.
 */
import { createRoute, createRouter, type ErrorComponentProps, lazyRouteComponent } from "@tanstack/react-router"
import { useEffect, useRef } from "react"
import { lost, useOutage } from "../api/Connection.ts"
import { NotFound } from "../components/feedback/NotFound.tsx"
import { Failure, isMissingPart, Loading } from "../components/feedback/Notice.tsx"
import {
  auditSearch,
  deliverySearch,
  issueSearch,
  jobSearch,
  orderSearch,
  overviewSearch,
  parseSearch,
  picked,
  runSearch,
  stringifySearch,
  subscriptionSearch
} from "../url/Filters.ts"
import { rootRoute } from "./Root.ts"
import { settingsRoutes } from "./SettingsRoutes.ts"

const issues = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: issueSearch,
  component: lazyRouteComponent(() => import("../pages/issues/IssuesPage.tsx"), "IssuesPage")
})

const issue = createRoute({
  getParentRoute: () => rootRoute,
  path: "/issues/$id",
  component: lazyRouteComponent(() => import("../pages/issues/IssuePage.tsx"), "IssuePage")
})

const overview = createRoute({
  getParentRoute: () => rootRoute,
  path: "/overview",
  validateSearch: overviewSearch,
  component: lazyRouteComponent(() => import("../pages/overview/OverviewPage.tsx"), "OverviewPage")
})

const orders = createRoute({
  getParentRoute: () => rootRoute,
  path: "/orders",
  validateSearch: orderSearch,
  component: lazyRouteComponent(() => import("../pages/orders/OrdersPage.tsx"), "OrdersPage")
})

const order = createRoute({
  getParentRoute: () => rootRoute,
  path: "/orders/$id",
  validateSearch: (search) => picked(["tab", "version"], search),
  component: lazyRouteComponent(() => import("../pages/orders/OrderPage.tsx"), "OrderPage")
})

const processEvents = createRoute({
  getParentRoute: () => rootRoute,
  path: "/process-events",
  validateSearch: runSearch,
  component: lazyRouteComponent(() => import("../pages/processEvents/ProcessEventsPage.tsx"), "ProcessEventsPage")
})

const processEvent = createRoute({
  getParentRoute: () => rootRoute,
  path: "/process-events/$id",
  validateSearch: (search) => picked(["tab", "step", "callout"], search),
  component: lazyRouteComponent(() => import("../pages/processEvent/ProcessEventPage.tsx"), "ProcessEventPage")
})

const jobs = createRoute({
  getParentRoute: () => rootRoute,
  path: "/jobs",
  validateSearch: jobSearch,
  component: lazyRouteComponent(() => import("../pages/jobs/JobsPage.tsx"), "JobsPage")
})

const job = createRoute({
  getParentRoute: () => rootRoute,
  path: "/jobs/$id",
  component: lazyRouteComponent(() => import("../pages/jobs/JobPage.tsx"), "JobPage")
})

const partners = createRoute({
  getParentRoute: () => rootRoute,
  path: "/partners",
  component: lazyRouteComponent(() => import("../pages/partners/PartnersPage.tsx"), "PartnersPage")
})

const partner = createRoute({
  getParentRoute: () => rootRoute,
  path: "/partners/$host",
  component: lazyRouteComponent(() => import("../pages/partners/PartnerPage.tsx"), "PartnerPage")
})

const deliveries = createRoute({
  getParentRoute: () => rootRoute,
  path: "/deliveries",
  validateSearch: deliverySearch,
  component: lazyRouteComponent(() => import("../pages/deliveries/DeliveriesPage.tsx"), "DeliveriesPage")
})

const delivery = createRoute({
  getParentRoute: () => rootRoute,
  path: "/deliveries/$id",
  component: lazyRouteComponent(() => import("../pages/deliveries/DeliveryPage.tsx"), "DeliveryPage")
})

const customers = createRoute({
  getParentRoute: () => rootRoute,
  path: "/customers",
  component: lazyRouteComponent(() => import("../pages/customers/CustomersPage.tsx"), "CustomersPage")
})

const customer = createRoute({
  getParentRoute: () => rootRoute,
  path: "/customers/$id",
  component: lazyRouteComponent(() => import("../pages/customers/CustomerPage.tsx"), "CustomerPage")
})

const subscriptions = createRoute({
  getParentRoute: () => rootRoute,
  path: "/subscriptions",
  validateSearch: subscriptionSearch,
  component: lazyRouteComponent(() => import("../pages/customers/SubscriptionsPage.tsx"), "SubscriptionsPage")
})

const subscription = createRoute({
  getParentRoute: () => rootRoute,
  path: "/subscriptions/$id",
  component: lazyRouteComponent(() => import("../pages/customers/SubscriptionPage.tsx"), "SubscriptionPage")
})

const apiKeys = createRoute({
  getParentRoute: () => rootRoute,
  path: "/api-keys",
  component: lazyRouteComponent(() => import("../pages/administration/ApiKeysPage.tsx"), "ApiKeysPage")
})

const audit = createRoute({
  getParentRoute: () => rootRoute,
  path: "/audit",
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import("../pages/administration/AuditPage.tsx"), "AuditPage")
})

const auditRecord = createRoute({
  getParentRoute: () => rootRoute,
  path: "/audit/$id",
  component: lazyRouteComponent(() => import("../pages/administration/AuditRecordPage.tsx"), "AuditRecordPage")
})

/** A page whose code could not be fetched is loaded anew once the server is there again. */
const PageFailure = ({ error, reset }: ErrorComponentProps) => {
  const isMissing = isMissingPart(error)
  const isAway = useOutage() !== undefined
  const wasAway = useRef(false)
  useEffect(() => {
    if (isMissing && !wasAway.current) lost("server")
    if (isAway) wasAway.current = true
    else if (isMissing && wasAway.current) location.reload()
  }, [isMissing, isAway])
  return <Failure error={error} retry={reset} />
}

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    issues,
    issue,
    overview,
    orders,
    order,
    processEvents,
    processEvent,
    jobs,
    job,
    partners,
    partner,
    deliveries,
    delivery,
    customers,
    customer,
    subscriptions,
    subscription,
    apiKeys,
    audit,
    auditRecord,
    ...settingsRoutes
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: () => <Loading what="the page" />,
  defaultErrorComponent: PageFailure,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true
})

declare module "@tanstack/react-router" {
  interface Register {
    readonly router: typeof router
  }
}
