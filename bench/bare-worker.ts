import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker, type InjectedSinks } from '@temporalio/worker';
import type { Waits } from './bare-workflow.ts';

// It writes the id of a workflow to a socket of the bench's as soon as one of its steps waits for a person.
const [address, namespace, taskQueue, port] = process.argv.slice(2) as [string, string, string, string];
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: ['SIGTERM'] });
const socket = connect(Number(port), '127.0.0.1');
await once(socket, 'connect');
const sinks: InjectedSinks<Waits> = { bench: { waits: { fn: (_info, workflowId) => { socket.write(`${workflowId}\n`); }, callDuringReplay: false } } };
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection, namespace, taskQueue, sinks, workflowsPath: fileURLToPath(new URL('bare-workflow.ts', import.meta.url)), maxCachedWorkflows: 300,
});
await worker.run();
await connection.close();
socket.end();
