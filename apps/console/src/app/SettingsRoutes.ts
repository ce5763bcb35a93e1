/** The pages of settings by their paths. Each is a chunk of its own; the editor is another, fetched by those that edit. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router"
import { picked } from "../url/Filters.ts"
import { rootRoute } from "./Root.ts"

const pipelines = createRoute({
  getParentRoute: () => rootRoute,
  path: "/pipelines",
  component: lazyRouteComponent(() => import("../pages/settings/pipelines/PipelinesPage.tsx"), "PipelinesPage")
})

const pipeline = createRoute({
  getParentRoute: () => rootRoute,
  path: "/pipelines/$id",
  validateSearch: (search) => picked(["tab", "from", "to"], search),
  component: lazyRouteComponent(() => import("../pages/settings/pipelines/PipelinePage.tsx"), "PipelinePage")
})

const connectors = createRoute({
  getParentRoute: () => rootRoute,
  path: "/connectors",
  component: lazyRouteComponent(() => import("../pages/settings/partners/ConnectorsPage.tsx"), "ConnectorsPage")
})

const connector = createRoute({
  getParentRoute: () => rootRoute,
  path: "/connectors/$id",
  component: lazyRouteComponent(() => import("../pages/settings/partners/ConnectorPage.tsx"), "ConnectorPage")
})

const authProviders = createRoute({
  getParentRoute: () => rootRoute,
  path: "/auth-providers",
  component: lazyRouteComponent(() => import("../pages/settings/partners/AuthProvidersPage.tsx"), "AuthProvidersPage")
})

const authProvider = createRoute({
  getParentRoute: () => rootRoute,
  path: "/auth-providers/$id",
  component: lazyRouteComponent(() => import("../pages/settings/partners/AuthProviderPage.tsx"), "AuthProviderPage")
})

const webhookEndpoints = createRoute({
  getParentRoute: () => rootRoute,
  path: "/webhook-endpoints",
  component: lazyRouteComponent(
    () => import("../pages/settings/endpoints/WebhookEndpointsPage.tsx"),
    "WebhookEndpointsPage"
  )
})

const webhookEndpoint = createRoute({
  getParentRoute: () => rootRoute,
  path: "/webhook-endpoints/$id",
  validateSearch: (search) => picked(["tab", "replay"], search),
  component: lazyRouteComponent(
    () => import("../pages/settings/endpoints/WebhookEndpointPage.tsx"),
    "WebhookEndpointPage"
  )
})

const notifications = createRoute({
  getParentRoute: () => rootRoute,
  path: "/notifications",
  component: lazyRouteComponent(() => import("../pages/notifications/NotificationsPage.tsx"), "NotificationsPage")
})

const newSetting = createRoute({
  getParentRoute: () => rootRoute,
  path: "/new/$kind",
  component: lazyRouteComponent(() => import("../pages/settings/NewSettingPage.tsx"), "NewSettingPage")
})

export const settingsRoutes = [
  pipelines,
  pipeline,
  connectors,
  connector,
  authProviders,
  authProvider,
  webhookEndpoints,
  webhookEndpoint,
  notifications,
  newSetting
] as const
