import { Connection } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import type { Json } from './op-log.ts';

type History = temporal.api.history.v1.IHistory;
type Service = Connection['workflowService'];

/** A workflow as the server describes it. */
export interface Described {
  /** WORKFLOW_EXECUTION_STATUS_… without its prefix. */
  status: string;
  runId: string;
  /** A workflow task that nobody has finished, with its age in seconds. */
  pendingTask?: { attempt: number; seconds: number };
}

const STATUS = ['UNSPECIFIED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELED', 'TERMINATED', 'CONTINUED_AS_NEW', 'TIMED_OUT'];
const NOT_FOUND = 5;

/** What Temporal itself says about the workflows of a run, by the raw service; nothing of the product's code is between. */
export class Histories {
  private readonly connection: Connection;
  private readonly namespace: string;

  private constructor(connection: Connection, namespace: string) {
    this.connection = connection;
    this.namespace = namespace;
  }

  static async connect(address: string, namespace: string): Promise<Histories> {
    return new Histories(await Connection.connect({ address }), namespace);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  get service(): Service {
    return this.connection.workflowService;
  }

  /** The workflow with this id; undefined when there is none. */
  async describe(workflowId: string): Promise<Described | undefined> {
    const found = await this.unlessMissing(this.service.describeWorkflowExecution({ namespace: this.namespace, execution: { workflowId } }));
    if (!found) return undefined;
    const { status, execution } = found.workflowExecutionInfo!;
    const pending = found.pendingWorkflowTask;
    return {
      status: STATUS[status ?? 0]!,
      runId: execution!.runId!,
      ...(pending && {
        pendingTask: {
          attempt: pending.attempt ?? 1,
          seconds: Date.now() / 1_000 - Number((pending.originalScheduledTime ?? pending.scheduledTime)?.seconds ?? 0),
        },
      }),
    };
  }

  /** A workflow's whole history; undefined when there is none. */
  async history(workflowId: string): Promise<History | undefined> {
    const events: temporal.api.history.v1.IHistoryEvent[] = [];
    let nextPageToken: Uint8Array | null | undefined;
    do {
      const page = await this.unlessMissing(this.service.getWorkflowExecutionHistory({
        namespace: this.namespace, execution: { workflowId }, nextPageToken,
      }));
      if (!page) return undefined;
      events.push(...page.history?.events ?? []);
      ({ nextPageToken } = page);
    } while (nextPageToken && nextPageToken.length > 0);
    return { events };
  }

  /** Every run that visibility knows, by one call per thousand. */
  async list(): Promise<{ workflowId: string; type: string; status: string }[]> {
    const runs: { workflowId: string; type: string; status: string }[] = [];
    let nextPageToken: Uint8Array | null | undefined;
    do {
      const page = await this.service.listWorkflowExecutions({ namespace: this.namespace, pageSize: 1_000, query: '', nextPageToken });
      for (const { execution, type, status } of page.executions ?? []) {
        runs.push({ workflowId: execution!.workflowId!, type: type!.name!, status: STATUS[status ?? 0]! });
      }
      ({ nextPageToken } = page);
    } while (nextPageToken && nextPageToken.length > 0);
    return runs;
  }

  private async unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
    return answer.catch((error: Error & { code?: number }) => {
      if (error.code === NOT_FOUND) return undefined;
      throw error;
    });
  }
}

/** The JSON of a payload. */
export function json(payload: temporal.api.common.v1.IPayload | null | undefined): Json {
  return payload?.data ? JSON.parse(Buffer.from(payload.data).toString()) : undefined;
}

/** What a workflow was started with. */
export function inputOf(history: History): Json {
  return json(history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]);
}

/** The signals of a history, in their order. */
export function signalsIn(history: History): { name: string; input: Json }[] {
  return (history.events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
    signal ? [{ name: signal.signalName!, input: json(signal.input?.payloads?.[0]) }] : []);
}

/** What a local activity answered. */
export interface Answer {
  activity: string;
  result: Json;
}

/** The answers of local activities, in their order; those that were cancelled or failed are left out. */
export function answersIn(history: History): Answer[] {
  return (history.events ?? []).flatMap(({ markerRecordedEventAttributes: marker }) => {
    const result = marker?.details?.result?.payloads?.[0];
    if (marker?.markerName !== 'core_local_activity' || !result || marker.failure) return [];
    return [{ activity: json(marker.details!.data!.payloads![0]).activity_type, result: result.data?.length ? json(result) : null }];
  });
}

/** The timers of a history that fired, with the instants (milliseconds of the epoch) when they were due and when they fired. */
export function timersIn(history: History): { summary: string; due: number; fired: number }[] {
  const started = new Map<string, { summary: string; due: number }>();
  return (history.events ?? []).flatMap((event) => {
    const { timerStartedEventAttributes: start, timerFiredEventAttributes: end } = event;
    if (start) {
      const due = instantOf(event.eventTime) + instantOf(start.startToFireTimeout);
      started.set(start.timerId!, { summary: json(event.userMetadata?.summary) ?? '', due });
    }
    return end ? [{ ...started.get(end.timerId!)!, fired: instantOf(event.eventTime) }] : [];
  });
}

function instantOf(at: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(at?.seconds ?? 0) * 1_000 + (at?.nanos ?? 0) / 1e6;
}

/** The decisions that a history holds, by task, in their order: signals, and answers of activities that found a task decided. */
export function decisionsIn(history: History): Map<string, { by: 'signal' | 'activity'; decision: Json }[]> {
  const found = new Map<string, { by: 'signal' | 'activity'; decision: Json }[]>();
  const add = (by: 'signal' | 'activity', decision: Json): void => {
    found.set(decision.taskId, [...found.get(decision.taskId) ?? [], { by, decision }]);
  };
  for (const event of history.events ?? []) {
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (signal?.signalName === 'decide') add('signal', json(signal.input?.payloads?.[0]));
    for (const { payloads } of Object.values(event.markerRecordedEventAttributes?.details ?? {})) {
      for (const payload of payloads ?? []) {
        if (Buffer.from(payload.metadata?.encoding ?? []).toString() !== 'json/plain') continue;
        const answer = json(payload);
        if (answer?.state === 'decided' && answer.decision) add('activity', answer.decision);
      }
    }
  }
  return found;
}

/** What the workflow returned; undefined while it has not. */
export function resultOf(history: History): unknown {
  const end = history.events?.at(-1)?.workflowExecutionCompletedEventAttributes;
  return end ? json(end.result?.payloads?.[0]) : undefined;
}

/** Does `work` for each, a few at a time. */
export async function forEach<T>(each: Iterable<T>, work: (one: T) => Promise<void>, atOnce = 8): Promise<void> {
  const waiting = [...each].reverse();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) await work(one);
  }));
}
