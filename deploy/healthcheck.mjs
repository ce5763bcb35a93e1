// Exit code 0 while the server says that it can work: for images without curl.
const url = `http://127.0.0.1:${process.env.PORT || 8080}/health/ready`
const ready = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok, () => false)
process.exit(ready ? 0 : 1)
