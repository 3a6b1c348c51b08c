import { DefaultLogger, Runtime } from '@temporalio/worker';

// One runtime per process: whichever test file is first installs it. Its progress lines would bury the stories.
try {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR' } } });
} catch {
  // Installed already.
}
