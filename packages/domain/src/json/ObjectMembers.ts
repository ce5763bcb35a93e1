/** Builds objects from members that others have named. */

/** Sets a member of an object that is being made; an assignment to `__proto__` would set the prototype. */
export const setMember = <Value>(object: Record<string, Value>, name: string, value: Value): void => {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true })
  } else object[name] = value
}
