import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

/** What the API needs of Temporal. Nothing here is awaited by a page but the auditor's history (design, rule 2). */
export interface Temporal {
  client: Client;
  /** True when the frontend answers within a second. */
  health(): Promise<boolean>;
  /** A workflow's raw history as JSON text, or undefined when Temporal has none of this id. */
  history(workflowId: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** One lazy connection for the whole process: the API starts, and answers, while Temporal is away. */
export function connectTemporal({ address, namespace }: { address: string; namespace: string }): Temporal {
  const connection = Connection.lazy({ address });
  const client = new Client({ connection, namespace });
  return {
    client,
    async health() {
      try {
        await connection.withDeadline(Date.now() + 1_000, () => connection.workflowService.getSystemInfo({}));
        return true;
      } catch {
        return false;
      }
    },
    async history(workflowId) {
      try {
        return historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory());
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    },
    close: () => connection.close(),
  };
}
