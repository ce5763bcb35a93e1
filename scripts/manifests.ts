/**
 * Checks `deploy/kubernetes` without a cluster, against the schema of Kubernetes' API that `kubernetes-models` carries
 * (`pnpm manifests:check`). The package's types refuse unknown members and its validators wrong values; what the documents
 * say of each other is compared here. Faults that are planted into copies must all be found. Installs the package into a
 * folder of its own: no clone is to carry it.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import process from "node:process"
import { pathToFileURL } from "node:url"
import { ran } from "./packages/Packages.ts"

const manifests = "deploy/kubernetes"
const installed = { "kubernetes-models": "5.1.0", yaml: "2.9.1" }

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [member: string]: Json }
type Document = { readonly [member: string]: Json }

interface Faults {
  /** The name of the file that a document or its planted copy is compiled from, to its faults. */
  readonly [name: string]: ReadonlyArray<string>
}

/** A member below a document, by names and indices. */
const at = (document: Json | undefined, ...path: ReadonlyArray<string | number>): Json | undefined =>
  path.reduce<Json | undefined>(
    (value, name) =>
      typeof value === "object" && value !== null
        ? (value as Readonly<Record<string, Json>>)[name]
        : undefined,
    document
  )

const nameOf = (document: Document): string => `${String(document["kind"])} ${String(at(document, "metadata", "name"))}`

/** The module of the package that a document's kind stands in: `apps/v1/Deployment`. */
const moduleOf = (document: Document): string => `${String(document["apiVersion"])}/${String(document["kind"])}`

const directory = mkdtempSync(join(tmpdir(), "sluice-manifests-"))

const install = async (): Promise<void> => {
  writeFileSync(
    join(directory, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies: installed })
  )
  await ran(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=5", "--loglevel=error"],
    {
      cwd: directory
    }
  )
}

const readAll = (parse: (text: string) => ReadonlyArray<Document>) => {
  const read = (file: string) => parse(readFileSync(join(manifests, file), "utf8"))
  const files = readdirSync(manifests).filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml")
  const [kustomization = {}] = read("kustomization.yaml")
  return { files, kustomization, documents: files.flatMap(read) }
}

/** Compiles each document as a literal of its interface: what the interface does not know is an error. */
const compiled = async (documents: ReadonlyMap<string, Document>): Promise<Faults> => {
  const source = join(directory, "src")
  rmSync(source, { recursive: true, force: true })
  mkdirSync(source)
  for (const [name, document] of documents) {
    const kind = String(document["kind"])
    const text = `import type { I${kind} } from "kubernetes-models/${moduleOf(document)}"\n` +
      `export const document: I${kind} = ${JSON.stringify(document, undefined, 1)}\n`
    writeFileSync(join(source, `${name}.ts`), text)
  }
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", ""]
  const files = [...documents.keys()].map((name) => `src/${name}.ts`)
  const said = await ran(resolve("node_modules/.bin/tsc"), [...options, ...files], { cwd: directory }).catch((error) =>
    String(error)
  )
  return Object.fromEntries(
    [...documents.keys()].map((name) => [name, said.split("\n").filter((line) => line.startsWith(`src/${name}.ts`))])
  )
}

/** The complaints of the validator of a document's kind about its values. */
const validated = async (document: Document): Promise<ReadonlyArray<string>> => {
  const kind = String(document["kind"])
  const path = join(directory, "node_modules", "kubernetes-models", `${moduleOf(document)}.js`)
  const Model = (await import(pathToFileURL(path).href))[kind] as new(
    data: Document
  ) => { readonly validate: () => void }
  try {
    new Model(document).validate()
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

const holds = (labels: Json | undefined, selector: Json | undefined): boolean =>
  typeof selector === "object" && selector !== null &&
  Object.entries(selector).every(([label, value]) => at(labels, label) === value)

/** References between documents that lead nowhere, which the schema cannot know. */
const unmet = (documents: ReadonlyArray<Document>): ReadonlyArray<string> => {
  const deployments = documents.filter(({ kind }) => kind === "Deployment")
  const selects = (selector: Json | undefined) =>
    deployments.some((one) => holds(at(one, "spec", "template", "metadata", "labels"), selector))
  const ports = deployments.flatMap((one) =>
    (at(one, "spec", "template", "spec", "containers", 0, "ports") as ReadonlyArray<Json> | undefined ?? [])
      .map((port) => at(port, "name"))
  )
  return documents.flatMap((document) => {
    const selector = at(document, "spec", "selector")
    const faults: Array<string> = []
    if (document["kind"] === "Service") {
      if (!selects(selector)) faults.push("selects no pods")
      if (!ports.includes(at(document, "spec", "ports", 0, "targetPort") ?? null)) {
        faults.push("its targetPort is no port")
      }
    }
    if (document["kind"] === "PodDisruptionBudget" && !selects(at(selector, "matchLabels"))) {
      faults.push("selects no pods")
    }
    if (
      document["kind"] === "Deployment" &&
      !holds(at(document, "spec", "template", "metadata", "labels"), at(selector, "matchLabels"))
    ) faults.push("does not select its own pods")
    if (
      document["kind"] === "HorizontalPodAutoscaler" &&
      !deployments.some((one) => at(one, "metadata", "name") === at(document, "spec", "scaleTargetRef", "name"))
    ) faults.push("scales nothing that is here")
    return faults.map((fault) => `${nameOf(document)} ${fault}`)
  })
}

/** One planted fault: the kind that it is planted into, where, and the value; `undefined` takes the member away. */
const planted: ReadonlyArray<readonly [kind: string, path: ReadonlyArray<string | number>, value: Json | undefined]> = [
  ["Deployment", ["spec", "template", "spec", "containers", 0, "securityContext", "readOnlyRootFilesystm"], true],
  ["Deployment", ["spec", "template", "spec", "containers", 0, "ports", 0, "containerPort"], "8080"],
  ["Deployment", ["spec", "template", "spec", "containers", 0, "name"], undefined],
  ["Deployment", ["spec", "template", "spec", "terminationGracePeriod"], 40],
  ["Deployment", ["spec", "selector"], undefined],
  ["Deployment", ["spec", "template", "metadata", "labels"], { "app.kubernetes.io/name": "another" }],
  ["HorizontalPodAutoscaler", ["spec", "metrics", 0, "external", "target", "type"], undefined],
  ["HorizontalPodAutoscaler", ["spec", "maxReplicas"], "8"],
  ["HorizontalPodAutoscaler", ["spec", "scaleTargetRef", "name"], "sluice"],
  ["PodDisruptionBudget", ["spec", "maxUnavailible"], 1],
  ["Service", ["spec", "ports", 0, "targetPort"], "web"],
  ["Service", ["spec", "selector"], { "app.kubernetes.io/name": "another" }]
]

/** A copy with a member set, or taken away. */
const changed = (value: Json, [name = "", ...rest]: ReadonlyArray<string | number>, to: Json | undefined): Json => {
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, Json>
  const next = rest.length === 0 ? to : changed(copy[name] ?? {}, rest, to)
  if (next === undefined) delete copy[name]
  else copy[name] = next
  return copy as Json
}

/** The faults of several sets of documents, by the name of the set. */
const faultsOf = async (sets: ReadonlyMap<string, ReadonlyArray<Document>>): Promise<Faults> => {
  const all = new Map([...sets].flatMap(([name, set]) => set.map((one, index) => [`${name}-${index}`, one] as const)))
  const refused = await compiled(all)
  const faults: Record<string, ReadonlyArray<string>> = {}
  for (const [name, set] of sets) {
    const values = await Promise.all(set.map(validated))
    const schema = set.map((
      document,
      index
    ) => [nameOf(document), refused[`${name}-${index}`] ?? [], values[index] ?? []])
    faults[name] = [
      ...schema.flatMap(([who, types, said]) => [...types ?? [], ...said ?? []].map((one) => `${String(who)}: ${one}`)),
      ...unmet(set)
    ]
  }
  return faults
}

const check = async (): Promise<ReadonlyArray<string>> => {
  await install()
  symlinkSync(resolve("node_modules/typescript"), join(directory, "node_modules", "typescript"))
  const yaml = createRequire(join(directory, "package.json")).resolve("yaml")
  const { parseAllDocuments } = await import(pathToFileURL(yaml).href) as {
    readonly parseAllDocuments: (text: string, options: object) => ReadonlyArray<{ readonly toJS: () => Document }>
  }
  const { documents, files, kustomization } = readAll((text) =>
    parseAllDocuments(text, { merge: false }).map((one) => one.toJS())
  )
  const named = [...at(kustomization, "resources") as ReadonlyArray<string>].toSorted()
  const listed = named.join() === files.toSorted().join()
    ? []
    : [`kustomization.yaml lists ${named.join(", ")}, and there are ${files.join(", ")}`]
  const copies = planted.map(([kind, path, value], index) => {
    const place = documents.findIndex((one) => one["kind"] === kind)
    const copy = documents.with(place, changed(documents[place] ?? {}, path, value) as Document)
    return [`planted${index}`, copy] as const
  })
  const faults = await faultsOf(new Map([["manifests", documents], ...copies]))
  const missed = planted.flatMap(([kind, path], index) =>
    (faults[`planted${index}`] ?? []).length === 0
      ? [`a fault planted at ${kind} /${path.join("/")} was not found`]
      : []
  )
  process.stdout.write(`${documents.length} documents, ${planted.length - missed.length} planted faults found\n`)
  return [...listed, ...faults["manifests"] ?? [], ...missed]
}

try {
  const faults = await check()
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  if (faults.length > 0) process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}
