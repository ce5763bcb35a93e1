/** One exchange on its way through undici: collects the answer, settles once, and gives its connection back. */
import type { ParsedUrl } from "@sluice/domain/internal/decode/Url"
import { Effect } from "effect"
import type { Dispatcher } from "undici"
import {
  type OutboundError,
  type OutboundRequest,
  type OutboundResponse,
  OutboundTimedOut,
  OutboundUnreadable
} from "../Outbound.ts"
import { announcedLengthOf, type BodyListener, BoundedBody, defaultMaxBytes } from "./BoundedBody.ts"
import type { ConnectionPool, Ticket } from "./ConnectionPool.ts"
import { isLostConnection, outboundError } from "./NetworkFailure.ts"
import { sendable } from "./RequestHeaders.ts"

type Resume = (effect: Effect.Effect<OutboundResponse, OutboundError>) => void

export class UndiciRequest implements Dispatcher.DispatchHandler, BodyListener {
  readonly #pool: ConnectionPool
  readonly #host: string
  readonly #maxBytes: number
  readonly #resume: Resume
  readonly #onSending: (() => void) | undefined
  readonly #ticket: Ticket
  #controller: Dispatcher.DispatchController | undefined
  #status: number | undefined
  #headers: Record<string, string> = {}
  #announcedLength: number | undefined
  #body: BoundedBody | undefined
  /** True if the answer is complete, so that its connection can be reused. */
  #ended = false
  #settled = false

  constructor(pool: ConnectionPool, url: ParsedUrl, request: OutboundRequest, resume: Resume) {
    this.#pool = pool
    this.#host = url.host
    this.#maxBytes = request.maxBytes ?? defaultMaxBytes
    this.#resume = resume
    this.#onSending = request.onSending
    this.#ticket = pool.acquire(url.origin, url.protocol === "https:" ? request.tls : undefined, {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: sendable(request.headers),
      body: request.body ?? null
    }, this)
  }

  /** The timer has run out. */
  expire(): void {
    if (this.#settled) return
    const { sent } = this
    this.cancel()
    this.#resume(Effect.fail(new OutboundTimedOut({ sent })))
  }

  /** Cancels the exchange: its connection is closed at once. */
  cancel(): void {
    if (this.#settled) return
    this.#settled = true
    this.#body?.destroy()
    this.#pool.withdraw(this.#ticket)
  }

  private get sent(): boolean {
    return this.#controller !== undefined
  }

  /**
   * Settles the exchange outside of undici's parser: the result may start the next exchange, and the parser must not be
   * entered again from within.
   */
  #settle(ending: Effect.Effect<OutboundResponse, OutboundError>): void {
    if (this.#settled) return
    this.#settled = true
    queueMicrotask(() => {
      if (this.#ended) this.#pool.release(this.#ticket)
      else this.#pool.withdraw(this.#ticket)
      this.#resume(ending)
    })
  }

  #fail(error: OutboundError): void {
    this.#body?.destroy()
    this.#settle(Effect.fail(error))
  }

  /** undici writes the head of the request right after this call. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#pool.begin(this.#ticket)
    this.#onSending?.()
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | Array<string> | undefined>
  ): void {
    // 1xx: the answer is still to come.
    if (status < 200 || this.#settled) return
    this.#status = status
    for (const name of Object.keys(headers)) {
      const value = headers[name]
      if (value !== undefined) this.#headers[name] = typeof value === "string" ? value : value.join(", ")
    }
    this.#announcedLength = announcedLengthOf(this.#headers)
    const head = { announcedLength: this.#announcedLength, contentEncoding: this.#headers["content-encoding"] }
    this.#body = new BoundedBody(head, this.#maxBytes, this)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const body = this.#body
    if (this.#settled || body === undefined) return
    if (!body.write(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    this.#ended = true
    this.#body?.end()
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#settled) return
    // undici calls from within the connection's own end: the new one waits until that is over.
    if (!this.sent && isLostConnection(error)) return queueMicrotask(() => this.#replace(error))
    this.#fail(outboundError(error, { host: this.#host, sent: this.sent, status: this.#status }))
  }

  #replace(error: Error): void {
    if (this.#settled || this.#pool.replace(this.#ticket)) return
    this.#fail(outboundError(error, { host: this.#host, sent: false, status: undefined }))
  }

  onBody(body: Uint8Array, truncated: boolean): void {
    const announcedLength = this.#announcedLength
    const answer = { status: this.#status ?? 0, headers: this.#headers, body, truncated }
    this.#settle(Effect.succeed(announcedLength === undefined ? answer : { ...answer, announcedLength }))
  }

  onBodyError(error: Error): void {
    this.#fail(
      new OutboundUnreadable({
        message: `${this.#host} sent a body that cannot be decompressed: ${error.message}`,
        sent: true,
        ...(this.#status !== undefined && { status: this.#status })
      })
    )
  }

  onDrain(): void {
    this.#controller?.resume()
  }
}
