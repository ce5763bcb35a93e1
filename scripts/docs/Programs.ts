/** The programs that pages call, by the names that they have for readers, and those of commands that readers do not see. */
import process from "node:process"

/** The scripts by name. */
export const programsIn = (root: string): Readonly<Record<string, string>> => ({
  sluice: `exec ${process.execPath} --conditions=@sluice/source ${root}/apps/cli/src/main.ts "$@"`,
  "sluice-server": `exec ${process.execPath} --conditions=@sluice/source ${root}/apps/server/src/main.ts "$@"`,
  // For what readers need not see.
  api: `method=$1; path=$2; body=$3; shift 3 || shift $#
exec curl -X "$method" "127.0.0.1:8080$path" -H 'content-type: application/json' \${body:+--data-binary "$body"} "$@"`,
  // With OWN, the host of a page's own server, what is asked of the common one is asked of that one.
  curl: `words=("$@")
[ -z "$OWN" ] || words=("\${words[@]//127.0.0.1:8080/$OWN}")
exec "$(type -ap curl | sed -n 2p)" -s "\${words[@]}"`,
  // A start of the server that is refused: `refused NAME=value…`.
  refused: `timeout 100 env PORT=0 HOST=127.0.0.1 "$@" sluice-server; [ $? = 1 ]`,
  // A server of the page's own, in the background: prints what it says until it is ready, or has ended.
  started: `log=server-$BASHPID.log
: > $log
env HOST=127.0.0.1 "$@" PORT=0 sluice-server > $log 2>&1 &
pid=$!
echo $pid >> servers.pid
echo $log > server.log
until grep -q 'ready at' $log || ! kill -0 $pid 2> /dev/null; do sleep 0.1; done
cat $log
grep -o 'http://[0-9.:]*' $log | tail -n 1 > server.url
[ -s server.url ]`,
  // Ends the page's own servers and counterparts, and waits: \`stopped [signal]\`.
  stopped: `[ -e servers.pid ] || exit 0
for pid in $(cat servers.pid); do kill -\${1:-TERM} $pid 2> /dev/null; done
for pid in $(cat servers.pid); do while kill -0 $pid 2> /dev/null; do sleep 0.1; done; done
rm -f servers.pid`,
  // A counterpart of the page in the background: \`staged partner <port> …\`, until \`stopped\` or \`unstaged\`.
  staged: `log=stage-$BASHPID.log
: > $log
${process.execPath} --conditions=@sluice/source ${root}/scripts/docs/stage.ts "$@" > $log 2>&1 &
pid=$!
echo $pid >> servers.pid
echo $pid > stage.pid
until grep -q listening $log; do kill -0 $pid 2> /dev/null || { cat $log; exit 1; }; sleep 0.1; done`,
  unstaged: `kill $(cat stage.pid)`,
  // A PgBouncer before a database: \`pooled <mode> <database> <address>\`.
  pooled: `stage pooled "$1" "$3" "$2" > pgbouncer.ini
socket=$(sed -n 's/.*host=\\(\\/[^ ]*\\).*/\\1/p' pgbouncer.ini)
pgbouncer -q \${socket:+-u $(stat -c %U $socket)} pgbouncer.ini > pgbouncer.log 2>&1 &
pid=$!
echo $pid >> servers.pid
echo $pid > stage.pid
until (exec 3<> /dev/tcp/127.0.0.1/\${3##*:}) 2> /dev/null; do
  kill -0 $pid 2> /dev/null || { cat pgbouncer.log; exit 1; }
  sleep 0.1
done`,
  stage: `exec ${process.execPath} --conditions=@sluice/source ${root}/scripts/docs/stage.ts "$@"`,
  // Until a command succeeds, at most a minute: \`waiting <command>\`.
  waiting: `until bash -c "$*" > /dev/null 2>&1; do [ $SECONDS -lt 60 ] || exit 1; sleep 0.1; done`,
  // A program from standard input, which finds the packages of the workspace.
  program: `cd ${root}/examples && exec ${process.execPath} --conditions=@sluice/source --input-type=module-typescript`,
  // A file of the repository.
  repository: `cat "${root}/$1"`,
  refusals: `exec ${process.execPath} --conditions=@sluice/source ${root}/scripts/docs/refusals.ts "$@"`,
  attempts: `exec ${process.execPath} ${root}/scripts/docs/attempts.ts "$@"`,
  // The scripts of the workspace, by a pnpm that need not be installed.
  npx: `[ "$2" = pnpm@12 ] || { echo "npx $* is not run in the docs" >&2; exit 1; }
shift 2
[ "$1" = --silent ] && shift
case "$1" in
  start) exec started ;;
  sluice) shift; exec sluice "$@" ;;
  exec) shift; cd ${root} && exec "$@" ;;
  *) cd ${root} && exec ${process.execPath} --run "$1" -- "\${@:2}" ;;
esac`
})
