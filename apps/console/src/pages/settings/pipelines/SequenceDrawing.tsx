/** A pipeline drawn from the order that comes in to the run's end, with what happens when a step fails. */
import type { ReactNode } from "react"
import { durationText } from "../../../components/values/Duration.tsx"
import type { DrawnStep, Sequence } from "../../../settings/Sequence.ts"

const StepCard = ({ step, number }: { readonly step: DrawnStep; readonly number: number }) => (
  <li className={`flow-step ${step.active ? "" : "inactive"} ${step.critical ? "critical" : ""}`}>
    <span className="flow-number" aria-hidden="true">{number}</span>
    <div className="flow-card">
      <div className="row wrap">
        <strong className="mono break">{step.id}</strong>
        {step.plugin !== step.id && <span className="muted">{step.plugin}</span>}
        {step.marks.map(({ text, tone, title }) => (
          <span key={text} className={`badge tone-${tone}`} title={title}>{text}</span>
        ))}
      </div>
      {step.target !== undefined && <div className="mono break flow-target">→ {step.target}</div>}
      <dl className="flow-notes">
        {step.when !== undefined && <Note name="when">{step.when}</Note>}
        {step.scope.length > 0 && <Note name="scope">{step.scope.join("; ")}</Note>}
        {step.probe !== undefined && <Note name="probe">{step.probe}</Note>}
        {step.undo !== undefined && <Note name="compensate">{step.undo}</Note>}
      </dl>
    </div>
  </li>
)

const titles = {
  when: "Skipped where this is false or empty",
  scope: "Markets and stores that it runs for",
  probe: "Asked whether a call of unknown outcome happened",
  compensate: "Undoes the step after a later critical one failed"
}

const Note = ({ name, children }: { readonly name: keyof typeof titles; readonly children: ReactNode }) => (
  <div>
    <dt className={`note-${name}`} title={titles[name]}>{name}</dt>
    <dd className="mono break">{children}</dd>
  </div>
)

const Phase = ({ title, steps }: { readonly title: string; readonly steps: ReadonlyArray<DrawnStep> }) => (
  <>
    <h2 className="flow-phase">{title}</h2>
    <ol className="flow-steps" aria-label={title}>
      {steps.map((step, index) => <StepCard key={step.id} step={step} number={index + 1} />)}
    </ol>
  </>
)

export const SequenceDrawing = ({ sequence }: { readonly sequence: Sequence }) => {
  const { steps, postProcessing, undone, match, failedStatus, completedStatus, deadlineMs, priority } = sequence
  return (
    <div className="flow">
      <div className="flow-line">
        <div className="flow-end">
          <strong>{match.length === 0 ? "Every order" : "An order with"}</strong>
          {match.map((one) => <div key={one} className="mono break">{one}</div>)}
          <div className="muted">
            priority {priority}
            {deadlineMs === undefined ? "" : `, at most ${durationText(deadlineMs)}`}
          </div>
        </div>
        {steps.length === 0
          ? <p className="muted flow-none">No steps: the run completes at once.</p>
          : <Phase title="Steps, one after the other" steps={steps} />}
        {postProcessing.length > 0 && (
          <Phase
            title="Post-processing, once all have ended well"
            steps={postProcessing}
          />
        )}
        <div className="flow-end tone-ok">
          <span className="badge tone-ok">completed</span>
          <div>
            {completedStatus === undefined
              ? "The order keeps its status."
              : (
                <>
                  The order's status becomes <code>{completedStatus}</code>.
                </>
              )}
          </div>
        </div>
      </div>
      <aside className="card flow-failure" aria-label="When a critical step fails">
        <header>
          <h2>When a critical step fails</h2>
        </header>
        <ol className="body stack">
          <li>Later steps are skipped, nothing more is sent.</li>
          <li>
            The order's status becomes <code>{failedStatus}</code>, where the step names no other.
          </li>
          <li>
            {undone.length === 0
              ? "Nothing is undone: no step has a compensation."
              : (
                <>
                  What was done is undone in this order: {undone.map((id, index) => (
                    <span key={id}>
                      {index > 0 && " → "}
                      <code>{id}</code>
                    </span>
                  ))}
                </>
              )}
          </li>
          <li>
            The run is <span className="badge tone-bad">failed</span>
            {undone.length > 0 && (
              <>
                {" "}
                or <span className="badge tone-bad">compensation-failed</span>
              </>
            )}
          </li>
        </ol>
      </aside>
    </div>
  )
}
