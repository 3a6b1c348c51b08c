import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

const [address, namespace, taskQueue] = process.argv.slice(2) as [string, string, string];
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: ['SIGTERM'] });
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection, namespace, taskQueue, workflowsPath: fileURLToPath(new URL('bare-workflow.ts', import.meta.url)), maxCachedWorkflows: 300,
});
await worker.run();
await connection.close();
