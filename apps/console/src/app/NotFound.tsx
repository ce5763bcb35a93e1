/** A path that the console does not have. */
import { Link } from "@tanstack/react-router"
import { Empty } from "../components/Notice.tsx"

export const NotFound = () => (
  <Empty title="There is no such page">
    <p>
      Go to the <Link to="/">overview</Link>, or press <kbd>/</kbd> and search for an id.
    </p>
  </Empty>
)
