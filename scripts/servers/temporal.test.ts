import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect } from 'chai';
import { startPostgres, withClient, type Postgres } from './postgres.ts';
import { startTemporal, type Temporal } from './temporal.ts';
import { findTemporalServer } from './temporal-server.ts';
import { testFolder } from './test-folder.ts';

describe('our Temporal', () => {
  const { folder, remove } = testFolder('temporal');
  let postgres: Postgres;
  let temporal: Temporal;

  async function start(): Promise<Temporal> {
    const server = await findTemporalServer({ log: () => undefined, order: ['b', 'e'] });
    return await startTemporal({ dataDir: path.join(folder, 'temporal'), postgres, server, log: () => undefined });
  }

  async function withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await Connection.connect({ address: temporal.address });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  before(async function () {
    this.timeout(600_000);
    postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), log: () => undefined });
    // What a first start leaves that was killed while it made the schema.
    await withClient(postgres.adminUrl, async (client) => {
      await client.query('create database temporal_in_the_making');
    });
    temporal = await start();
  });
  after(async () => {
    await temporal?.stop();
    await postgres?.stop();
    remove();
  });

  it('has its namespace ready, with 90 days of retention', async () => {
    await withConnection(async ({ workflowService }) => {
      const { config } = await workflowService.describeNamespace({ namespace: temporal.namespace });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).to.equal(90 * 86_400);
    });
  });

  it('goes on after kill -9 with the workflows that it had accepted, at the same address', async () => {
    const ask = async (workflowId: string): Promise<string> => await withConnection(async (connection) => {
      const client = new Client({ connection, namespace: temporal.namespace });
      return (await client.workflow.getHandle(workflowId).describe()).status.name;
    });
    await withConnection(async (connection) => {
      const client = new Client({ connection, namespace: temporal.namespace });
      await client.workflow.start('nobodyRunsIt', { workflowId: 'kept', taskQueue: 'no-worker' });
    });
    const { address } = temporal;
    await temporal.kill();
    temporal = await start();
    expect(temporal.address).to.equal(address);
    expect(await ask('kept')).to.equal('RUNNING');
  });

  it('carries no index that no page asks, and can put each of them back before an upgrade', async () => {
    await withClient(postgres.url('temporal_visibility'), async (client) => {
      const { rows } = await client.query("SELECT indexname FROM pg_indexes WHERE tablename = 'executions_visibility'");
      expect(rows.map(({ indexname }) => indexname)).to.have.members(['executions_visibility_pkey', 'by_temporal_reported_problems']);
      const dropped = await client.query('SELECT definition FROM houqin_dropped_index');
      expect(dropped.rows.length).to.be.above(50);
      await client.query('BEGIN');
      for (const { definition } of dropped.rows) await client.query(definition);
      await client.query('ROLLBACK');
    });
  });
});
