/** The headers of a request or an answer, folded; redacted secrets are marked as such. */
export const HeaderList = ({ headers }: { readonly headers: Readonly<Record<string, string>> }) => {
  const entries = Object.entries(headers)
  return (
    <details className="headers">
      <summary>{entries.length} {entries.length === 1 ? "header" : "headers"}</summary>
      <dl className="facts">
        {entries.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>
              {value === "[redacted]"
                ? (
                  <span className="json">
                    <span className="redacted" title="A secret: Sluice does not show it">[redacted]</span>
                  </span>
                )
                : value}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
