import { startDetached } from '../detached';

/** Started by a test as a process of its own, to be killed: starts what its argument says and then only waits. */
async function main() {
  const handle = await startDetached(JSON.parse(process.argv[2]));
  process.stdout.write(`${JSON.stringify(handle)}\n`);
  setInterval(() => {}, 1_000);
}

main().catch(error => {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
});
